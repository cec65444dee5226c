import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Producer } from '@platformatic/kafka';
import { Value } from 'typebox/value';
import { IggyServer } from '../../scripts/services/iggy.ts';
import { startKafka } from '../../scripts/services/kafka.ts';
import { systemClock } from '../../src/app/clock.ts';
import type { OutgoingMessage, Platform } from '../../src/core/ports.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';
import { IggyClient, textHeader } from '../../src/platforms/iggy/client/index.ts';
import { IggyOptions } from '../../src/platforms/iggy/options.ts';
import { IggyPlatform } from '../../src/platforms/iggy/platform.ts';
import { kafkaOptions } from '../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../src/platforms/kafka/platform.ts';
import { changed } from '../../test/support/changed-platform.ts';

export const TOPIC = 'vcf-variants';

/** Resolves when the message is acknowledged. */
export type Send = (message: OutgoingMessage) => Promise<void>;

/** A platform, and a way to send to it that has nothing of ours, or as little as there is. */
export interface Contender extends AsyncDisposable {
  readonly name: string;
  /** What an acknowledgement means here. */
  readonly durability: string;
  /** What `bare` is. */
  readonly bareName: string;
  readonly platform: Platform;
  readonly bare: Send;
}

const ports = { clock: systemClock, random: Math.random };
const ONE = { name: TOPIC, partitions: 1 };

export async function embeddedLog(folder: string): Promise<Contender> {
  const options = { directory: join(folder, 'log'), partitions: 1, maxBytes: 1 << 30 };
  const platform = new EmbeddedPlatform(options, ports);
  const producer = await platform.producer(TOPIC);
  return {
    name: 'embedded',
    durability: 'fsynced (SQLite, write-ahead log, synchronous=FULL)',
    bareName: 'the same',
    platform,
    bare: (message) => producer.send([message]),
    [Symbol.asyncDispose]: () => platform.close(),
  };
}

/** The embedded log with a producer that answers in the next turn of the event loop: leaves nothing but the coordinator. */
export async function instant(folder: string): Promise<Contender> {
  const log = await embeddedLog(join(folder, 'instant'));
  const send = () => new Promise<void>((resolve) => setImmediate(resolve));
  const producer = async () => ({ send, close: async () => undefined });
  const platform = changed(log.platform, { producer });
  return { ...log, name: 'instant', durability: 'none', bareName: 'setImmediate', platform, bare: send };
}

/** One broker, which fsyncs every batch. */
export async function kafka(): Promise<Contender> {
  const cluster = await startKafka();
  const brokers = [...cluster.brokers];
  const platform = new KafkaPlatform(kafkaOptions({ brokers }), ports);
  await platform.topics.create(ONE);
  const producer = new Producer({ clientId: 'bare', bootstrapBrokers: brokers, idempotent: true, acks: -1 });
  return {
    name: 'kafka',
    durability: 'acks=all, idempotent, one broker with flush.messages=1: fsynced',
    bareName: '@platformatic/kafka',
    platform,
    bare: async ({ key, id, body }) => {
      const headers = new Map([[Buffer.from('envelope-id'), Buffer.from(id)]]);
      const value = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      await producer.send({ messages: [{ topic: TOPIC, partition: 0, key: Buffer.from(key), value, headers }] });
    },
    [Symbol.asyncDispose]: async () => {
      await producer.close();
      await platform.close();
      await cluster.stop();
    },
  };
}

/** Each message saved before it is acknowledged: configuration of 0.8, which has no topic options. 0.9 refuses to start with it. */
const SAVED_0_8 = { IGGY_SYSTEM_PARTITION_MESSAGES_REQUIRED_TO_SAVE: '1' };

/** A server of yours. `saved`: acknowledged from the page cache; `fsync`: from the disk. */
export async function iggy(program: string, folder: string, kept: 'saved' | 'fsync'): Promise<Contender> {
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1)!;
  const env = kept === 'saved' && version.startsWith('0.8') ? SAVED_0_8 : {};
  const server = await IggyServer.start(program, folder, env);
  const credentials = { kind: 'password', username: 'iggy', password: 'iggy' } as const;
  const address = { transport: 'tcp', host: '127.0.0.1', port: server.port } as const;
  const client = await IggyClient.connect({ ...address, credentials });
  const durability = kept === 'saved' ? 'server' : 'fsync';
  const given = { port: server.port, username: 'iggy', password: 'iggy', durability };
  const platform = new IggyPlatform(Value.Default(IggyOptions, given) as IggyOptions, ports);
  await client.createStream('vcf-agent');
  await client.createTopic('vcf-agent', TOPIC, { partitions: 1, durability: kept === 'saved' ? 'saved' : 'fsync' });
  const { protocol } = await client.session();
  const isFlushed = kept === 'fsync' && protocol === 'legacy';
  const target = { stream: 'vcf-agent', topic: TOPIC, partitioning: { kind: 'partition', partition: 0 } } as const;
  return {
    name: `iggy ${version}, ${kept}`,
    durability: { saved: 'saved before the answer, not fsynced', fsync: 'fsynced' }[kept],
    bareName: `IggyClient.send${isFlushed ? ', then flush' : ''}`,
    platform,
    bare: async ({ id, body }) => {
      const headers = [textHeader('envelope-id', id)];
      await client.send({ ...target, messages: [{ id: BigInt(`0x${id.slice(0, 32)}`), payload: body, headers }] });
      if (isFlushed) await client.flush('vcf-agent', TOPIC, 0, true);
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await platform.close();
      await server.kill();
    },
  };
}
