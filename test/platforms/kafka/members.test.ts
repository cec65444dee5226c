import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { needs } from '../../support/needs.ts';
import { idOf, message, newTopic, openPlatform, pollUntil } from './support.ts';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8'];
const WANTED = new Set(KEYS.map(idOf));
/** Of a process that has nothing to do any more. */
const LIFETIME_MS = 45_000;

describe('kafka, members in other processes', needs('kafka'), () => {
  const brokers = (process.env.TEST_KAFKA_BROKERS ?? '').split(',');

  /** A member in a process of its own, once it was given every message of the topic. */
  async function memberWithAll(
    t: { after(hook: () => void): void },
    ...args: readonly [topic: string, sessionTimeoutMs: number, instanceId?: string]
  ): Promise<ChildProcess> {
    const child = fork(new URL('./member.ts', import.meta.url), [brokers.join(','), ...args.map(String)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    t.after(() => child.kill('SIGKILL'));
    const taken = new Set<string>();
    while (taken.size < WANTED.size) {
      const [ids] = (await once(child, 'message')) as [string[]];
      for (const id of ids) taken.add(id);
    }
    return child;
  }

  for (const [signal, happens] of [
    ['SIGKILL', 'is killed'],
    ['SIGSTOP', 'hangs'],
  ] as const) {
    test(`should take over what was not committed within a session when a member ${happens}`, async (t) => {
      const sessionTimeoutMs = 2000;
      const platform = openPlatform(t, { brokers, sessionTimeoutMs });
      const topic = await newTopic(platform, 4);
      await (await platform.producer(topic)).send(KEYS.map((key) => message(key, key)));
      const child = await memberWithAll(t, topic, sessionTimeoutMs);
      child.kill(signal);
      const begunMs = performance.now();
      const consumer = await platform.consumer(topic, 'store');
      const found = await pollUntil(consumer, WANTED);
      const tookMs = performance.now() - begunMs;
      assert.deepEqual(
        [...WANTED].filter((id) => !found.has(id)),
        [],
      );
      assert.ok(tookMs < 3 * sessionTimeoutMs, `${tookMs} ms`);
    });
  }

  test('should leave nothing behind that keeps the process alive when it leaves in the middle of a rebalance', async (t) => {
    const topic = await newTopic(openPlatform(t, { brokers }), 4);
    const child = fork(new URL('./churn.ts', import.meta.url), [brokers.join(','), topic], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      timeout: LIFETIME_MS,
      killSignal: 'SIGKILL',
    });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, 'it does not end by itself');
  });

  test('should have its partitions back at once, not after a session, when a worker of a name starts again', async (t) => {
    const sessionTimeoutMs = 30_000;
    const platform = openPlatform(t, { brokers, sessionTimeoutMs, instanceId: 'worker-1' });
    const topic = await newTopic(platform, 4);
    const producer = await platform.producer(topic);
    await producer.send(KEYS.map((key) => message(key, key)));
    const child = await memberWithAll(t, topic, sessionTimeoutMs, 'worker-1');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const begunMs = performance.now();
    const consumer = await platform.consumer(topic, 'store');
    const found = await pollUntil(consumer, WANTED, 10_000);
    assert.deepEqual(
      [...WANTED].filter((id) => !found.has(id)),
      [],
    );
    assert.ok(performance.now() - begunMs < 6000, `${performance.now() - begunMs} ms`);

    const polled = await consumer.poll({ maxMessages: 1, maxBytes: 1 << 20, waitMs: 0 });
    assert.deepEqual(polled, []);
    await producer.send([message('1', 'more')]);
    const [more] = await consumer.poll({ maxMessages: 1, maxBytes: 1 << 20, waitMs: 5000 });
    await consumer.commit([more!.position]);
    const lag = await consumer.lag();
    assert.equal(lag.find(({ partition }) => partition === more!.position.partition)?.lag, 0n);
  });
});
