import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Checkpoint, CheckpointFolder } from '../../src/delivery/checkpoint.ts';

const digest = 'ab'.repeat(32);
const checkpoint: Checkpoint = {
  version: 2,
  tenant: 'default',
  sourceDigest: digest,
  plan: { batchSize: 1000, split: 'bcftools', reference: null },
  fileStamp: '100 1 2',
  storedBefore: 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  resume: { offset: '123', ordinal: 1000, line: 1034 },
  totals: { records: 1000, variants: 1010, rejected: 1, digest: '00', warnings: { REF_MISMATCH: 2 } },
};

function folder(t: { after(hook: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'vcf-agent-checkpoint-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('should give back what was written when read again', async (t) => {
  const checkpoints = new CheckpointFolder(folder(t));
  assert.equal(await checkpoints.read('default', digest), undefined);
  await checkpoints.write(checkpoint);
  assert.deepEqual(await checkpoints.read('default', digest), checkpoint);
  assert.equal(await checkpoints.read('other', digest), undefined);
  await checkpoints.remove('default', digest);
  assert.equal(await checkpoints.read('default', digest), undefined);
});

test('should refuse with CHECKPOINT_CORRUPT when the file is not a checkpoint', async (t) => {
  const path = folder(t);
  const checkpoints = new CheckpointFolder(path);
  await checkpoints.write(checkpoint);
  const [name] = readdirSync(join(path, 'default'));
  for (const text of ['', '{"version":2', '{"version":1}', JSON.stringify({ ...checkpoint, sourceDigest: 'other' })]) {
    writeFileSync(join(path, 'default', name!), text);
    await assert.rejects(checkpoints.read('default', digest), { code: 'CHECKPOINT_CORRUPT' });
  }
});

test('should be backed only by a ledger that has every envelope before it', (t) => {
  const checkpoints = new CheckpointFolder(folder(t));
  const entry = (firstOrdinal: number, contentDigest: string) => ({
    envelopeId: `e${firstOrdinal}`,
    firstOrdinal,
    lastOrdinal: firstOrdinal + 499,
    firstVariant: firstOrdinal,
    variantCount: 500,
    rejectedCount: 0,
    contentDigest,
  });
  const saved = { ...checkpoint, totals: { ...checkpoint.totals, digest: '3'.padStart(64, '0') } };
  const [first, second, later] = [entry(0, '1'), entry(500, '2'), entry(1000, '9')];
  assert.equal(checkpoints.isBacked(saved, [first, second]), true);
  assert.equal(checkpoints.isBacked(saved, [first, second, later]), true);
  assert.equal(checkpoints.isBacked(saved, [first, later]), false);
  assert.equal(checkpoints.isBacked(saved, [first, entry(500, '3')]), false);
});
