import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeRig } from './rig.ts';

/** Five failures open the breaker for 30 s. */
async function openBreaker({ clock, primary, sending }: ReturnType<typeof makeRig>): Promise<void> {
  primary.mode = 'down';
  for (const id of ['a', 'b']) await clock.until(assert.rejects(sending(id), { code: 'DELIVERY_FAILED' }));
}

test('should pause for three quarters of the time when the dice lie in the middle', async () => {
  const { clock, coordinator } = makeRig();
  await clock.until(coordinator.pause(1_000));
  assert.deepEqual([clock.monotonicMs(), clock.sleeping], [750, 0]);
});

test('should end the pause when a platform that was down answers a probe', async () => {
  const { clock, coordinator, primary } = makeRig({ alone: true });
  primary.mode = 'down';
  const stop = new AbortController();
  const running = coordinator.run(stop);
  await clock.advance(500);
  const pausing = coordinator.pause(60_000);
  let isOver = false;
  pausing.then(() => {
    isOver = true;
  });
  await clock.advance(2_000);
  assert.equal(isOver, false);
  primary.mode = 'well';
  await clock.advance(1_100);
  assert.equal(isOver, true);
  stop.abort();
  await clock.until(running);
});

test('should end the pause when a breaker lets a trial through, and not when it opens', async () => {
  const rig = makeRig({ alone: true });
  const { clock, coordinator, primary, sending } = rig;
  let isOver = false;
  const pausing = coordinator.pause(600_000).then(() => {
    isOver = true;
  });
  await openBreaker(rig);
  assert.deepEqual([isOver, coordinator.monitor.breaker('iggy').state], [false, 'OPEN']);
  await clock.advance(30_000);
  assert.equal(isOver, false, 'nobody has called yet');
  primary.mode = 'well';
  await clock.until(sending('c'));
  await pausing;
  assert.ok(clock.monotonicMs() < 60_000);
});

test('should reject as its signal when the caller gives up, and leave nothing asleep', async () => {
  const { clock, coordinator } = makeRig();
  const stop = new AbortController();
  const pausing = assert.rejects(coordinator.pause(1_000, stop), { message: 'enough' });
  stop.abort(new Error('enough'));
  await pausing;
  assert.equal(clock.sleeping, 0);
});
