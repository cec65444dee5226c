import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MergedConsumer, type MergedConsumerOptions } from '../../src/coordinator/merged-consumer.ts';
import type { PlatformConsumer, PlatformProducer } from '../../src/core/ports.ts';
import { FakeClock } from '../simulation/fake-clock.ts';
import { SimPlatform } from '../simulation/sim-platform.ts';
import { message } from './rig.ts';

function make(options: MergedConsumerOptions = {}) {
  const clock = new FakeClock();
  const iggy = new SimPlatform({ name: 'iggy', clock, random: () => 0.5 });
  const kafka = new SimPlatform({ name: 'kafka', clock, random: () => 0.5 });
  const troubles: string[] = [];
  const open = () =>
    new MergedConsumer([iggy, kafka], {
      topic: 't',
      group: 'store',
      clock,
      onTrouble: (platform) => troubles.push(platform),
      ...options,
    });
  const put = async (platform: SimPlatform, ...ids: string[]) => {
    const producer: PlatformProducer = await platform.producer();
    await clock.until(producer.send(ids.map(message)));
  };
  const consumer = open();
  const poll = (waitMs: number, maxMessages = 10) =>
    clock.until(consumer.poll({ maxMessages, maxBytes: 1 << 20, waitMs }));
  const ids = async (waitMs: number, maxMessages?: number) => (await poll(waitMs, maxMessages)).map(({ id }) => id);
  return { clock, iggy, kafka, consumer, open, put, poll, ids, troubles };
}

test('should give what lies on either platform, each in its order, and then nothing', async () => {
  const { iggy, kafka, put, ids } = make();
  await put(iggy, 'a', 'b');
  await put(kafka, 'c');
  const all = [...(await ids(100)), ...(await ids(100))];
  assert.deepEqual(all.toSorted(), ['a', 'b', 'c']);
  assert.ok(all.indexOf('a') < all.indexOf('b'));
  assert.deepEqual(await ids(100), []);
});

test('should give every message, however few at a time', async () => {
  const { iggy, kafka, put, ids } = make();
  await put(iggy, 'a', 'b', 'c', 'd', 'e');
  await put(kafka, 'f', 'g', 'h');
  const all: string[] = [];
  for (let some = await ids(100, 1); some.length > 0; some = await ids(100, 1)) all.push(...some);
  assert.equal(all.length, 8);
});

test('should give what comes while it waits, from either', async () => {
  const { clock, kafka, consumer, put } = make();
  const waiting = consumer.poll({ maxMessages: 1, maxBytes: 100, waitMs: 5000 });
  await clock.advance(1000);
  await put(kafka, 'a');
  const [first] = await clock.until(waiting);
  assert.deepEqual([first!.id, first!.position.platform], ['a', 'kafka']);
  assert.ok(clock.monotonicMs() < 1100);
});

test('should commit each position where it came from, so that a restart goes on after it', async () => {
  const { clock, iggy, kafka, consumer, open, put, poll } = make();
  await put(iggy, 'a', 'b');
  await put(kafka, 'c', 'd');
  const messages = [...(await poll(100)), ...(await poll(100))];
  await consumer.commit(messages.filter(({ id }) => id === 'a' || id === 'c').map(({ position }) => position));
  await consumer.close();
  const next = open();
  const again = [];
  for (let count = 0; count < 2; count++) {
    again.push(...(await clock.until(next.poll({ maxMessages: 10, maxBytes: 100, waitMs: 100 }))));
  }
  assert.deepEqual(again.map(({ id }) => id).toSorted(), ['b', 'd']);
});

test('should take turns when both always have more', async () => {
  const { iggy, kafka, put, poll } = make();
  await put(iggy, ...Array.from({ length: 20 }, (_, index) => `i${index}`));
  await put(kafka, ...Array.from({ length: 20 }, (_, index) => `k${index}`));
  const platforms: string[] = [];
  for (let count = 0; count < 10; count++) platforms.push((await poll(100, 1))[0]!.position.platform);
  assert.equal(platforms.filter((name) => name === 'iggy').length, 5);
});

