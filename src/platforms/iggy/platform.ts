import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { VcfAgentError } from '../../core/errors.ts';
import type {
  Cancellable,
  Clock,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformProbe,
  PlatformProducer,
  Random,
} from '../../core/ports.ts';
import { IggyClient, type IggyClientOptions } from './client/index.ts';
import { IggyConsumer } from './consumer.ts';
import { translated } from './errors.ts';
import { type GroupOfTopic, groupLag } from './lag.ts';
import type { IggyOptions } from './options.ts';
import { IggyProducer } from './producer.ts';
import { Tails } from './tail.ts';
import { IggyTopics, keepingOf } from './topics.ts';

const MAX_REPLY_BYTES = 256 * 1024 * 1024;
/** Connections tried before a call fails: the coordinator has other things to do than to wait for a server that is gone. */
const RECONNECT = { attempts: 2, initialDelayMs: 25, maxDelayMs: 1000 };

/** Apache Iggy as a platform. Connects with the first call. */
export class IggyPlatform implements Platform {
  readonly name = 'iggy';
  readonly topics: IggyTopics;
  readonly #client: IggyClient;
  readonly #tails: Tails;
  readonly #options: IggyOptions;
  readonly #clock: Clock;
  #version: string | undefined;

  constructor(options: IggyOptions, ports: { readonly clock: Clock; readonly random: Random }) {
    const { username, password, token } = options;
    const { transport, port, quicPort } = options;
    const tls = tlsOptions(options);
    this.#options = options;
    this.#clock = ports.clock;
    this.#client = new IggyClient({
      ...options,
      ...ports,
      port: transport === 'quic' ? quicPort : port,
      ...(tls === undefined ? {} : { tls }),
      ...(transport === 'quic' ? { quic: quicOptions(options) } : {}),
      credentials: token === undefined ? { kind: 'password', username, password } : { kind: 'token', token },
      maxReplyBytes: MAX_REPLY_BYTES,
      reconnect: RECONNECT,
    });
    this.topics = new IggyTopics(this.#client, options);
    this.#tails = new Tails(this.#client, this.topics, options.stream);
  }

  producer(topic: string): Promise<PlatformProducer> {
    return translated(undefined, async () => {
      const { stream, durability } = this.#options;
      const details = await this.topics.get(topic);
      const { partitions } = details;
      const keeping = durability === 'fsync' ? keepingOf(details) : 'fsynced';
      if (keeping === 'lax') {
        const remedy = 'make it anew, or set IGGY_DURABILITY=server to take acknowledgements from memory';
        throw new VcfAgentError('OPTION_CONFLICT', `iggy: topic ${topic} does not fsync every message: ${remedy}`);
      }
      const flush = keeping === 'flushable';
      const sending = { stream, topic, partitions, flush, tails: this.#tails, clock: this.#clock };
      return new IggyProducer(this.#client, this.topics, sending);
    });
  }

  consumer(topic: string, group: string): Promise<PlatformConsumer> {
    return translated(undefined, async () => {
      const { stream, transport } = this.#options;
      await this.topics.get(topic);
      const target = { stream, topic, name: group };
      const isAlone = transport === 'http';
      const membership = isAlone ? await this.#client.readAlone(target) : await this.#client.join(target);
      return new IggyConsumer(this.#client, this.topics, membership, {
        ...this.#group(topic, group),
        tails: this.#tails,
        clock: this.#clock,
      });
    });
  }

  lag(topic: string, group: string, options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    return groupLag(this.#client, this.topics, this.#group(topic, group), options);
  }

  #group(topic: string, group: string): GroupOfTopic {
    const { stream, transport } = this.#options;
    return { stream, topic, group, kind: transport === 'http' ? 'consumer' : 'group' };
  }

  probe({ signal }: Cancellable = {}): Promise<PlatformProbe> {
    return translated(signal, async () => {
      await this.#client.session({ signal });
      const begunMs = this.#clock.monotonicMs();
      await this.#client.ping({ signal });
      const latencyMs = this.#clock.monotonicMs() - begunMs;
      const { nodes } = await this.#client.clusterMetadata({ signal });
      this.#version ??= (await this.#client.stats({ signal })).serverVersion;
      // Copies are the servers' own business: no command tells which are behind.
      return { latencyMs, brokers: nodes.length, underReplicatedPartitions: 0, version: this.#version };
    });
  }

  close(): Promise<void> {
    return translated(undefined, () => this.#client.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function tlsOptions({ transport, tlsCaFile, tlsServerName }: IggyOptions): ConnectionOptions | undefined {
  if (transport === 'tcp' || transport === 'quic') return undefined;
  if (transport === 'http' && tlsCaFile === undefined && tlsServerName === undefined) return undefined;
  return {
    ...(tlsCaFile === undefined ? {} : { ca: readCa(tlsCaFile) }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
  };
}

function quicOptions(options: IggyOptions): NonNullable<IggyClientOptions['quic']> {
  const { tlsCaFile, tlsServerName, quicFingerprint, quicVerify, quicDatagramBytes } = options;
  const common = { serverName: tlsServerName, maxDatagramBytes: quicDatagramBytes };
  if (quicVerify === 'off') return { ...common, certificate: { kind: 'off' } };
  if (quicFingerprint !== undefined)
    return { ...common, certificate: { kind: 'fingerprint', sha256: quicFingerprint } };
  return { ...common, certificate: { kind: 'ca', ca: tlsCaFile === undefined ? undefined : readCa(tlsCaFile) } };
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VcfAgentError('CONFIG_INVALID', `IGGY_TLS_CA_FILE: cannot read ${path}`, { cause });
  }
}
