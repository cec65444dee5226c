import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { AttemptEvent } from '../../src/coordinator/flight.ts';
import { SqliteFlightRecorder } from '../../src/coordinator/flight-recorder.ts';
import { makeRig } from './rig.ts';

function file(t: { after(hook: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-flights-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'flights.sqlite');
}

function attempt(id: string): AttemptEvent {
  return {
    kind: 'attempt',
    atMs: 1,
    envelopes: [id],
    platform: 'iggy',
    round: 0,
    outcome: 'acknowledged',
    durationMs: 1,
    late: false,
  };
}

test('should explain an envelope from its decision to its end when it went over both platforms', async (t) => {
  using recorder = new SqliteFlightRecorder({ path: file(t), maxEvents: 1000 });
  const { clock, send, primary, coordinator } = makeRig({ ports: { recorder } });
  primary.mode = 'hung';
  await send('a');
  primary.mode = 'well';
  await clock.advance(100);
  const events = recorder.explain('a');
  assert.deepEqual(
    events.map((event) => (event.kind === 'attempt' ? [event.platform, event.outcome, event.late] : [event.kind])),
    [['decision'], ['kafka', 'acknowledged', false], ['result'], ['iggy', 'acknowledged', true]],
  );
  const [decision] = events;
  assert.ok(decision?.kind === 'decision');
  assert.equal(decision.health.primary.platform, 'iggy');
  assert.equal(decision.health.fallback?.score, 1);
  assert.deepEqual(recorder.explain('nobody'), []);
  await coordinator.close();
});

test('should keep the newest events and a bounded file when many times its size was recorded', async (t) => {
  const path = file(t);
  using recorder = new SqliteFlightRecorder({ path, maxEvents: 500 });
  for (let count = 0; count < 10_000; count++) {
    recorder.record(attempt(`${count}`));
    if (count % 100 === 0) recorder.flush();
  }
  recorder.flush();
  assert.deepEqual(
    [recorder.explain('9999').length, recorder.explain('9400').length, recorder.explain('0').length],
    [1, 0, 0],
  );
  assert.ok(recorder.explain('9520').length === 1, 'no more than a hundredth too few or too many');
  assert.ok(statSync(path).size < 1024 * 1024);
});

test('should have every decision that was taken when the process is killed', async (t) => {
  const path = file(t);
  const child = fork(new URL('./record-and-wait.ts', import.meta.url), [path], { stdio: 'ignore' });
  const [recorded] = (await once(child, 'message')) as [number];
  child.kill('SIGKILL');
  await once(child, 'exit');
  using recorder = new SqliteFlightRecorder({ path, maxEvents: 100_000 });
  for (let count = 0; count < recorded; count++) assert.equal(recorder.explain(`${count}`).length, 1, `${count}`);
});

test('should be written and read by several at once', async (t) => {
  const path = file(t);
  using one = new SqliteFlightRecorder({ path, maxEvents: 1000 });
  using two = new SqliteFlightRecorder({ path, maxEvents: 1000 });
  for (let count = 0; count < 50; count++) {
    one.record(attempt('one'));
    two.record(attempt('two'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  using reader = new SqliteFlightRecorder({ path, maxEvents: 1000 });
  one.flush();
  two.flush();
  assert.deepEqual([reader.explain('one').length, reader.explain('two').length], [50, 50]);
});

test('should say so once and go on when its file cannot be written', async (t) => {
  const path = file(t);
  const troubles: unknown[] = [];
  using recorder = new SqliteFlightRecorder({ path, maxEvents: 1000, onTrouble: (error) => troubles.push(error) });
  const blocker = new DatabaseSync(path);
  blocker.exec('BEGIN IMMEDIATE');
  for (let count = 0; count < 3; count++) {
    recorder.record(attempt('a'));
    recorder.flush();
  }
  blocker.exec('ROLLBACK');
  blocker.close();
  assert.equal(troubles.length, 1);
  assert.equal(recorder.explain('a').length, 3, 'written when it can be again');
});

test('should refuse a path that cannot be', () => {
  assert.throws(() => new SqliteFlightRecorder({ path: '/proc/version/flights.sqlite', maxEvents: 1 }), {
    code: 'OUTPUT_UNWRITABLE',
  });
});
