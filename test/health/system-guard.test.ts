import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostSample } from '../../src/health/collectors/host.ts';
import { BreakerOptions, parseOptions, SystemLimits } from '../../src/health/options.ts';
import { SystemGuard } from '../../src/health/system-guard.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

const WELL: HostSample = {
  cpuShare: 1,
  loadPerCpu: 4,
  memoryShare: 0.5,
  memoryTotalBytes: 8e9,
  residentBytes: 2e8,
  diskFreeBytes: 1e9,
  diskTotalBytes: 1e10,
  networkReceivedPerSecond: 0,
  networkSentPerSecond: 0,
  storageReadPerSecond: 0,
  storageWrittenPerSecond: 0,
  eventLoopDelayMs: 20,
};

function make(first: HostSample = WELL) {
  const clock = new FakeClock();
  const host = { sample: first };
  const guard = new SystemGuard(parseOptions('system', SystemLimits), parseOptions('breaker', BreakerOptions), {
    clock,
    collect: async () => host.sample,
  });
  const look = (times: number, sample: Partial<HostSample> = {}) => {
    for (let count = 0; count < times; count++) guard.observe({ ...WELL, ...sample });
  };
  return { clock, host, guard, look };
}

test('should let work in when all CPUs are busy: an ingest is meant to use them', () => {
  const { guard, look } = make();
  look(100, { cpuShare: 1 });
  assert.deepEqual(guard.admit(), { admitted: true });
});

test('should shed work when memory was short five times in a row, and say what is short', () => {
  const { guard, look } = make();
  look(4, { memoryShare: 0.93 });
  assert.deepEqual(guard.admit(), { admitted: true });
  look(1, { memoryShare: 0.93, diskFreeBytes: 1 });
  assert.deepEqual(guard.admit(), { admitted: false, retryAfterMs: 30_000, shortages: ['memory', 'disk'] });
  assert.equal(guard.health().shed, 1);
});

test('should shed at once when memory is critical', () => {
  const { guard, look } = make();
  look(1, { memoryShare: 0.98 });
  assert.equal(guard.admit().admitted, false);
});

test('should let a little in after its time and everything after three good looks', async () => {
  const { clock, guard, look } = make();
  look(1, { memoryShare: 0.98 });
  await clock.advance(30_000);
  assert.equal(guard.admit().admitted, false, 'nobody has looked since');
  look(1);
  assert.deepEqual(
    Array.from({ length: 4 }, () => guard.admit().admitted),
    [true, true, true, false],
  );
  look(2);
  assert.ok(Array.from({ length: 10 }, () => guard.admit()).every(({ admitted }) => admitted));
});

test('should hold work back until the host has recovered when the work can wait', async () => {
  const { clock, host, guard } = make({ ...WELL, eventLoopDelayMs: 5000 });
  const stop = new AbortController();
  const running = guard.run({ signal: stop.signal });
  await clock.advance(5000);
  let entered = false;
  const waiting = guard.whenAdmitted().then(() => {
    entered = true;
  });
  await clock.advance(10_000);
  assert.equal(entered, false);
  host.sample = WELL;
  await clock.advance(40_000);
  await waiting;
  assert.equal(guard.health().breaker.state, 'CLOSED');
  stop.abort();
  await running;
});
