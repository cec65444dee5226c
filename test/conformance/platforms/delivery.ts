import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '../../../src/core/partition.ts';
import type { IncomingMessage } from '../../../src/core/ports.ts';
import { ANY, bodyOf, collect, idOf, MiB, message, offsetsByPartition, WITHIN_MS } from './harness.ts';
import type { Bench } from './suite.ts';

const KEYS = ['1', '2', 'chr3', 'chr4', 'X', 'Y', 'MT', 'GL000008.2'];

/** Order, content, limits of a poll, large messages, cancellation. */
export function declareDeliveryTests(bench: Bench): void {
  test('should deliver every message once, in the order of its key, when batches are sent at once', async () => {
    const { platform, topic } = await bench.withTopic(4);
    const producer = await platform.producer(topic);
    const labels = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 25 }, (_, at) => ({ key: KEYS[(batch + at) % KEYS.length]!, label: `${batch}-${at}` })),
    );
    await Promise.all(labels.map((batch) => producer.send(batch.map(({ key, label }) => message(key, label)))));

    const consumer = await platform.consumer(topic, 'store');
    const { messages, ids } = await collect(consumer, 1000, { quietMs: 300 });
    assert.deepEqual(
      ids.toSorted(),
      labels
        .flat()
        .map(({ label }) => idOf(label))
        .toSorted(),
    );
    for (const key of KEYS) {
      const sent = labels.flat().filter((one) => one.key === key);
      const expected = new Set(sent.map(({ label }) => idOf(label)));
      assert.deepEqual(
        ids.filter((id) => expected.has(id)),
        sent.map(({ label }) => idOf(label)),
        `key ${key}`,
      );
    }
    for (const [partition, offsets] of offsetsByPartition(messages)) {
      assert.deepEqual(
        offsets,
        offsets.toSorted((a, b) => Number(a - b)),
        `partition ${partition}`,
      );
      assert.equal(new Set(offsets).size, offsets.length);
    }
  });

  test('should give back body, id and place of a message when it is polled', async () => {
    const { platform, topic } = await bench.withTopic(4);
    const producer = await platform.producer(topic);
    await producer.send(KEYS.map((key) => message(key, `at ${key}`, 1000)));
    const { messages } = await collect(await platform.consumer(topic, 'store'), KEYS.length);
    for (const key of KEYS) {
      const found = messages.find(({ id }) => id === idOf(`at ${key}`));
      assert.ok(found, key);
      assert.deepEqual(new Uint8Array(found.body), bodyOf(`at ${key}`, 1000));
      const { platform: name, topic: where, partition } = found.position;
      assert.deepEqual([name, where, partition], [platform.name, topic, partitionOf(key, 4)]);
    }
  });

  test('should keep to the limits of a poll, and give one message whatever its size', async () => {
    const { platform, topic } = await bench.withTopic(1);
    const producer = await platform.producer(topic);
    await producer.send(Array.from({ length: 10 }, (_, at) => message('1', `small ${at}`, 1000)));
    await producer.send([message('1', 'large', 300_000), message('1', 'last', 1000)]);
    const consumer = await platform.consumer(topic, 'store');
    const polls: IncomingMessage[][] = [];
    const deadline = performance.now() + WITHIN_MS;
    while (polls.flat().length < 12 && performance.now() < deadline) {
      const polled = await consumer.poll({ maxMessages: 4, maxBytes: 3500, waitMs: 100 });
      if (polled.length > 0) polls.push([...polled]);
    }
    const ids = polls.flat().map(({ id }) => id);
    const small = Array.from({ length: 10 }, (_, at) => idOf(`small ${at}`));
    assert.deepEqual(ids, [...small, idOf('large'), idOf('last')]);
    for (const poll of polls) {
      const bytes = poll.reduce((sum, { body }) => sum + body.length, 0);
      assert.ok(poll.length === 1 || (poll.length <= 4 && bytes <= 3500), `${poll.length} messages, ${bytes} bytes`);
    }
  });

  test('should deliver an envelope of 10 MB when small ones surround it', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const producer = await platform.producer(topic);
    // Random: a broker that compresses gains nothing.
    const body = new Uint8Array(randomBytes(10 * MiB));
    const digest = createHash('sha256').update(body).digest('hex');
    const sends = [
      producer.send([message('1', 'before')]),
      producer.send([{ key: '1', id: idOf('envelope'), body }]),
      producer.send([message('1', 'after')]),
    ];
    await Promise.all(sends);
    const { messages, ids } = await collect(await platform.consumer(topic, 'store'), 3);
    assert.deepEqual(ids, [idOf('before'), idOf('envelope'), idOf('after')]);
    assert.equal(createHash('sha256').update(messages[1]!.body).digest('hex'), digest);
  });

  test('should deliver what is sent later when a consumer was there first', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const consumer = await platform.consumer(topic, 'store');
    assert.deepEqual(await consumer.poll({ ...ANY, waitMs: 0 }), []);
    const producer = await platform.producer(topic);
    await producer.send([message('1', 'a'), message('2', 'b')]);
    const { ids } = await collect(consumer, 2);
    assert.deepEqual(ids.toSorted(), [idOf('a'), idOf('b')].toSorted());
  });

  test('should find everything that was acknowledged before when a poll does not wait', async () => {
    const { platform, topic } = await bench.withTopic(4);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    for (let round = 0; round < 10; round++) {
      await producer.send(KEYS.map((key) => message(key, `${round} ${key}`)));
      const polled: IncomingMessage[] = [];
      for (;;) {
        const some = await consumer.poll({ ...ANY, waitMs: 0 });
        if (some.length === 0) break;
        polled.push(...some);
      }
      assert.equal(polled.length, KEYS.length, `round ${round}`);
    }
  });

  test('should answer a poll early when a message comes, and after its time when none does', async () => {
    const { platform, topic } = await bench.withTopic(1);
    const consumer = await platform.consumer(topic, 'store');
    const producer = await platform.producer(topic);
    const begunMs = performance.now();
    assert.deepEqual(await consumer.poll({ ...ANY, waitMs: 400 }), []);
    const waitedMs = performance.now() - begunMs;
    assert.ok(waitedMs >= 390 && waitedMs < 2500, `${waitedMs} ms`);

    const polling = consumer.poll({ ...ANY, waitMs: 15_000 });
    await sleep(100);
    const sentMs = performance.now();
    await producer.send([message('1', 'a')]);
    assert.equal((await polling).length, 1);
    assert.ok(performance.now() - sentMs < 2500, `${performance.now() - sentMs} ms`);
  });

  test('should reject with the reason and lose nothing when a poll is aborted', async () => {
    const { platform, topic } = await bench.withTopic(1);
    const consumer = await platform.consumer(topic, 'store');
    const reason = new Error('enough');
    await assert.rejects(consumer.poll({ ...ANY, signal: AbortSignal.abort(reason) }), reason);
    const abort = new AbortController();
    const polling = consumer.poll({ ...ANY, waitMs: 15_000, signal: abort.signal });
    setTimeout(() => abort.abort(reason), 100);
    const begunMs = performance.now();
    await assert.rejects(polling, reason);
    assert.ok(performance.now() - begunMs < 2500);
    const producer = await platform.producer(topic);
    await producer.send([message('1', 'a')]);
    assert.deepEqual((await collect(consumer, 1)).ids, [idOf('a')]);
  });

  test('should deliver everything once when the consumer is slow', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const producer = await platform.producer(topic);
    const labels = Array.from({ length: 300 }, (_, at) => `slow ${at}`);
    const sending = (async () => {
      for (const [at, label] of labels.entries()) await producer.send([message(KEYS[at % 8]!, label, 20_000)]);
    })();
    const consumer = await platform.consumer(topic, 'store');
    const ids: string[] = [];
    const deadline = performance.now() + 3 * WITHIN_MS;
    for (let polls = 0; ids.length < labels.length && performance.now() < deadline; polls++) {
      const polled = await consumer.poll({ ...ANY, maxMessages: 7 });
      ids.push(...polled.map(({ id }) => id));
      await sleep(polls === 3 ? 3000 : 5);
      if (polled.length > 0) await consumer.commit(polled.map(({ position }) => position));
    }
    await sending;
    assert.deepEqual(ids.toSorted(), labels.map(idOf).toSorted());
  });
}
