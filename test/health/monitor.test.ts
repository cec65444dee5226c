import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { PlatformProbe } from '../../src/core/ports.ts';
import { HealthMonitor } from '../../src/health/monitor.ts';
import type { PlatformHealth } from '../../src/health/platform-health.ts';
import { healthOptions } from '../../src/health/thresholds.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

const PROBE: PlatformProbe = { latencyMs: 3, brokers: 3, underReplicatedPartitions: 1, version: '4.3.1' };

const LAG = { platform: 'kafka', partition: 0, lag: 7n, end: 9n } as const;

function make(probe: () => Promise<PlatformProbe>) {
  const clock = new FakeClock();
  const checked: [number, PlatformHealth][] = [];
  const monitor = new HealthMonitor(
    [{ platform: { name: 'kafka', probe }, lag: async () => [LAG] }],
    healthOptions('production'),
    { clock, random: () => 0.5, onChecked: (health) => checked.push([clock.monotonicMs(), health]) },
  );
  return { clock, monitor, checked };
}

test('should know brokers, replicas and lag when the platform answered', async () => {
  const { monitor } = make(async () => PROBE);
  const { usable, score, latencyMs } = await monitor.check('kafka');
  assert.deepEqual([usable, score > 0.99, latencyMs], [true, true, 3]);
  assert.deepEqual(monitor.sample('kafka'), { probe: PROBE, lag: [LAG] });
});

test('should give up a probe and call the platform disconnected when it is not answered in time', async () => {
  const { monitor, clock } = make(() => new Promise(() => {}));
  const { usable, reasons } = await clock.until(monitor.check('kafka'));
  assert.deepEqual([usable, reasons, clock.monotonicMs(), clock.sleeping], [false, ['disconnected'], 1000, 0]);
});

test('should ask every 15 seconds while the platform is well and every second while it is ill', async () => {
  let up = true;
  const { monitor, clock, checked } = make(async () => {
    if (up) return PROBE;
    throw new VcfAgentError('PLATFORM_UNAVAILABLE', 'down');
  });
  const stop = new AbortController();
  const running = monitor.run({ signal: stop.signal });
  await clock.advance(14_999);
  assert.equal(checked.length, 1);
  up = false;
  await clock.advance(3_001);
  assert.deepEqual(
    checked.map(([atMs, { usable }]) => [atMs, usable]),
    [
      [0, true],
      [15_000, false],
      [16_000, false],
      [17_000, false],
      [18_000, false],
    ],
  );
  up = true;
  await clock.advance(2_000);
  assert.deepEqual(checked.length, 6, 'well again: asked once, then left in peace');
  stop.abort();
  await running;
  assert.equal(clock.sleeping, 0);
});

test('should refuse when nobody watches the platform that is asked for', () => {
  const { monitor } = make(async () => PROBE);
  assert.throws(() => monitor.health('iggy'), { code: 'NOT_FOUND' });
});
