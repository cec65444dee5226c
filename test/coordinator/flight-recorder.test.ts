import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResultEvent } from '../../src/coordinator/flight.ts';
import { FileFlightRecorder } from '../../src/coordinator/flight-recorder.ts';
import { needs } from '../support/needs.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { makeRig } from './rig.ts';

function newFolder(t: { after(hook: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-flights-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const open = (folder: string, maxBytes = 1 << 20) => new FileFlightRecorder({ folder, maxBytes, now: Date.now });

function result(id: string): ResultEvent {
  return { kind: 'result', atMs: 1, envelopes: [id], result: 'delivered', platform: 'iggy', rounds: 1, durationMs: 1 };
}

test('should explain an envelope from its decision to its end when it went over both platforms', async (t) => {
  await using recorder = open(newFolder(t));
  const { clock, send, primary } = makeRig({ ports: { recorder } });
  primary.mode = 'hung';
  await send('a');
  await send('another');
  primary.mode = 'well';
  await clock.advance(100);
  const events = await recorder.explain('a');
  assert.deepEqual(
    events.map((event) => (event.kind === 'attempt' ? [event.platform, event.outcome, event.late] : [event.kind])),
    [['decision'], ['kafka', 'acknowledged', false], ['result'], ['iggy', 'acknowledged', true]],
  );
  const [decision] = events;
  assert.ok(decision?.kind === 'decision');
  assert.deepEqual([decision.health.primary.platform, decision.health.fallback?.score], ['iggy', 1]);
  assert.deepEqual(await recorder.explain('nobody'), []);
});

test('should give the first decision about each envelope, oldest first', async (t) => {
  await using recorder = open(newFolder(t));
  const { clock, send, sending, primary, fallback } = makeRig({ ports: { recorder } });
  await send('a');
  primary.mode = 'down';
  fallback.mode = 'down';
  await clock.until(assert.rejects(sending('b'), { code: 'DELIVERY_FAILED' }));
  assert.deepEqual(
    (await recorder.decisions()).map(({ envelopes, round }) => [...envelopes, round]),
    [
      ['a', 0],
      ['b', 0],
    ],
  );
});

test('should keep the newest events and a bounded folder when many times its size was recorded', async (t) => {
  const folder = newFolder(t);
  await using recorder = open(folder, 160_000);
  for (let count = 0; count < 20_000; count++) {
    recorder.record(result(`id ${count}`));
    if (count % 50 === 0) await recorder.flush();
  }
  await recorder.flush();
  assert.deepEqual([(await recorder.explain('id 19999')).length, (await recorder.explain('id 0')).length], [1, 0]);
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(bytes <= 170_000 && bytes > 140_000, `${bytes}`);
});

test('should have what was recorded a moment ago when the process is killed', async (t) => {
  const folder = newFolder(t);
  const child = fork(new URL('./record-and-wait.ts', import.meta.url), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [recorded] = (await once(child, 'message')) as [number];
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using recorder = open(folder);
  assert.equal(recorded, 500);
  for (let count = 0; count < recorded; count++)
    assert.equal((await recorder.explain(`id ${count}`)).length, 1, `${count}`);
});

test('should leave out a line that was being written when the process was killed', async (t) => {
  const folder = newFolder(t);
  await using recorder = open(folder);
  recorder.record(result('whole'));
  await recorder.flush();
  appendFileSync(join(folder, readdirSync(folder)[0]!), JSON.stringify(result('torn')).slice(0, -9));
  assert.deepEqual([(await recorder.explain('whole')).length, await recorder.explain('torn')], [1, []]);
});

test('should show the events of several processes in the order of time', async (t) => {
  const folder = newFolder(t);
  await using one = open(folder);
  await using two = open(folder);
  for (let count = 0; count < 10; count++) (count % 2 === 0 ? one : two).record({ ...result('a'), atMs: count });
  await one.flush();
  await two.flush();
  assert.deepEqual(
    (await one.explain('a')).map(({ atMs }) => atMs),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
});

test('should begin a new file when another process has cut its own off the ring', async (t) => {
  const folder = newFolder(t);
  await using recorder = open(folder);
  recorder.record(result('before'));
  await recorder.flush();
  rmSync(join(folder, readdirSync(folder)[0]!));
  recorder.record(result('after'));
  assert.equal((await recorder.explain('after')).length, 1);
});

test(
  'should say so once, go on, and write all when there is room again when its disk was full',
  needs('small-disk'),
  async () => {
    using disk = mountSmallDisk(256 * 1024);
    const filler = join(disk.path, 'filler');
    const troubles: unknown[] = [];
    const options = { folder: disk.path, maxBytes: 1 << 20, now: Date.now };
    await using recorder = new FileFlightRecorder({ ...options, onTrouble: (error) => troubles.push(error) });
    assert.throws(() => writeFileSync(filler, new Uint8Array(1 << 20)), { code: 'ENOSPC' });
    for (let count = 0; count < 100; count++) {
      recorder.record(result(`id ${count}`));
      await recorder.flush();
    }
    assert.equal(troubles.length, 1);
    rmSync(filler);
    await recorder.flush();
    for (let count = 0; count < 100; count++)
      assert.equal((await recorder.explain(`id ${count}`)).length, 1, `${count}`);
  },
);

test('should refuse a folder that cannot be', () => {
  assert.throws(() => open('/proc/version/flights'), { code: 'OUTPUT_UNWRITABLE' });
});
