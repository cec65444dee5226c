import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InFlight } from '../../src/ingest/backpressure.ts';

const limits = { maxVariants: 100, maxBytes: 1000 };
const settled = async (promise: Promise<unknown>) => {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await new Promise(setImmediate);
  return done;
};

test('should wait for room when the variants in flight are at their bound', async () => {
  const inFlight = new InFlight(limits);
  await inFlight.acquire('a', 60, 1);
  const second = inFlight.acquire('b', 60, 1);
  assert.equal(await settled(second), false);
  assert.equal(inFlight.release('a'), 60);
  await second;
});

test('should wait for room when the bytes in flight are at their bound', async () => {
  const inFlight = new InFlight(limits);
  await inFlight.acquire('a', 1, 900);
  const second = inFlight.acquire('b', 1, 200);
  assert.equal(await settled(second), false);
  inFlight.release('a');
  await second;
});

test('should let one envelope pass alone when it is larger than the whole bound', async () => {
  const inFlight = new InFlight(limits);
  await inFlight.acquire('huge', 5000, 5000);
  const next = inFlight.acquire('b', 1, 1);
  assert.equal(await settled(next), false);
  inFlight.release('huge');
  await next;
});

test('should be idle only when everything was released', async () => {
  const inFlight = new InFlight(limits);
  await inFlight.acquire('a', 1, 1);
  const idle = inFlight.idle();
  assert.equal(inFlight.release('unknown'), 0);
  assert.equal(await settled(idle), false);
  inFlight.release('a');
  await idle;
});

test('should reject a waiting acquire when its signal aborts', async () => {
  const inFlight = new InFlight(limits);
  await inFlight.acquire('a', 100, 1);
  const controller = new AbortController();
  const waiting = inFlight.acquire('b', 1, 1, { signal: controller.signal });
  controller.abort(new Error('stop'));
  await assert.rejects(waiting, { message: 'stop' });
});
