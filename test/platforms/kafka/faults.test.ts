import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaCluster, startKafka } from '../../../scripts/services/kafka.ts';
import type { KafkaNode } from '../../../scripts/services/kafka-node.ts';
import { needs } from '../../support/needs.ts';
import {
  failureOf,
  idOf,
  keepSending,
  message,
  newTopic,
  openAsShipped,
  pollUntil,
  sendUntilTaken,
} from './support.ts';

const KEYS = ['1', '2', '3', 'X'];
const ANY = { maxMessages: 1000, maxBytes: 1 << 26, waitMs: 100 };
/** What the defaults promise (800 ms, and a fetch may wait 200), with room for a machine that does other things too. */
const SOON_MS = 2500;

describe('kafka, one broker that fails', needs('kafka-server'), () => {
  let cluster: KafkaCluster;
  let node: KafkaNode;
  before(async () => {
    cluster = await startKafka();
    node = cluster.nodes[0]!;
  });
  after(() => cluster?.stop());

  test('should reject soon, and go on where it was, when the broker hangs and wakes', async (t) => {
    const platform = openAsShipped(t, { brokers: cluster.brokers });
    const topic = await newTopic(platform, 2);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    await sendUntilTaken(
      producer,
      KEYS.map((key) => message(key, `before ${key}`)),
    );
    await pollUntil(consumer, new Set(KEYS.map((key) => idOf(`before ${key}`))));
    await platform.probe();

    t.after(() => node.signal('SIGCONT'));
    node.signal('SIGSTOP');
    const uses = [producer.send([message('1', 'hung')]), consumer.poll(ANY), platform.probe()];
    for (const { error, ms } of await Promise.all(uses.map(failureOf))) {
      assert.ok(['PLATFORM_TIMEOUT', 'PLATFORM_UNAVAILABLE'].includes(error.code ?? ''), String(error));
      assert.equal(error.retryable, true);
      assert.ok(ms < SOON_MS, `${ms} ms`);
    }
    node.signal('SIGCONT');

    const sending = keepSending(producer, KEYS);
    while (sending.count < 20) await sleep(20);
    const { acknowledged } = await sending.stop();
    const wanted = new Set(acknowledged.map(idOf));
    const found = await pollUntil(consumer, wanted);
    assert.deepEqual(
      [...wanted].filter((id) => !found.has(id)),
      [],
    );
    assert.ok((await platform.probe()).latencyMs > 0);
  });

  test('should reject at once, and hold what it acknowledged, when the broker is killed and starts again', async (t) => {
    const platform = openAsShipped(t, { brokers: cluster.brokers });
    const topic = await newTopic(platform, 2);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    const sending = keepSending(producer, KEYS);
    while (sending.count < 50) await sleep(5);
    node.signal('SIGKILL');
    await node.exited;
    const other = await failureOf(producer.send([message('1', 'dead')]));
    assert.equal(other.error.retryable, true);
    assert.ok(other.ms < SOON_MS, `${other.ms} ms`);
    const dead = await failureOf(producer.send([message('1', 'dead')]));
    assert.equal(dead.error.code, 'PLATFORM_UNAVAILABLE');
    // All brokers refuse a connection: nothing has to be waited for.
    assert.ok(dead.ms < 500, `${dead.ms} ms`);
    assert.equal((await failureOf(consumer.poll(ANY))).error.retryable, true);
    const before = sending.count;
    node.start();
    await node.ready();
    while (sending.count < before + 50) await sleep(5);
    const { acknowledged } = await sending.stop();
    const wanted = new Set(acknowledged.map(idOf));
    const found = await pollUntil(consumer, wanted);
    assert.deepEqual(
      [...wanted].filter((id) => !found.has(id)),
      [],
    );
  });

  test('should carry a commit that did not get through in the next one when the broker was away', async (t) => {
    const platform = openAsShipped(t, { brokers: cluster.brokers });
    const topic = await newTopic(platform, 1);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    const labels = Array.from({ length: 10 }, (_, at) => `m${at}`);
    await producer.send(labels.map((label) => message('1', label)));
    const polled = await consumer.poll({ ...ANY, waitMs: 5000 });
    assert.equal(polled.length, 10);
    node.signal('SIGSTOP');
    await consumer.commit(polled.map(({ position }) => position));
    node.signal('SIGCONT');
    await consumer.close();
    const again = await platform.consumer(topic, 'store');
    assert.deepEqual(await again.poll({ ...ANY, waitMs: 0 }), []);
    assert.deepEqual(await again.lag(), [{ platform: 'kafka', partition: 0, lag: 0n, end: 10n }]);
  });
});
