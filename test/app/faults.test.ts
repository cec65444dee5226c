import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { App } from '../../src/app/app.ts';
import { HomeLock, homeFolders, storeFolders } from '../../src/app/home.ts';
import type { IngestProgress } from '../../src/app/ingestion.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';

let rig: TestApp;

before(async () => {
  rig = await openTestApp();
});

after(() => rig[Symbol.asyncDispose]());

/** A trio file of this seed as text, so that a test can change lines of it. */
async function trio(name: string, records: number, seed: number): Promise<{ path: string; text: string }> {
  const path = join(rig.folder, name);
  await writeChaosInput(path, { records, seed });
  const text = gunzipSync(readFileSync(path)).toString();
  writeFileSync(path, text);
  return { path, text };
}

/** Ingests until `when` says so, then gives up as Ctrl-C would. */
async function interrupt(path: string, when: (progress: IngestProgress) => boolean): Promise<void> {
  const controller = new AbortController();
  const onProgress = (progress: IngestProgress) => {
    if (when(progress)) controller.abort();
  };
  await assert.rejects(rig.app.ingest(path, { ...INGEST, signal: controller.signal, onProgress }));
}

async function expectProven(fileId: number): Promise<void> {
  assert.deepEqual((await rig.app.prove(fileId)).failures, []);
}

test('should read again what its checkpoint covers when the store no longer has it', async () => {
  const { path } = await trio('restored.vcf', 5000, 7);
  await interrupt(path, ({ variantsApplied }) => variantsApplied > 500);
  for (const table of ['variants', 'blocks', 'zones', 'carriers', 'rejected', 'ledger'])
    await rig.sql(`delete from ${table}`);
  const { receipt, resumedFrom } = await rig.app.ingest(path, INGEST);
  assert.equal(resumedFrom, undefined);
  assert.equal(receipt.records, 5000);
  await expectProven(receipt.fileId);
});

test('should keep nothing of a file when it changes between its hash and its reading', async () => {
  const { path, text } = await trio('changing.vcf', 600, 8);
  const first = text.indexOf('\n', text.indexOf('#CHROM')) + 1;
  const other = text.slice(0, first) + text.slice(first).replace(/\t(\d+)\t/, (_, pos) => `\t${Number(pos) + 1}\t`);
  assert.notEqual(other, text);
  const onProgress = ({ phase }: IngestProgress) => {
    if (phase === 'hash') writeFileSync(path, other);
  };
  await assert.rejects(rig.app.ingest(path, { ...INGEST, onProgress }), { code: 'INPUT_CHANGED' });
  const files = await rig.app.store.files('default');
  assert.equal(
    files.find(({ name }) => name === 'changing.vcf'),
    undefined,
  );
  writeFileSync(path, text);
  const { receipt, resumedFrom } = await rig.app.ingest(path, INGEST);
  assert.equal(resumedFrom, undefined);
  await expectProven(receipt.fileId);
  const [row] = await rig.sql('select pos from variants where file_id = $1 order by id limit 1', [receipt.fileId]);
  assert.equal(row!.pos, Number(text.slice(first).split('\t')[1]));
});

test('should delete nothing when it is interrupted before the log is drained', async () => {
  const { path } = await trio('kept.vcf', 100, 9);
  const { receipt } = await rig.app.ingest(path, INGEST);
  await assert.rejects(rig.app.deleteFile(receipt.fileId, { signal: AbortSignal.abort() }));
  await expectProven(receipt.fileId);
});

test('should give no receipt when a file that is stored already has lost an envelope', async () => {
  const { path } = await trio('damaged.vcf', 200, 10);
  const { receipt } = await rig.app.ingest(path, INGEST);
  await rig.sql('create table kept_ledger as select * from ledger');
  await rig.sql('delete from ledger where file_id = $1 and first_ordinal = 50', [receipt.fileId]);
  await assert.rejects(rig.app.ingest(path, INGEST), { code: 'RECEIPT_UNBALANCED' });
  await rig.sql('delete from ledger; insert into ledger select * from kept_ledger');
  await expectProven(receipt.fileId);
});

