import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from '../../src/coordinator/deadlines.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

test('should call back each after its own time when they were set at different times', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  const called: [string, number][] = [];
  const set = (name: string) => deadlines.set(() => called.push([name, clock.monotonicMs()]));
  set('a');
  await clock.advance(30);
  const takeBack = set('b');
  await clock.advance(30);
  set('c');
  takeBack();
  await clock.advance(200);
  assert.deepEqual(called, [
    ['a', 100],
    ['c', 160],
  ]);
  assert.equal(clock.sleeping, 0);
});

test('should sleep once however many wait, and not go on sleeping when all were taken back', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  const takeBacks = Array.from({ length: 1000 }, () => deadlines.set(() => assert.fail('it was taken back')));
  assert.equal(clock.sleeping, 1);
  for (const takeBack of takeBacks) takeBack();
  await clock.advance(101);
  assert.equal(clock.sleeping, 0);
});

test('should call what a callback sets, later', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  let calledMs = 0;
  deadlines.set(() =>
    deadlines.set(() => {
      calledMs = clock.monotonicMs();
    }),
  );
  await clock.advance(1000);
  assert.equal(calledMs, 200);
});

test('should leave nothing behind when it is closed', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  deadlines.set(() => assert.fail('it is closed'));
  deadlines.close();
  await clock.advance(1000);
  deadlines.set(() => assert.fail('it is closed'));
  await clock.advance(1000);
  assert.equal(clock.sleeping, 0);
});
