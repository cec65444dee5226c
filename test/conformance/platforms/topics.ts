import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANY, collect, eventually, idOf, message, unique } from './harness.ts';
import type { Bench } from './suite.ts';

const CHROMOSOMES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', 'X', 'Y'];

/** Topics: create, list, grow, unknown ones; the probe. */
export function declareTopicTests(bench: Bench): void {
  test('should list a topic with its partitions when it was created', async () => {
    const platform = await bench.open();
    const name = unique('topic');
    await platform.topics.create({ name, partitions: 3 });
    const listed = (await platform.topics.list()).find((topic) => topic.name === name);
    assert.equal(listed?.partitions, 3);
    assert.ok(listed.replication >= 1);
  });

  test('should leave a topic as it is when it is created again', async () => {
    const { platform, topic } = await bench.withTopic(2);
    await (await platform.producer(topic)).send([message('1', 'kept')]);
    await platform.topics.create({ name: topic, partitions: 5 });
    const listed = (await platform.topics.list()).find(({ name }) => name === topic);
    assert.equal(listed?.partitions, 2);
    assert.deepEqual((await collect(await platform.consumer(topic, 'store'), 1)).ids, [idOf('kept')]);
  });

  test('should use the new partitions and lose nothing when a topic grows under its users', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    await producer.send(CHROMOSOMES.map((key) => message(key, `first ${key}`)));
    await collect(consumer, CHROMOSOMES.length, { commit: true });
    await (await bench.open()).topics.grow(topic, 5);
    const listed = (await platform.topics.list()).find(({ name }) => name === topic);
    assert.equal(listed?.partitions, 5);

    const sent = new Set<string>();
    const received = new Map<string, number>();
    let round = 0;
    const usesAll = await eventually(async () => {
      const labels = CHROMOSOMES.map((key) => ({ key, label: `round ${round} ${key}` }));
      round++;
      await producer.send(labels.map(({ key, label }) => message(key, label)));
      for (const { label } of labels) sent.add(idOf(label));
      for (const { id, position } of await consumer.poll(ANY)) received.set(id, position.partition);
      return new Set(received.values()).size === 5;
    });
    assert.ok(usesAll, `only partitions ${[...new Set(received.values())]} were used`);
    const missing = () => [...sent].filter((id) => !received.has(id));
    await eventually(async () => {
      for (const { id, position } of await consumer.poll(ANY)) received.set(id, position.partition);
      return missing().length === 0;
    });
    assert.deepEqual(missing(), []);
  });

  test('should refuse with OPTION_CONFLICT when a topic should shrink', async () => {
    const { platform, topic } = await bench.withTopic(3);
    await assert.rejects(platform.topics.grow(topic, 2), { code: 'OPTION_CONFLICT' });
    await platform.topics.grow(topic, 3);
    const listed = (await platform.topics.list()).find(({ name }) => name === topic);
    assert.equal(listed?.partitions, 3);
  });

  test('should reject with TOPIC_NOT_FOUND when there is no such topic', async () => {
    const platform = await bench.open();
    const unknown = { code: 'TOPIC_NOT_FOUND', retryable: false };
    await assert.rejects(platform.producer(unique('nowhere')), unknown);
    await assert.rejects(platform.consumer(unique('nowhere'), 'store'), unknown);
    await assert.rejects(platform.topics.grow(unique('nowhere'), 4), unknown);
  });

  test('should answer a probe with what the platform is when it is well', async () => {
    const platform = await bench.open();
    const probe = await platform.probe();
    assert.ok(probe.latencyMs > 0 && probe.latencyMs < 5000, `${probe.latencyMs} ms`);
    assert.ok(probe.brokers >= 1);
    assert.equal(probe.underReplicatedPartitions, 0);
    assert.notEqual(probe.version, '');
  });
}
