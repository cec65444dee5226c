import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import Value from 'typebox/value';
import { systemClock } from '../../../src/app/clock.ts';
import { partitionOf } from '../../../src/core/partition.ts';
import type { PlatformConsumer } from '../../../src/core/ports.ts';
import { decodeHeaders, encodeHeaders, IggyClient, textHeader } from '../../../src/platforms/iggy/client/index.ts';
import { optionText } from '../../../src/platforms/iggy/client/operations/topics.ts';
import { IggyConsumer } from '../../../src/platforms/iggy/consumer.ts';
import { IggyOptions } from '../../../src/platforms/iggy/options.ts';
import { IggyPlatform } from '../../../src/platforms/iggy/platform.ts';
import { Tails } from '../../../src/platforms/iggy/tail.ts';
import { IggyTopics } from '../../../src/platforms/iggy/topics.ts';
import { ANY, collect, idOf, MiB, message } from '../../conformance/platforms/harness.ts';
import { InTestServer, type InTestServerOptions } from './server/server.ts';
import { GHOST } from './server/store.ts';

const FLUSH = 102;
const STREAM = 'vcf-agent';
const toClose: (() => Promise<unknown>)[] = [];

async function serve(options: Partial<InTestServerOptions> = {}): Promise<InTestServer> {
  const server = await new InTestServer({ transport: 'tcp', protocol: 'legacy', ...options }).start();
  toClose.push(() => server.stop());
  return server;
}

function platformOf(server: InTestServer, changes: Partial<IggyOptions> = {}): IggyPlatform {
  const given = { port: server.port, username: 'iggy', password: 'iggy', ...changes };
  const options = Value.Default(IggyOptions, given) as IggyOptions;
  const platform = new IggyPlatform(options, { clock: systemClock, random: Math.random });
  toClose.unshift(() => platform.close());
  return platform;
}

const labels = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const send = async (platform: IggyPlatform, names: readonly string[]) => {
  await (await platform.producer('t')).send(names.map((name) => message('1', name)));
};

/** Polls through failures, as a worker does. */
async function collectThrough(consumer: PlatformConsumer, count: number): Promise<string[]> {
  const deadline = performance.now() + 10_000;
  const ids: string[] = [];
  while (new Set(ids).size < count && performance.now() < deadline) {
    const polled = await consumer.poll(ANY).catch(() => []);
    ids.push(...polled.map(({ id }) => id));
  }
  return ids;
}

