import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appendVariants, type ObservedVariant, streamDigest } from '../../src/app/streams.ts';
import type { VcfAgentError } from '../../src/core/errors.ts';
import { parseFilter } from '../../src/core/filter-parser.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

const BRCA1: ObservedVariant = {
  chrom: '17',
  pos: 43045712,
  ref: 'T',
  alt: 'C',
  id: 'rs80357382',
  qual: 50,
  filter: ['PASS'],
  info: { GENEINFO: 'BRCA1:672', CLNSIG: 'Pathogenic', gnomAD_AF: 0.00001, NOTE: 'a;b=c, d', SEEN: true },
};
const TP53: ObservedVariant = { chrom: '17', pos: 7674220, ref: 'C', alt: 'T' };
const on = (stream: string, idempotencyKey?: string) => ({ tenant: 'default', stream, idempotencyKey });

let t: TestApp;
before(async () => {
  t = await openTestApp();
});
after(() => t[Symbol.asyncDispose]());

const rowsOf = async (fileId: number) =>
  (await t.app.store.query(undefined, { tenant: 'default', limit: 100, fileId })).rows;

test('should store a variant with its typed columns when it is sent alone', async () => {
  const { fileId, variants } = await appendVariants(t.app.store, [BRCA1], on('a', 'k1'));
  const [row] = await rowsOf(fileId);
  assert.deepEqual(variants, [{ key: '17:43045712:T:C', id: row?.id, isNew: true }]);
  assert.equal(row?.annotations.gene, 'BRCA1');
  assert.equal(row.info, 'GENEINFO=BRCA1:672;CLNSIG=Pathogenic;gnomAD_AF=0.00001;NOTE=a%3Bb%3Dc%2C%20d;SEEN');
  const found = await t.app.store.query(parseFilter('gene=BRCA1 and clinsig~pathogenic and af<0.001'), {
    tenant: 'default',
    limit: 10,
    fileId,
  });
  assert.deepEqual(
    found.rows.map(({ id }) => id),
    [row.id],
  );
});

test('should store it once when it is sent twice, and anew when it is observed again', async () => {
  const first = await appendVariants(t.app.store, [BRCA1, TP53], on('b', 'k1'));
  const again = await appendVariants(t.app.store, [BRCA1, TP53], on('b', 'k1'));
  assert.deepEqual(
    again.variants,
    first.variants.map((variant) => ({ ...variant, isNew: false })),
  );
  const later = await appendVariants(t.app.store, [TP53], on('b', 'k2'));
  assert.equal(later.variants[0]?.isNew, true);
  assert.equal(later.fileId, first.fileId);
  assert.deepEqual(
    (await rowsOf(first.fileId)).map(({ pos, ordinal }) => [pos, ordinal]),
    [
      [43045712, 0],
      [7674220, 1],
      [7674220, 2],
    ],
  );
});

test('should store only what is new of a batch, and one of two that are the same', async () => {
  await appendVariants(t.app.store, [TP53], on('c', 'k'));
  const mixed = await appendVariants(t.app.store, [BRCA1, TP53, BRCA1], on('c', 'k'));
  assert.deepEqual(
    mixed.variants.map(({ isNew }) => isNew),
    [true, false, false],
  );
  assert.equal(mixed.variants[0]?.id, mixed.variants[2]?.id);
  assert.equal((await rowsOf(mixed.fileId)).length, 2);
});

test('should store each once when twenty clients send the same at the same time', async () => {
  const sent = Array.from({ length: 20 }, (_, i) =>
    appendVariants(t.app.store, [{ ...TP53, pos: 100 + (i % 5) }], on('d', 'k')),
  );
  const taken = await Promise.all(sent);
  assert.equal(taken.filter(({ variants }) => variants[0]?.isNew).length, 5);
  assert.equal((await rowsOf(taken[0]!.fileId)).length, 5);
});

test('should prove a stream from its rows, and fail when one is deleted by hand', async () => {
  for (let i = 0; i < 3; i++) await appendVariants(t.app.store, [BRCA1, { ...TP53, pos: 1 + i }], on('e', `k${i}`));
  const file = await t.app.store.file('default', streamDigest('e'));
  assert.equal(file?.status, 'complete');
  const proof = await t.app.prove(file.fileId);
  assert.deepEqual(proof.failures, []);
  assert.deepEqual([proof.ok, proof.variants, proof.receipt?.stored], [true, 6, 6]);
  await t.sql('delete from variants where id = (select max(id) from variants where file_id = $1)', [file.fileId]);
  assert.equal((await t.app.prove(file.fileId)).ok, false);
});

test('should take a variant again when its stream was deleted', async () => {
  const { fileId } = await appendVariants(t.app.store, [TP53], on('f', 'k'));
  await t.app.deleteFile(fileId);
  const again = await appendVariants(t.app.store, [TP53], on('f', 'k'));
  assert.equal(again.variants[0]?.isNew, true);
  assert.notEqual(again.fileId, fileId);
});

test('should keep tenants apart when both use the same stream and key', async () => {
  const mine = await appendVariants(t.app.store, [TP53], on('g', 'k'));
  const theirs = await appendVariants(t.app.store, [TP53], { ...on('g', 'k'), tenant: 'other' });
  assert.equal(theirs.variants[0]?.isNew, true);
  assert.notEqual(theirs.fileId, mine.fileId);
});

test('should store nothing when a variant is none, or nothing tells it from its repetition', async () => {
  const bad = [BRCA1, { ...TP53, info: { DP: 'x'.repeat(3) }, ref: '' }];
  await assert.rejects(appendVariants(t.app.store, bad, on('h', 'k')), { code: 'INPUT_FORMAT' });
  await assert.rejects(appendVariants(t.app.store, [TP53], on('h')), (error: VcfAgentError) => error.code === 'USAGE');
  assert.equal(await t.app.store.file('default', streamDigest('h')), undefined);
  const timed = await appendVariants(t.app.store, [{ ...TP53, observedAt: '2026-11-23T08:00:00Z' }], on('h'));
  assert.equal(timed.variants[0]?.isNew, true);
});
