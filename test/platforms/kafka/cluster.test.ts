import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaCluster, startKafka } from '../../../scripts/services/kafka.ts';
import type { Platform } from '../../../src/core/ports.ts';
import { needs } from '../../support/needs.ts';
import { idOf, keepSending, newTopic, openAsShipped, pollUntil } from './support.ts';

const KEYS = ['1', '2', '3', '4', '5', '6', 'X', 'Y'];

describe('kafka, a cluster of three', needs('kafka-server'), () => {
  let cluster: KafkaCluster;
  before(async () => {
    cluster = await startKafka({ nodes: 3 });
  });
  after(() => cluster?.stop());

  test('should make topics of two copies, and of as many as asked, when the cluster has the brokers', async (t) => {
    const platform = openAsShipped(t, { brokers: cluster.brokers });
    const usual = await newTopic(platform, 3);
    const three = await newTopic(platform, 3, 3);
    const topics = await platform.topics.list();
    assert.equal(topics.find(({ name }) => name === usual)?.replication, 2);
    assert.equal(topics.find(({ name }) => name === three)?.replication, 3);
    await assert.rejects(newTopic(platform, 1, 4), { code: 'PLATFORM_ERROR', retryable: false });
  });

  for (const [signal, happens] of [
    ['SIGKILL', 'is killed'],
    ['SIGSTOP', 'hangs'],
  ] as const) {
    test(`should lose nothing and go on without anybody’s help when one broker ${happens}`, async (t) => {
      const platform = openAsShipped(t, { brokers: cluster.brokers });
      const topic = await newTopic(platform, 6, 3);
      const producer = await platform.producer(topic);
      const consumer = await platform.consumer(topic, 'store');
      const sending = keepSending(producer, KEYS);
      const received = new Set<string>();
      let polling = true;
      const reading = (async () => {
        while (polling) for (const id of await pollUntil(consumer, new Set(['never']), 300)) received.add(id);
      })();
      while (sending.count < 100) await sleep(10);
      const victim = cluster.nodes[signal === 'SIGKILL' ? 0 : 1]!;
      victim.signal(signal);
      const before = sending.count;
      while (sending.count < before + 200) await sleep(10);
      assert.ok(
        await sees(platform, (probe) => probe.underReplicatedPartitions > 0),
        'a copy is missing, and nobody says so',
      );
      if (signal === 'SIGSTOP') victim.signal('SIGCONT');
      else {
        await victim.exited;
        victim.start();
        await victim.ready();
      }
      const { acknowledged, longestMs } = await sending.stop();
      t.diagnostic(
        `longest time to an acknowledgement: ${Math.round(longestMs)} ms, ${acknowledged.length} acknowledged`,
      );
      const wanted = acknowledged.map(idOf);
      const deadline = performance.now() + 30_000;
      while (wanted.some((id) => !received.has(id)) && performance.now() < deadline) await sleep(100);
      polling = false;
      await reading;
      assert.deepEqual(
        wanted.filter((id) => !received.has(id)),
        [],
      );
      assert.ok(longestMs < 10_000, `${longestMs} ms without an acknowledgement`);
      const whole = (probe: { brokers: number; underReplicatedPartitions: number }) =>
        probe.brokers === 3 && probe.underReplicatedPartitions === 0;
      assert.ok(await sees(platform, whole), 'the cluster is not whole again');
    });
  }
});

/** Probes until it shows what it should, for half a minute. */
async function sees(
  platform: Platform,
  what: (probe: Awaited<ReturnType<Platform['probe']>>) => boolean,
): Promise<boolean> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const probe = await platform.probe().catch(() => undefined);
    if (probe !== undefined && what(probe)) return true;
    await sleep(100);
  }
  return false;
}
