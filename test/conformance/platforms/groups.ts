import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IncomingMessage, PlatformConsumer } from '../../../src/core/ports.ts';
import type { PlatformTraits } from './harness.ts';
import { ANY, collect, eventually, idOf, message } from './harness.ts';
import type { Bench } from './suite.ts';

const CHROMOSOMES = Array.from({ length: 22 }, (_, at) => String(at + 1));

const positions = (messages: readonly IncomingMessage[]) => messages.map(({ position }) => position);

/** Commits, redelivery, positions after a restart, lag, members of a group. */
export function declareGroupTests(bench: Bench, traits: PlatformTraits): void {
  test('should deliver again exactly what was not committed when a consumer starts again', async () => {
    const { platform, topic } = await bench.withTopic(1);
    const labels = Array.from({ length: 20 }, (_, at) => `m${at}`);
    await (await platform.producer(topic)).send(labels.map((label) => message('1', label)));
    const first = await platform.consumer(topic, 'store');
    const { messages } = await collect(first, 20);
    await first.commit(positions(messages.slice(0, 8)));
    await first.close();
    const second = await platform.consumer(topic, 'store');
    assert.deepEqual((await collect(second, 12, { quietMs: 300 })).ids, labels.slice(8).map(idOf));
  });

  test('should continue after the last commit when the whole client starts again', async () => {
    const { platform, topic } = await bench.withTopic(4);
    const producer = await platform.producer(topic);
    await producer.send(CHROMOSOMES.map((key) => message(key, `before ${key}`)));
    const consumer = await platform.consumer(topic, 'store');
    await collect(consumer, CHROMOSOMES.length, { commit: true });
    await platform.close();

    const again = await bench.open();
    const producerAgain = await again.producer(topic);
    await producerAgain.send(CHROMOSOMES.map((key) => message(key, `after ${key}`)));
    const { ids } = await collect(await again.consumer(topic, 'store'), CHROMOSOMES.length, { quietMs: 300 });
    assert.deepEqual(ids.toSorted(), CHROMOSOMES.map((key) => idOf(`after ${key}`)).toSorted());
  });

  test('should deliver everything from the start when a group is new', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const producer = await platform.producer(topic);
    // Read ahead of the other group, which may not lose what the first has committed.
    const other = await platform.consumer(topic, 'other');
    await producer.send(CHROMOSOMES.map((key) => message(key, key)));
    await collect(await platform.consumer(topic, 'store'), CHROMOSOMES.length, { commit: true });
    const { ids } = await collect(other, CHROMOSOMES.length, { quietMs: 300 });
    assert.deepEqual(ids.toSorted(), CHROMOSOMES.map(idOf).toSorted());
  });

  test('should count what is not committed as lag, whatever was polled', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    const total = async () => (await consumer.lag()).reduce((sum, { lag }) => sum + lag, 0n);
    assert.equal(await total(), 0n);
    await producer.send(CHROMOSOMES.map((key) => message(key, key)));
    assert.equal(await total(), 22n);
    const { messages } = await collect(consumer, 22);
    assert.equal(await total(), 22n);
    const inFirst = messages.filter(({ position }) => position.partition === 0);
    await consumer.commit(positions(inFirst));
    const lags = [...(await consumer.lag())].sort((a, b) => a.partition - b.partition);
    const [first, second] = [BigInt(inFirst.length), BigInt(22 - inFirst.length)];
    assert.deepEqual(lags, [
      { platform: platform.name, partition: 0, lag: 0n, end: first },
      { platform: platform.name, partition: 1, lag: second, end: second },
    ]);
    await consumer.commit(positions(messages));
    assert.equal(await total(), 0n);
  });

  test('should tell who is no member how far a group is', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const total = async (group: string) => {
      const lags = await (await bench.open()).lag(topic, group);
      assert.deepEqual(lags.map(({ partition }) => partition).toSorted(), [0, 1]);
      return lags.reduce((sum, { lag }) => sum + lag, 0n);
    };
    assert.equal(await total('store'), 0n);
    await (await platform.producer(topic)).send(CHROMOSOMES.map((key) => message(key, key)));
    assert.equal(await total('store'), 22n);
    const consumer = await platform.consumer(topic, 'store');
    const { messages } = await collect(consumer, 22);
    await consumer.commit(positions(messages.slice(0, 5)));
    await consumer.commit(positions(messages));
    assert.equal(await total('store'), 0n);
    await assert.rejects(platform.lag('no-such-topic', 'store'), { code: 'TOPIC_NOT_FOUND' });
  });

  if (!traits.sharesPartitions) return;

  test('should share the partitions when a second member joins, and take them back when it leaves', async () => {
    const { platform, topic } = await bench.withTopic(4);
    const producer = await platform.producer(topic);
    const members = [new Member(await platform.consumer(topic, 'store'))];
    members.push(new Member(await (await bench.open()).consumer(topic, 'store')));
    let round = 0;
    const sent = new Set<string>();
    const sendRound = async () => {
      const labels = CHROMOSOMES.map((key) => ({ key, label: `round ${round} ${key}` }));
      round++;
      await producer.send(labels.map(({ key, label }) => message(key, label)));
      for (const { label } of labels) sent.add(idOf(label));
    };
    /** Who got the messages of one round, once each of them has come somewhere. */
    const partitionsOfRound = async () => {
      for (const member of members) member.partitions.clear();
      await sendRound();
      await eventually(async () => {
        for (const member of members) await member.poll();
        return members.reduce((sum, member) => sum + member.partitions.size, 0) >= 4;
      }, traits.rebalanceWithinMs);
      return members.map((member) => [...member.partitions].sort());
    };

    const shared = await eventually(async () => {
      const [one, two] = await partitionsOfRound();
      return one?.length === 2 && two?.length === 2 && new Set([...one, ...two]).size === 4;
    }, 2 * traits.rebalanceWithinMs);
    assert.ok(shared, `the members have ${members.map((member) => [...member.partitions])}`);

    const [left, stays] = members.splice(0, 2) as [Member, Member];
    await left.consumer.close();
    members.push(stays);
    const alone = await eventually(async () => (await partitionsOfRound())[0]?.length === 4, traits.rebalanceWithinMs);
    assert.ok(alone, `the member that stayed has ${[...stays.partitions]}`);

    await eventually(async () => {
      await stays.poll();
      return [...sent].every((id) => left.ids.has(id) || stays.ids.has(id));
    });
    assert.deepEqual(
      [...sent].filter((id) => !left.ids.has(id) && !stays.ids.has(id)),
      [],
    );
  });

  test('should hand over what was not committed when a member leaves', async () => {
    const { platform, topic } = await bench.withTopic(2);
    const producer = await platform.producer(topic);
    await producer.send(CHROMOSOMES.map((key) => message(key, key)));
    const leaver = await (await bench.open()).consumer(topic, 'store');
    const { messages } = await collect(leaver, 22);
    const applied = messages.slice(0, 10);
    await leaver.commit(positions(applied));
    await leaver.close();
    const { ids } = await collect(await platform.consumer(topic, 'store'), 12, { withinMs: traits.rebalanceWithinMs });
    const taken = new Set([...ids, ...applied.map(({ id }) => id)]);
    assert.deepEqual(
      CHROMOSOMES.map(idOf).filter((id) => !taken.has(id)),
      [],
    );
  });
}

/** A consumer, what came to it, and from which partitions since somebody cleared that. */
class Member {
  readonly consumer: PlatformConsumer;
  readonly ids = new Set<string>();
  readonly partitions = new Set<number>();

  constructor(consumer: PlatformConsumer) {
    this.consumer = consumer;
  }

  async poll(): Promise<void> {
    const messages = await this.consumer.poll(ANY);
    for (const { id, position } of messages) {
      this.ids.add(id);
      this.partitions.add(position.partition);
    }
    if (messages.length > 0) await this.consumer.commit(positions(messages));
  }
}
