import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { App } from '../../src/app/app.ts';
import { HomeLock } from '../../src/app/home.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

const RECORDS = 600;
let rig: TestApp;
let input: string;

before(async () => {
  rig = await openTestApp();
  input = join(rig.folder, 'trio.vcf.gz');
  // This seed's file has a line that cannot be read.
  await writeChaosInput(input, { records: RECORDS, seed: 5 });
});

after(() => rig[Symbol.asyncDispose]());

const count = async (table: string) => Number((await rig.sql(`select count(*) as n from ${table}`))[0]!.n);

/** The file's text as a new file of another name, made by `pack`. */
function copyOf(name: string, pack: (text: Buffer) => Buffer): string {
  const path = join(rig.folder, name);
  writeFileSync(path, pack(gunzipSync(readFileSync(input))));
  return path;
}

test('should store every variant and balance its receipt when a file is ingested', async () => {
  const { receipt, alreadyStored, rejected } = await rig.app.ingest(input, INGEST);
  assert.equal(alreadyStored, false);
  assert.equal(receipt.records, RECORDS);
  assert.equal(receipt.input, receipt.stored + receipt.duplicates + receipt.rejected);
  assert.equal(receipt.inputDigest, receipt.storeDigest);
  assert.ok(receipt.rejected > 0);
  assert.equal(rejected[0]!.problem.code, 'POS_NOT_INTEGER');
  assert.equal(await count('variants'), receipt.stored);
  assert.equal(await count('rejected'), receipt.rejected);
  const proof = await rig.app.prove(receipt.fileId);
  assert.deepEqual(proof.failures, []);
  assert.equal(proof.storeDigest, receipt.inputDigest);
});

test('should add no row and say so when the same file is ingested again', async () => {
  const rows = await count('variants');
  const { receipt, alreadyStored } = await rig.app.ingest(input, INGEST);
  assert.equal(alreadyStored, true);
  assert.deepEqual([receipt.stored, receipt.duplicates], [0, rows]);
  assert.equal(receipt.input, receipt.stored + receipt.duplicates + receipt.rejected);
  assert.equal(await count('variants'), rows);
  assert.equal((await rig.app.prove(receipt.fileId)).ok, true);
});

const copies: Record<string, (text: Buffer) => Buffer> = {
  'renamed.vcf': (text) => text,
  'recompressed.vcf.gz': (text) => gzipSync(text, { level: 1 }),
};

for (const [name, pack] of Object.entries(copies)) {
  test(`should know the source and add no row when it comes as ${name}`, async () => {
    const rows = await count('variants');
    const { receipt, alreadyStored } = await rig.app.ingest(copyOf(name, pack), INGEST);
    assert.equal(alreadyStored, true);
    assert.equal(receipt.stored, 0);
    assert.equal(await count('variants'), rows);
    assert.equal(await count('files'), 1);
  });
}

test('should know the source when it comes through standard input', async () => {
  const { alreadyStored } = await rig.app.ingest(Readable.from([gunzipSync(readFileSync(input))]), INGEST);
  assert.equal(alreadyStored, true);
});

test('should keep the stored plan and say so when it is asked for another one', async () => {
  const summary = await rig.app.ingest(input, { ...INGEST, split: 'vt' });
  assert.deepEqual([summary.alreadyStored, summary.planDiffers], [true, true]);
});

test('should store another source as its own when one byte differs', async () => {
  const other = copyOf('other.vcf', (text) => Buffer.from(text.toString().replace('\t50\tPASS', '\t51\tPASS')));
  const rows = await count('variants');
  const { receipt } = await rig.app.ingest(other, INGEST);
  assert.equal(receipt.duplicates, 0);
  assert.equal(await count('variants'), 2 * rows);
  const { variants } = await rig.app.deleteFile(receipt.fileId);
  assert.equal(variants, rows);
  assert.equal(await count('variants'), rows);
});

test('should leave nothing and store again when a file is deleted and ingested anew', async () => {
  const [file] = await rig.app.store.files('default');
  const rows = await count('variants');
  await rig.app.deleteFile(file!.fileId);
  for (const table of [
    'variants',
    'blocks',
    'zones',
    'carriers',
    'ledger',
    'rejected',
    'receipts',
    'samples',
    'files',
  ]) {
    assert.equal(await count(table), 0, table);
  }
  const { receipt } = await rig.app.ingest(input, INGEST);
  assert.equal(receipt.stored, rows);
});

test('should register a file and balance its receipt when it has a header only', async () => {
  const header = copyOf('empty.vcf', (text) => text.subarray(0, text.indexOf('\n', text.indexOf('#CHROM')) + 1));
  const { receipt } = await rig.app.ingest(header, INGEST);
  assert.deepEqual([receipt.input, receipt.stored], [0, 0]);
  assert.equal((await rig.app.prove(receipt.fileId)).ok, true);
  assert.equal((await rig.app.ingest(header, INGEST)).alreadyStored, true);
});

test('should keep tenants apart when two of them store the same file', async () => {
  await using other = await App.open({ ...rig.options, tenant: 'clinic-b' });
  const { receipt, alreadyStored } = await other.ingest(input, INGEST);
  assert.equal(alreadyStored, false);
  assert.equal((await other.store.files('clinic-b')).length, 1);
  await assert.rejects(rig.app.prove(receipt.fileId), { code: 'NOT_FOUND' });
  await assert.rejects(rig.app.deleteFile(receipt.fileId), { code: 'NOT_FOUND' });
});

test('should refuse with HOME_IN_USE when another process writes in the home', async () => {
  using _lock = new HomeLock(rig.options.home);
  await assert.rejects(rig.app.ingest(input, INGEST), { code: 'HOME_IN_USE', retryable: true });
});

test('should stop and take the file up again later when its signal aborts', async () => {
  const large = join(rig.folder, 'large.vcf.gz');
  await writeChaosInput(large, { records: 5000, seed: 6 });
  const controller = new AbortController();
  const interrupted = rig.app.ingest(large, {
    ...INGEST,
    signal: controller.signal,
    onProgress: ({ variantsApplied }) => {
      if (variantsApplied > 500) controller.abort();
    },
  });
  await assert.rejects(interrupted);
  const { receipt } = await rig.app.ingest(large, INGEST);
  assert.equal(receipt.records, 5000);
  assert.equal((await rig.app.prove(receipt.fileId)).ok, true);
});
