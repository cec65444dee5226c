import { VcfAgentError } from '../../core/errors.ts';
import type {
  Cancellable,
  Clock,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformProbe,
  PlatformProducer,
} from '../../core/ports.ts';
import { EmbeddedConsumer } from './consumer.ts';
import { groupLag } from './lag.ts';
import { LogClient } from './log-client.ts';
import type { EmbeddedOptions } from './options.ts';
import { EmbeddedProducer } from './producer.ts';
import { EmbeddedTopics } from './topics.ts';

const PROBE_TIMEOUT_MS = 1000;

/** The log that needs no server: a durable partitioned log in one SQLite file. */
export class EmbeddedPlatform implements Platform {
  readonly name = 'embedded';
  readonly topics: EmbeddedTopics;
  readonly #client: LogClient;
  readonly #options: EmbeddedOptions;
  readonly #clock: Clock;

  constructor(options: EmbeddedOptions, ports: { readonly clock: Clock }) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#client = new LogClient(options);
    this.topics = new EmbeddedTopics(this.#client);
  }

  async producer(topic: string): Promise<PlatformProducer> {
    const partitions = await this.#partitionsOf(topic);
    return new EmbeddedProducer(this.#client, { topic, partitions, clock: this.#clock });
  }

  async consumer(topic: string, group: string): Promise<PlatformConsumer> {
    await this.#partitionsOf(topic);
    const { member, ...assignment } = await this.#client.join(topic, group, this.#clock.now());
    return new EmbeddedConsumer(this.#client, { membership: { topic, group, member }, assignment, clock: this.#clock });
  }

  async lag(topic: string, group: string, options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    if ((await this.#client.partitions(topic)) === 0) throw notFound(topic);
    return await groupLag(this.#client, topic, group, options);
  }

  async #partitionsOf(topic: string): Promise<number> {
    const { partitions } = this.#options;
    if (partitions !== undefined) return this.#client.ensureTopic(topic, partitions);
    const found = await this.#client.partitions(topic);
    if (found === 0) throw notFound(topic);
    return found;
  }

  /** A round trip to the log's thread: it answers late or never while the disk hangs. */
  async probe({ signal }: Cancellable = {}): Promise<PlatformProbe> {
    signal?.throwIfAborted();
    const timeoutMs = this.#options.probeTimeoutMs ?? PROBE_TIMEOUT_MS;
    const begunMs = this.#clock.monotonicMs();
    const done = new AbortController();
    const timeout = this.#clock
      .sleep(timeoutMs, { signal: signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]) })
      .then(() => {
        throw new VcfAgentError('PLATFORM_TIMEOUT', `the embedded log did not answer within ${timeoutMs} ms`, {
          retryable: true,
        });
      });
    try {
      const version = await Promise.race([this.#client.version(), timeout]);
      const latencyMs = this.#clock.monotonicMs() - begunMs;
      return { latencyMs, brokers: 1, underReplicatedPartitions: 0, version: `SQLite ${version}` };
    } catch (cause) {
      if (!(cause instanceof VcfAgentError) || cause.code !== 'LOG_UNAVAILABLE') throw cause;
      throw new VcfAgentError('PLATFORM_UNAVAILABLE', cause.message, { cause });
    } finally {
      done.abort();
      timeout.catch(() => undefined);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function notFound(topic: string): VcfAgentError {
  return new VcfAgentError('TOPIC_NOT_FOUND', `the embedded log has no topic ${topic}`);
}