test('should store every record of a sound file when one of the same text was cut off before', async () => {
  const { path, text } = await trio('sound.vcf', 20, 12);
  const sound = gzipSync(text.trimEnd());
  const cut = join(rig.folder, 'cut.vcf.gz');
  writeFileSync(cut, sound.subarray(0, sound.length - 8));
  writeFileSync(path, sound);
  const first = await rig.app.ingest(cut, INGEST);
  assert.deepEqual([first.receipt.truncated, first.rejected.at(-1)?.problem.code], [true, 'LINE_TRUNCATED']);
  const second = await rig.app.ingest(path, INGEST);
  assert.equal(second.alreadyStored, false);
  assert.equal(second.receipt.rejected, first.receipt.rejected - 1);
});

test('should store a file when names in it are longer than an index can hold', async () => {
  // Random, as what repeats is compressed before it is indexed.
  const long = (bytes: number) => randomBytes(bytes).toString('hex');
  const entry = () => `G|missense_variant|MODERATE|${long(5000)}|ENSG1`;
  const path = join(rig.folder, 'long-names.vcf');
  const lines = [
    '##fileformat=VCFv4.2',
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: Allele|Consequence|IMPACT|SYMBOL|Gene">',
    ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', long(5000)].join('\t'),
    ['chr1', 10, '.', 'A', 'G', '.', '.', `CSQ=${entry()},${entry()}`, 'GT', '0/1'].join('\t'),
    [long(10_000), 10, '.', 'A', 'G', '.', '.', '.', 'GT', '0/1'].join('\t'),
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { receipt, rejected } = await rig.app.ingest(path, INGEST);
  assert.equal(receipt.stored, 1);
  assert.deepEqual(
    rejected.map(({ problem }) => problem.code),
    ['CHROM_TOO_LONG'],
  );
  await expectProven(receipt.fileId);
});

test('should say that the home cannot be used when its lock is no lock', () => {
  const home = join(rig.folder, 'odd-home');
  mkdirSync(join(home, 'ingest.lock'), { recursive: true });
  assert.throws(() => new HomeLock(home), { code: 'OUTPUT_UNWRITABLE' });
  const other = join(rig.folder, 'other-home');
  mkdirSync(other);
  writeFileSync(join(other, 'ingest.lock'), 'no database'.repeat(100));
  assert.throws(() => new HomeLock(other), { code: 'OUTPUT_UNWRITABLE' });
});

test('should refuse the file and store nothing of it when the name of a sample has a NUL', async () => {
  const { path, text } = await trio('nul.vcf', 5, 13);
  writeFileSync(path, text.replace(/(\n#CHROM.*)\n/, '$1\0\n'));
  await assert.rejects(rig.app.ingest(path, INGEST), { code: 'INPUT_FORMAT' });
  assert.equal(existsSync(storeFolders(rig.options.home, await rig.app.store.identity()).deadLetters), false);
});

test('should remove what a killed run kept of standard input when the next one begins', async () => {
  const { text } = await trio('spooled.vcf', 20, 11);
  const left = join(homeFolders(rig.options.home).spool, 'stdin-killed', 'stdin');
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, 'half a file');
  await rig.app.ingest(Readable.from([Buffer.from(text)]), INGEST);
  assert.equal(existsSync(left), false);
});

test(
  'should leave what was on its way to one database out of another when a home is used with both',
  needs('postgres-server'),
  async () => {
    const first = await trio('first-database.vcf', 4000, 31);
    const second = await trio('second-database.vcf', 100, 32);
    const name = `home_${randomBytes(6).toString('hex')}`;
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query(`create database ${name}`);
    url.pathname = `/${name}`;
    try {
      await interrupt(first.path, ({ variantsSent }) => variantsSent > 200);
      await using other = await App.open({ ...rig.options, databaseUrl: url.href });
      await other.ingest(second.path, INGEST);
      assert.deepEqual(
        (await other.store.files('default')).map((file) => file.name),
        ['second-database.vcf'],
      );
    } finally {
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    }
    const { receipt } = await rig.app.ingest(first.path, INGEST);
    await expectProven(receipt.fileId);
  },
);
