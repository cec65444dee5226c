import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { needs } from '../../support/needs.ts';
import { idOf, message, newTopic, openPlatform, pollUntil } from './support.ts';

describe('kafka, members in other processes', needs('kafka'), () => {
  const brokers = (process.env.TEST_KAFKA_BROKERS ?? '').split(',');

  for (const [signal, happens] of [
    ['SIGKILL', 'is killed'],
    ['SIGSTOP', 'hangs'],
  ] as const) {
    test(`should take over what was not committed within a session when a member ${happens}`, async (t) => {
      const sessionTimeoutMs = 2000;
      const platform = openPlatform(t, { brokers, sessionTimeoutMs });
      const topic = await newTopic(platform, 4);
      const keys = ['1', '2', '3', '4', '5', '6', '7', '8'];
      await (await platform.producer(topic)).send(keys.map((key) => message(key, key)));
      const child = fork(
        new URL('./member.ts', import.meta.url),
        [brokers.join(','), topic, String(sessionTimeoutMs)],
        {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        },
      );
      t.after(() => child.kill('SIGKILL'));
      const taken = new Set<string>();
      while (taken.size < keys.length) {
        const [ids] = (await once(child, 'message')) as [string[]];
        for (const id of ids) taken.add(id);
      }
      child.kill(signal);
      const begunMs = performance.now();
      const consumer = await platform.consumer(topic, 'store');
      const wanted = new Set(keys.map(idOf));
      const found = await pollUntil(consumer, wanted);
      const tookMs = performance.now() - begunMs;
      assert.deepEqual(
        [...wanted].filter((id) => !found.has(id)),
        [],
      );
      assert.ok(tookMs < 3 * sessionTimeoutMs, `${tookMs} ms`);
    });
  }
});
