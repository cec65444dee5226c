import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failover, type RouteHealth } from '../../src/coordinator/failover.ts';

const WELL: RouteHealth = { usable: true, score: 1, state: 'CLOSED', permitted: true };
const ILL: RouteHealth = { ...WELL, usable: false, score: 0.2 };
const SHUT: RouteHealth = { ...WELL, state: 'OPEN', permitted: false };
const OPTIONS = { failbackHoldMs: 1000, maxFailbackHoldMs: 3000 };

test('should leave an ill primary at once and come back only when it was well for the whole hold', () => {
  const failover = new Failover(OPTIONS);
  const at = (nowMs: number, primary: RouteHealth) => failover.observe({ primary, fallback: WELL }, nowMs);
  assert.deepEqual(
    [at(0, WELL), at(1, ILL), at(2, WELL), at(1001, WELL), at(1002, WELL)],
    ['primary', 'fallback', 'fallback', 'fallback', 'primary'],
  );
});

test('should begin the hold again when the primary is ill in between', () => {
  const failover = new Failover(OPTIONS);
  const at = (nowMs: number, primary: RouteHealth) => failover.observe({ primary, fallback: WELL }, nowMs);
  at(0, ILL);
  assert.deepEqual(
    [at(100, WELL), at(1000, ILL), at(1100, WELL), at(2000, WELL), at(2100, WELL)],
    ['fallback', 'fallback', 'fallback', 'fallback', 'primary'],
  );
});

test('should hold twice as long, up to a limit, when the primary falls ill soon after coming back', () => {
  const failover = new Failover(OPTIONS);
  let nowMs = 0;
  const holds: number[] = [];
  for (let round = 0; round < 4; round++) {
    nowMs += 100;
    failover.observe({ primary: ILL, fallback: WELL }, nowMs);
    const leftMs = nowMs;
    while (failover.observe({ primary: WELL, fallback: WELL }, nowMs) === 'fallback') nowMs += 100;
    holds.push(nowMs - leftMs);
  }
  assert.deepEqual(holds, [1000, 2000, 3000, 3000]);
  nowMs += 10_000;
  failover.observe({ primary: ILL, fallback: WELL }, nowMs);
  assert.equal(failover.holdMs, 1000, 'it has lasted: forgiven');
});

test('should stay where it is when the other is no better, and come back early when the fallback is ill', () => {
  const failover = new Failover(OPTIONS);
  assert.equal(failover.observe({ primary: ILL, fallback: ILL }, 0), 'primary');
  assert.equal(failover.observe({ primary: ILL, fallback: undefined }, 1), 'primary');
  assert.equal(failover.observe({ primary: ILL, fallback: WELL }, 2), 'fallback');
  assert.equal(failover.observe({ primary: WELL, fallback: ILL }, 3), 'primary');
});

test('should leave a primary whose breaker is open, and try it when the time for a trial has come', () => {
  const failover = new Failover(OPTIONS);
  assert.equal(failover.observe({ primary: SHUT, fallback: WELL }, 0), 'fallback');
  assert.equal(failover.observe({ primary: SHUT, fallback: WELL }, 5000), 'fallback');
  assert.equal(failover.observe({ primary: { ...SHUT, permitted: true }, fallback: WELL }, 5001), 'fallback');
  assert.equal(failover.observe({ primary: { ...SHUT, permitted: true }, fallback: WELL }, 6000), 'primary');
  const trying: RouteHealth = { ...WELL, state: 'HALF_OPEN', permitted: false };
  assert.equal(failover.observe({ primary: trying, fallback: WELL }, 6001), 'primary', 'others are its trials');
});