test('should go on reading one platform when the other hangs', async () => {
  const { clock, iggy, kafka, put, ids } = make();
  await put(kafka, 'a');
  iggy.mode = 'hung';
  assert.deepEqual(await ids(200), ['a']);
  const begunMs = clock.monotonicMs();
  assert.deepEqual(await ids(200), []);
  assert.equal(clock.monotonicMs() - begunMs, 200);
  iggy.mode = 'well';
  await put(iggy, 'b');
  assert.deepEqual(await ids(200), ['b']);
});

test('should read on where it was when a platform is back, and have told of the trouble', async () => {
  const { clock, iggy, put, ids, consumer, poll, troubles } = make();
  await put(iggy, 'a', 'b');
  const messages = await poll(100);
  await consumer.commit([messages[0]!.position]);
  iggy.mode = 'down';
  assert.deepEqual(await ids(500), []);
  assert.deepEqual(consumer.unreachable, ['iggy']);
  await consumer.commit([messages[1]!.position]);
  iggy.mode = 'well';
  await clock.advance(5000);
  assert.deepEqual(await ids(500), ['b'], 'its commit did not arrive: it comes again, and the ledger knows it');
  assert.deepEqual(consumer.unreachable, []);
  assert.ok(troubles.length > 0 && troubles.every((name) => name === 'iggy'));
});

test('should answer in the time it is given when a platform is down or hangs, also with no time at all', async () => {
  for (const mode of ['down', 'hung'] as const) {
    const { clock, iggy, kafka, put, ids } = make();
    iggy.mode = mode;
    for (const waitMs of [0, 5]) {
      const begunMs = clock.monotonicMs();
      assert.deepEqual(await ids(waitMs), []);
      assert.equal(clock.monotonicMs() - begunMs, waitMs);
    }
    await put(kafka, 'a');
    assert.deepEqual([await ids(100), await ids(0)], [['a'], []]);
  }
});

test('should stop waiting when it is told to, and leave nothing behind when it is closed', async () => {
  const { clock, consumer } = make();
  const stop = new AbortController();
  const waiting = consumer.poll({ maxMessages: 1, maxBytes: 100, waitMs: 60_000, signal: stop.signal });
  const refused = assert.rejects(waiting, { name: 'AbortError' });
  await clock.advance(10);
  stop.abort();
  await refused;
  await consumer.close();
  await clock.advance(1);
  assert.equal(clock.sleeping, 0);
});

test('should tell the lag of each platform', async () => {
  const { iggy, kafka, put, consumer } = make();
  await put(iggy, 'a', 'b');
  await put(kafka, 'c');
  const onKafka = { platform: 'kafka', partition: 0, lag: 1n, end: 1n };
  assert.deepEqual(await consumer.lag(), [{ platform: 'iggy', partition: 0, lag: 2n, end: 2n }, onKafka]);
  assert.deepEqual(await consumer.lagOf('kafka'), [onKafka]);
});

test('should tell the lag of what can be reached, where that is enough, and of nothing when nothing can', async () => {
  const strict = make();
  strict.kafka.mode = 'down';
  await assert.rejects(strict.consumer.lag(), { code: 'PLATFORM_UNAVAILABLE' });
  const lenient = make({ drained: 'reachable platforms' });
  lenient.kafka.mode = 'down';
  await lenient.put(lenient.iggy, 'a');
  assert.deepEqual(await lenient.consumer.lag(), [{ platform: 'iggy', partition: 0, lag: 1n, end: 1n }]);
  lenient.iggy.mode = 'down';
  await assert.rejects(lenient.consumer.lag(), { code: 'PLATFORM_UNAVAILABLE' });
});

test('should be closed at once when a platform hangs while it is opened, and close what comes of it', async () => {
  const opening = Promise.withResolvers<PlatformConsumer>();
  const clock = new FakeClock();
  let closed = 0;
  const platform = { name: 'iggy' as const, consumer: () => opening.promise };
  const consumer = new MergedConsumer([platform], { topic: 't', group: 'store', clock });
  assert.deepEqual(await clock.until(consumer.poll({ maxMessages: 1, maxBytes: 1, waitMs: 100 })), []);
  await consumer.close();
  const { clock: other, iggy } = make();
  const real = await iggy.consumer('t', 'store');
  const close = async () => {
    closed += 1;
  };
  opening.resolve({ ...real, close });
  await other.advance(1);
  assert.equal(closed, 1);
});
