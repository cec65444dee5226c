import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/app/clock.ts';

test('should sleep for as long as it is told', async () => {
  const begunMs = systemClock.monotonicMs();
  await systemClock.sleep(30);
  // Timers count whole milliseconds.
  assert.ok(systemClock.monotonicMs() - begunMs >= 29);
});

test('should reject with the reason when a signal cuts a sleep short, before it or in it', async () => {
  const reason = Symbol('reason');
  await assert.rejects(systemClock.sleep(60_000, { signal: AbortSignal.abort(reason) }), (error) => error === reason);
  const stop = new AbortController();
  const sleeping = systemClock.sleep(60_000, { signal: stop.signal });
  stop.abort(reason);
  await assert.rejects(sleeping, (error) => error === reason);
});

test('should hear what came in time when the process was held up until the sleep was over', async () => {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const answerer = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.once('message', () => {
       parentPort.postMessage('answer');
       Atomics.store(workerData, 0, 1);
       Atomics.notify(workerData, 0);
     });`,
    { eval: true, workerData: answered },
  );
  await once(answerer, 'online');
  const heard = once(answerer, 'message').then(() => 'the answer');
  const over = systemClock.sleep(50).then(() => 'the end of the sleep');
  answerer.postMessage('question');
  await new Promise(setImmediate);
  // Timers come next. Holds this thread up until the answer lies there and the sleep should long be over.
  Atomics.wait(answered, 0, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  assert.equal(await Promise.race([heard, over]), 'the answer');
});
