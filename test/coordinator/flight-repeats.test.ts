import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FlightEvent } from '../../src/coordinator/flight.ts';
import { FileFlightRecorder } from '../../src/coordinator/flight-recorder.ts';
import { FlightRepeats } from '../../src/coordinator/flight-repeats.ts';
import { makeRig } from './rig.ts';

function attempt(id: string, code?: string): FlightEvent {
  const outcome = code === undefined ? 'acknowledged' : 'failed';
  const about = { atMs: 1, envelopes: [id], platform: 'kafka', round: 0, durationMs: 1, late: false } as const;
  return { ...about, kind: 'attempt', outcome, code };
}

function delivered(id: string): FlightEvent {
  return { kind: 'result', atMs: 1, envelopes: [id], result: 'delivered', rounds: 1, durationMs: 1 };
}

test('should keep the 1st, 2nd, 4th, 8th time that the same is said, with the count', () => {
  const repeats = new FlightRepeats();
  const times = Array.from({ length: 20 }, () => repeats.kept(attempt('a', 'PLATFORM_UNAVAILABLE')));
  assert.deepEqual(
    times.flatMap((event, index) => (event === undefined ? [] : [[index + 1, event.times]])),
    [
      [1, undefined],
      [2, 2],
      [4, 4],
      [8, 8],
      [16, 16],
    ],
  );
});

test('should keep everything that is new of an envelope in trouble, and begin anew when it has arrived', () => {
  const repeats = new FlightRepeats();
  const down = () => repeats.kept(attempt('a', 'PLATFORM_UNAVAILABLE'));
  for (let count = 0; count < 3; count++) down();
  assert.equal(down()?.times, 4);
  assert.equal(down(), undefined);
  assert.deepEqual(repeats.kept(attempt('a', 'PLATFORM_TIMEOUT')), attempt('a', 'PLATFORM_TIMEOUT'));
  assert.deepEqual(repeats.kept(attempt('a')), attempt('a'));
  assert.deepEqual(repeats.kept(delivered('a')), delivered('a'));
  assert.deepEqual(down(), attempt('a', 'PLATFORM_UNAVAILABLE'));
});

test('should leave other envelopes alone, and those that arrive at once', () => {
  const repeats = new FlightRepeats();
  for (let count = 0; count < 3; count++) repeats.kept(attempt('a', 'PLATFORM_UNAVAILABLE'));
  assert.equal(repeats.kept(attempt('b', 'PLATFORM_UNAVAILABLE'))?.times, undefined);
  for (let count = 0; count < 3; count++) {
    assert.deepEqual(repeats.kept(attempt('c')), attempt('c'));
    assert.deepEqual(repeats.kept(delivered('c')), delivered('c'));
  }
});

test('should write a few dozen lines when an envelope is sent for an hour to a platform that is down', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-repeats-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await using recorder = new FileFlightRecorder({ folder, maxBytes: 1 << 20, now: Date.now });
  let recorded = 0;
  const record = (event: FlightEvent) => {
    recorded += 1;
    recorder.record(event);
  };
  const { clock, coordinator, primary, sending } = makeRig({ alone: true, ports: { recorder: { record } } });
  primary.mode = 'down';
  while (clock.monotonicMs() < 3_600_000) {
    await clock.until(assert.rejects(sending('a'), { code: 'DELIVERY_FAILED' }));
    await clock.until(coordinator.pause(2_000));
  }
  primary.mode = 'well';
  await clock.advance(30_000);
  await clock.until(sending('a'));
  const lines = await recorder.explain('a');
  assert.ok(recorded > 9_000 && lines.length < 100, `${lines.length} lines of ${recorded}`);
  const last = lines.at(-1);
  assert.equal(last?.kind === 'result' && last.result, 'delivered');
  const buried = lines.filter((event) => event.kind === 'result' && event.result === 'dead letter');
  assert.ok(buried.at(-1)!.times! > 500);
});
