import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UndeliveredFolder } from '../../src/coordinator/dead-letters.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)] as const;

function folder(t: { after(hook: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'vcf-agent-letters-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function letter(id: string, reason = 'down') {
  const body = new Uint8Array([0, 255, 7]);
  return { id, key: 'chr1', body, topic: 't', tenant: 'default', code: 'PLATFORM_TIMEOUT', reason, rounds: 4 };
}

test('should give back what was kept, oldest first, also to the next process', async (t) => {
  const path = folder(t);
  let nowMs = 0;
  const first = await UndeliveredFolder.open(path, { now: () => nowMs });
  await first.keep(letter(B));
  nowMs = 60_000;
  await first.keep(letter(A));
  const again = await UndeliveredFolder.open(path, { now: () => nowMs });
  assert.deepEqual(
    (await again.list()).map(({ id, at }) => [id, at]),
    [
      [B, '1970-01-01T00:00:00.000Z'],
      [A, '1970-01-01T00:01:00.000Z'],
    ],
  );
  const { body, at, ...info } = { at: '', ...(await again.read(letter(A))) };
  assert.deepEqual([[...body], at], [[0, 255, 7], '1970-01-01T00:01:00.000Z']);
  assert.deepEqual({ ...info, body: letter(A).body }, letter(A));
});

test('should hold one letter when the same envelope is kept twice, and none when it is dropped', async (t) => {
  const path = folder(t);
  const letters = await UndeliveredFolder.open(path, { now: () => 0 });
  await letters.keep(letter(A));
  await letters.keep(letter(A, 'still down'));
  assert.deepEqual([letters.size, (await letters.read(letter(A))).reason], [1, 'still down']);
  await letters.drop(letter(A));
  await letters.drop(letter(A));
  assert.deepEqual([letters.size, letters.has(letter(A)), readdirSync(path)], [0, false, []]);
});

test('should not list a letter that was being written when the process was killed', async (t) => {
  const path = folder(t);
  writeFileSync(join(path, `${A}.t.undelivered`), 'bytes without a reason');
  writeFileSync(join(path, `${A}.t.undelivered.json.new`), '{"half":');
  const letters = await UndeliveredFolder.open(path, { now: () => 0 });
  assert.equal(letters.size, 0);
});

test('should leave the letters of the store alone when they lie in the same folder', async (t) => {
  const path = folder(t);
  writeFileSync(join(path, `${B}.envelope`), 'refused by the store');
  writeFileSync(join(path, `${B}.json`), '{}');
  assert.equal((await UndeliveredFolder.open(path, { now: () => 0 })).size, 0);
});

test('should refuse a name that is no id, is not there, or is damaged', async (t) => {
  const path = folder(t);
  const letters = await UndeliveredFolder.open(path, { now: () => 0 });
  await assert.rejects(letters.read(letter('../../etc/passwd')), { code: 'NOT_FOUND' });
  await assert.rejects(letters.read(letter(A)), { code: 'NOT_FOUND' });
  const elsewhere = { ...letter(A), topic: '../..' };
  assert.ok((await letters.keep(elsewhere)).startsWith(path));
  await letters.drop(elsewhere);
  await letters.keep(letter(A));
  writeFileSync(join(path, `${A}.t.undelivered.json`), '{"code":1}');
  await assert.rejects(letters.read(letter(A)), { code: 'ENVELOPE_CORRUPT' });
});

test('should keep one letter for each topic when the same envelope is dead on two', async (t) => {
  const letters = await UndeliveredFolder.open(folder(t), { now: () => 0 });
  await letters.keep(letter(A));
  await letters.keep({ ...letter(A), topic: 'cache-events' });
  await letters.drop(letter(A));
  assert.deepEqual(
    (await letters.list()).map(({ topic }) => topic),
    ['cache-events'],
  );
});
