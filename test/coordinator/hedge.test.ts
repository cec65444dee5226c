import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from '../../src/coordinator/deadlines.ts';
import { hedged } from '../../src/coordinator/hedge.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

function make() {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 100);
  const started: [name: string, atMs: number][] = [];
  const leg =
    (name: string, tookMs: number, fails = false) =>
    async (): Promise<string> => {
      started.push([name, clock.monotonicMs()]);
      await clock.sleep(tookMs);
      if (fails) throw name;
      return name;
    };
  return { clock, deadlines, started, leg };
}

test('should start only the first leg when it answers in time', async () => {
  const { clock, deadlines, started, leg } = make();
  const result = await clock.until(hedged([leg('a', 99), leg('b', 1)], { deadlines }));
  assert.deepEqual([result, started], [{ ok: true, value: 'a' }, [['a', 0]]]);
});

test('should start the second beside the first when the first is late, and take whichever is first', async () => {
  const { clock, deadlines, started, leg } = make();
  const result = await clock.until(hedged([leg('a', 5000), leg('b', 7)], { deadlines }));
  assert.deepEqual([result, clock.monotonicMs()], [{ ok: true, value: 'b' }, 107]);
  assert.deepEqual(started, [
    ['a', 0],
    ['b', 100],
  ]);
  const late = make();
  const first = hedged([late.leg('a', 105), late.leg('b', 50)], late);
  assert.deepEqual(await late.clock.until(first), { ok: true, value: 'a' });
});

test('should start the second at once when the first fails', async () => {
  const { clock, deadlines, started, leg } = make();
  const result = await clock.until(hedged([leg('a', 3, true), leg('b', 4)], { deadlines }));
  assert.deepEqual([result, clock.monotonicMs(), started[1]], [{ ok: true, value: 'b' }, 7, ['b', 3]]);
});

test('should give all errors when every leg fails, and only then', async () => {
  const { clock, deadlines, leg } = make();
  const result = await clock.until(hedged([leg('a', 300, true), leg('b', 10, true)], { deadlines }));
  assert.deepEqual([result, clock.monotonicMs()], [{ ok: false, errors: ['b', 'a'] }, 300]);
});

test('should wait on for a late leg as long as that is worth it', async () => {
  const { clock, deadlines, started, leg } = make();
  const patient = { deadlines, isWorthWaiting: (periods: number) => periods < 3 };
  const result = await clock.until(hedged([leg('a', 5000), leg('b', 1)], patient));
  assert.deepEqual([result, started[1]], [{ ok: true, value: 'b' }, ['b', 300]]);
  const inTime = make();
  const second = hedged([inTime.leg('a', 250), inTime.leg('b', 1)], { ...patient, deadlines: inTime.deadlines });
  assert.deepEqual([await inTime.clock.until(second), inTime.started.length], [{ ok: true, value: 'a' }, 1]);
});