describe('iggy platform', () => {
  afterEach(async () => {
    for (const close of toClose.splice(0)) await close();
  });

  for (const { transport, protocol } of [
    { transport: 'tcp', protocol: 'legacy' },
    { transport: 'tcp', protocol: 'vsr' },
    { transport: 'http', protocol: 'legacy' },
  ] as const) {
    test(`should deliver what took the place of a lost end of the log, ${transport}, ${protocol}`, async () => {
      const server = await serve({ transport, protocol });
      const platform = platformOf(server, { transport });
      await platform.topics.create({ name: 't', partitions: 1 });
      await send(platform, labels('old', 10));
      const consumer = await platform.consumer('t', 'store');
      const { messages } = await collect(consumer, 10);
      const positions = messages.map(({ position }) => position);
      await consumer.commit(positions.slice(0, 3));

      // Killed with messages in memory only: the last seven are gone, and their offsets are given out again.
      await server.stop();
      server.store.stream(STREAM).topic('t').partition(0).messages.length = 3;
      await server.start();
      const names = labels('new', 9);
      for (let attempt = 0; ; attempt++) {
        const isSent = await send(platform, names).then(
          () => true,
          () => false,
        );
        if (isSent || attempt === 20) break;
      }
      // What was applied of the lost end is committed only now: it must not pass for what took its place.
      await consumer.commit(positions).catch(() => {});
      const ids = await collectThrough(consumer, 9);
      await consumer.commit(positions);
      await consumer.close();
      const again = await platform.consumer('t', 'store');
      const found = new Set(await collectThrough(again, 9));
      assert.equal(ids.length, 9);
      assert.deepEqual(
        names.map(idOf).filter((id) => !found.has(id)),
        [],
      );
    });
  }

  test('should go on where it was when the connection broke and the log is whole', async () => {
    const server = await serve();
    const platform = platformOf(server);
    await platform.topics.create({ name: 't', partitions: 1 });
    await send(platform, labels('m', 6));
    const consumer = await platform.consumer('t', 'store');
    const { messages } = await collect(consumer, 6);
    await consumer.commit(messages.slice(0, 4).map(({ position }) => position));
    server.breakConnections();
    await send(platform, ['more']).catch(() => send(platform, ['more']));
    assert.deepEqual(await collectThrough(consumer, 1), [idOf('more')]);
    await consumer.commit(messages.map(({ position }) => position));
    assert.deepEqual(await consumer.lag(), [{ platform: 'iggy', partition: 0, lag: 1n, end: 7n }]);
  });

  for (const transport of ['tcp', 'http'] as const) {
    test(`should send nothing more behind a message that was acknowledged and cannot be read, ${transport}`, async () => {
      const server = await serve({ transport });
      const platform = platformOf(server, { transport });
      await platform.topics.create({ name: 't', partitions: 2 });
      const producer = await platform.producer('t');
      const consumer = await platform.consumer('t', 'store');
      await producer.send([message('1', 'before'), message('2', 'elsewhere')]);
      const damaged = server.store.stream(STREAM).topic('t').partition(partitionOf('1', 2));
      // Killed between its two writes: what comes next gets the same offset, and an index entry that is of both.
      await server.stop();
      damaged.unreadable.add(1n);
      await server.start();
      const attempt = () => producer.send([message('1', 'after')]);
      let error = await attempt().catch((reason) => reason);
      for (let tries = 0; error?.retryable === true && tries < 20; tries++)
        error = await attempt().catch((reason) => reason);
      assert.deepEqual([error?.code, error?.retryable], ['PLATFORM_ERROR', false]);
      assert.match(error.message, /message 1 of t, partition \d, and cannot give it back/);
      const held = damaged.messages.length;
      await assert.rejects(attempt(), { code: 'PLATFORM_ERROR' });
      assert.equal(damaged.messages.length, held);
      // The other partition is sound, and is read and written.
      await producer.send([message('2', 'more')]);
      const found = new Set(await collectThrough(consumer, 3));
      assert.deepEqual(found, new Set(['before', 'elsewhere', 'more'].map(idOf)));
      await assert.rejects(consumer.poll({ ...ANY, waitMs: 0 }), { code: 'PLATFORM_ERROR' });
      // Another process learns it from the end of the log, or from its own consumer.
      const other = platformOf(server, { transport });
      await assert.rejects((await other.producer('t')).send([message('1', 'other')]), { code: 'PLATFORM_ERROR' });
      damaged.unreadable.clear();
      await attempt();
    });
  }

  test('should flush after each batch where the server cannot be asked for more, and only there', async () => {
    const flushes = async (server: InTestServer, changes: Partial<IggyOptions>) => {
      const platform = platformOf(server, changes);
      await platform.topics.create({ name: 't', partitions: 1 });
      await send(platform, ['a']);
      return server.commands.filter((code) => code === FLUSH).length;
    };
    assert.equal(await flushes(await serve(), {}), 1);
    assert.equal(await flushes(await serve(), { durability: 'server' }), 0);
    assert.equal(await flushes(await serve({ protocol: 'vsr' }), {}), 0);
  });

  test('should ask for durability by the name that the server knows', async () => {
    for (const [topicOptions, wanted] of [
      ['edge', { messages_required_to_save: '1', enforce_fsync: 'true' }],
      ['stable', { durability: 'persisted' }],
    ] as const) {
      const server = await serve({ protocol: 'vsr', topicOptions });
      const platform = platformOf(server);
      await platform.topics.create({ name: 't', partitions: 1 });
      await send(platform, ['a']);
      const options = decodeHeaders(server.store.stream(STREAM).topic('t').options);
      assert.deepEqual(Object.fromEntries(options.map((option) => [option.key, optionText(option)])), wanted);
    }
  });

  test('should refuse a topic that acknowledges from memory for good, unless asked to take that', async () => {
    const server = await serve({ protocol: 'vsr' });
    const lax = platformOf(server, { durability: 'server' });
    await lax.topics.create({ name: 't', partitions: 1 });
    server.store.stream(STREAM).createTopic('saved', 1, optionsOf('messages_required_to_save'));
    await assert.rejects(platformOf(server).producer('saved'), { code: 'OPTION_CONFLICT' });
    const replicated = Buffer.from(encodeHeaders([textHeader('durability', 'replicated')]));
    server.store.stream(STREAM).createTopic('replicated', 1, replicated);
    await assert.rejects(platformOf(server).producer('replicated'), { code: 'OPTION_CONFLICT' });
    await assert.doesNotReject(lax.producer('saved'));
  });

  test('should carry the envelope’s id in the message’s own, and whole in a header', async () => {
    const server = await serve();
    const platform = platformOf(server);
    await platform.topics.create({ name: 't', partitions: 1 });
    await send(platform, ['a']);
    const [stored] = server.store.stream(STREAM).topic('t').partition(0).messages;
    assert.equal(stored!.id.toString(16).padStart(32, '0'), idOf('a').slice(0, 32));
    assert.ok(stored!.headers.includes(idOf('a')));
  });

  test('should deliver a message that somebody else wrote, under the id that the server shows', async () => {
    const server = await serve();
    const platform = platformOf(server);
    await platform.topics.create({ name: 't', partitions: 1 });
    const message = { id: 0xabn, timestampUs: 0n, originTimestampUs: 0n, payload: Buffer.from('x') };
    server.store
      .stream(STREAM)
      .topic('t')
      .partition(0)
      .messages.push({ ...message, headers: Buffer.alloc(0) });
    const { ids } = await collect(await platform.consumer('t', 'store'), 1);
    assert.deepEqual(ids, ['ab'.padStart(32, '0')]);
  });

  test('should ask for fewer messages when a poll’s reply was too large', async () => {
    const server = await serve();
    const platform = platformOf(server);
    await platform.topics.create({ name: 't', partitions: 1 });
    const producer = await platform.producer('t');
    const names = labels('large', 20);
    for (const name of names) await producer.send([message('1', name, 200_000)]);
    const credentials = { kind: 'password', username: 'iggy', password: 'iggy' } as const;
    const address = { transport: 'tcp', host: '127.0.0.1', port: server.port } as const;
    await using client = new IggyClient({ ...address, credentials, maxReplyBytes: MiB });
    const topics = new IggyTopics(client, { stream: STREAM, durability: 'server' });
    const membership = await client.join({ stream: STREAM, topic: 't', name: 'store' });
    const tails = new Tails(client, topics, STREAM);
    const options = { stream: STREAM, topic: 't', group: 'store', kind: 'group', tails, clock: systemClock } as const;
    const consumer = new IggyConsumer(client, topics, membership, options);
    const ids = await collectThrough(consumer, 20);
    assert.deepEqual([...new Set(ids)], names.map(idOf));
  });

  test('should make a group anew, with its offsets, when a killed server has kept members that are gone', async () => {
    const server = await serve({ protocol: 'vsr' });
    const platform = platformOf(server);
    await platform.topics.create({ name: 't', partitions: 2 });
    const first = await platform.consumer('t', 'store');
    await (await platform.producer('t')).send(['1', '2', '3', '4'].map((key) => message(key, `of ${key}`)));
    const { messages } = await collect(first, 4);
    await first.commit(messages.map(({ position }) => position));
    await first.close();
    const topic = server.store.stream(STREAM).topic('t');
    topic.group('store').join(GHOST, 2);
    const consumer = await platform.consumer('t', 'store');
    await (await platform.producer('t')).send(['1', '2', '3', '4'].map((key) => message(key, `again ${key}`)));
    const { ids } = await collect(consumer, 4);
    assert.deepEqual(ids.toSorted(), ['1', '2', '3', '4'].map((key) => idOf(`again ${key}`)).toSorted());
    assert.equal(topic.group('store').has(GHOST), false);
  });

  test('should give every option a variable of its own', () => {
    const leaves = Object.values(IggyOptions.properties) as unknown as { env?: string; description?: string }[];
    const variables = leaves.map(({ env = '' }) => env);
    assert.equal(new Set(variables).size, leaves.length);
    for (const variable of variables) assert.match(variable, /^IGGY_[A-Z_]+$/);
    for (const { description = '' } of leaves) assert.notEqual(description, '');
  });
});

/** A block of one option, as a topic is made with it. */
function optionsOf(key: string): Buffer<ArrayBuffer> {
  const name = Buffer.from(key);
  const head = Buffer.from([2, name.length, 0, 0, 0]);
  return Buffer.concat([head, name, Buffer.from([11, 4, 0, 0, 0, 1, 0, 0, 0])]);
}
