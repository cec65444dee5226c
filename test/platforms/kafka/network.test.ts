import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaCluster, startKafka } from '../../../scripts/services/kafka.ts';
import { needs } from '../../support/needs.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { failureOf, idOf, message, newTopic, openAsShipped, pollUntil } from './support.ts';

const ANY = { maxMessages: 1000, maxBytes: 1 << 26, waitMs: 100 };
const KEYS = ['1', '2', '3', 'X'];

describe('kafka, a network that fails', needs('kafka-server'), () => {
  let cluster: KafkaCluster;
  let proxy: TcpProxy;
  before(async () => {
    proxy = await TcpProxy.listen(() => cluster.nodes[0]!.plaintextPort);
    cluster = await startKafka({ advertised: proxy.port });
  });
  after(async () => {
    await proxy?.close();
    await cluster?.stop();
  });

  test('should write what it acknowledges exactly once when connections are reset again and again', async (t) => {
    const platform = openAsShipped(t, { brokers: cluster.brokers, sendTimeoutMs: 5000 });
    const topic = await newTopic(platform, 2);
    const producer = await platform.producer(topic);
    const acknowledged: string[] = [];
    let resets = 0;
    const breaking = setInterval(() => {
      proxy.reset();
      resets++;
    }, 120);
    // Never sent again by us: what comes twice was written twice under one acknowledgement.
    for (let n = 0; n < 150; n++) {
      const sends = KEYS.map((key) =>
        producer.send([message(key, `${n} ${key}`)]).then(() => acknowledged.push(`${n} ${key}`)),
      );
      await Promise.allSettled(sends);
    }
    clearInterval(breaking);
    assert.ok(resets >= 5 && acknowledged.length > 400, `${resets} resets, ${acknowledged.length} acknowledged`);
    const consumer = await platform.consumer(topic, 'store');
    const counts = new Map<string, number>();
    for (;;) {
      const polled = await consumer.poll({ ...ANY, waitMs: 500 });
      if (polled.length === 0) break;
      for (const { id } of polled) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    assert.deepEqual(
      acknowledged.filter((label) => counts.get(idOf(label)) !== 1),
      [],
    );
  });

  test('should reject soon, and go on, when everything falls into a black hole', async (t) => {
    const platform = openAsShipped(t, { brokers: cluster.brokers });
    const topic = await newTopic(platform, 2);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    await producer.send([message('1', 'before')]);
    await pollUntil(consumer, new Set([idOf('before')]));
    await platform.probe();
    proxy.blackHole();
    const uses = [producer.send([message('1', 'lost')]), consumer.poll(ANY), platform.probe()];
    for (const { error, ms } of await Promise.all(uses.map(failureOf))) {
      assert.equal(error.retryable, true, String(error));
      assert.ok(ms < 2500, `${ms} ms`);
    }
    // With no connection there is first one to be made, which nobody takes.
    const again = await failureOf(producer.send([message('1', 'lost')]));
    assert.ok(again.error.retryable === true && again.ms < 3500, `${again.error.code}, ${again.ms} ms`);
    proxy.heal();
    for (;;) {
      const sent = await producer.send([message('1', 'after')]).then(
        () => true,
        () => false,
      );
      if (sent) break;
      await sleep(50);
    }
    assert.ok((await pollUntil(consumer, new Set([idOf('after')]))).has(idOf('after')));
  });
});
