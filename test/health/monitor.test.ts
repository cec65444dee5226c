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

function make(probe: () => Promise<PlatformProbe>, clock = new FakeClock()) {
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
  const answers = [Promise.resolve(PROBE), new Promise<PlatformProbe>(() => {})];
  const { monitor, clock } = make(() => answers.shift()!);
  await monitor.check('kafka');
  const { usable, reasons } = await clock.until(monitor.check('kafka'));
  assert.deepEqual([usable, reasons, clock.monotonicMs(), clock.sleeping], [false, ['disconnected'], 1000, 0]);
});

test('should wait 5 seconds for the first answer when the platform has to be connected to', async () => {
  const clock = new FakeClock();
  const { monitor } = make(async () => {
    await clock.sleep(4_900);
    return PROBE;
  }, clock);
  const { usable } = await clock.until(monitor.check('kafka'));
  assert.deepEqual([usable, clock.monotonicMs()], [true, 4_900]);
  assert.equal((await clock.until(monitor.check('kafka'))).usable, false, 'connected by now');
});

test('should give up the first probe, too, when it is never answered', async () => {
  const { monitor, clock } = make(() => new Promise(() => {}));
  const { usable } = await clock.until(monitor.check('kafka'));
  assert.deepEqual([usable, clock.monotonicMs(), clock.sleeping], [false, 5_000, 0]);
});

test('should call the platform ill at once when its first probe is refused', async () => {
  const { monitor, clock } = make(() => Promise.reject(new VcfAgentError('PLATFORM_UNAVAILABLE', 'refused')));
  const { usable } = await monitor.check('kafka');
  assert.deepEqual([usable, clock.monotonicMs()], [false, 0]);
});

test('should ask the other platform every second when one does not answer', async () => {
  const clock = new FakeClock();
  const refusedAtMs: number[] = [];
  const hung = { name: 'iggy', probe: () => new Promise<PlatformProbe>(() => {}) } as const;
  const ill = {
    name: 'kafka',
    probe: () => {
      refusedAtMs.push(clock.monotonicMs());
      return Promise.reject(new VcfAgentError('PLATFORM_UNAVAILABLE', 'refused'));
    },
  } as const;
  const platforms = [{ platform: hung }, { platform: ill }];
  const monitor = new HealthMonitor(platforms, healthOptions('production'), { clock, random: () => 0.5 });
  const stop = new AbortController();
  const running = monitor.run({ signal: stop.signal });
  await clock.advance(3_500);
  assert.deepEqual(refusedAtMs, [0, 1_000, 2_000, 3_000]);
  stop.abort();
  await clock.until(running);
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
