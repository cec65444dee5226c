import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { storeFolders } from '../../src/app/home.ts';
import { connect } from '../../src/stores/lancedb/native.ts';
import { VARIANTS_TABLE } from '../../src/stores/lancedb/schema.ts';
import { WatermarkTable } from '../../src/stores/lancedb/watermark.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

let rig: TestApp;
let first: number;
let folder: string;
let notices: string[];

before(async () => {
  rig = await openTestApp();
  first = await ingest(1);
  folder = join(storeFolders(join(rig.folder, 'home'), await rig.app.store.identity()).projections, 'lancedb');
});

after(() => rig[Symbol.asyncDispose]());

beforeEach(() => {
  notices = [];
});

const onNotice = (text: string) => void notices.push(text);
const contents = (fileId: number) =>
  rig.app.projections.use('lancedb', (lance) => lance.contents(fileId), { onNotice });

async function ingest(seed: number): Promise<number> {
  const input = join(rig.folder, `trio-${seed}.vcf.gz`);
  await writeChaosInput(input, { records: 200, seed });
  return (await rig.app.ingest(input, INGEST)).receipt.fileId;
}

/** The table, as somebody with LanceDB's own library would open it. */
async function byHand(work: (table: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['openTable']>>) => unknown) {
  const db = await connect(folder);
  await work(await db.openTable(VARIANTS_TABLE));
  db.close();
}

function filesBelow(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('should hold what follows from the tables when it has caught up', async () => {
  const { rows } = await contents(first);
  assert.ok(rows > 190);
  const proof = await rig.app.prove(first);
  assert.deepEqual(proof.failures, []);
  assert.equal(proof.projections[0]?.name, 'lancedb');
  assert.equal(proof.projections[0]?.held.rows, rows);
});

test('should hold the same when it is made anew as when it followed', async () => {
  const second = await ingest(2);
  const followed = [await contents(first), await contents(second)];
  await rig.app.projections.rebuild('lancedb');
  assert.deepEqual([await contents(first), await contents(second)], followed);
  assert.notEqual(followed[0]?.digest, followed[1]?.digest);
});

test('should say of a variant what its line and its annotations say', async () => {
  const { rows: stored } = await rig.app.store.query(undefined, { tenant: 'default', limit: 50, fileId: first });
  await rig.app.projections.use('lancedb', async ({ variants }) => {
    for (const row of stored.filter((_, i) => i % 7 === 0)) {
      const [held] = await variants.query().where(`id = ${row.id}`).toArray();
      assert.equal(
        `${held.chromosome}:${held.position}:${held.reference}:${held.alternate}`,
        `${row.chrom}:${row.pos}:${row.ref}:${row.alt}`,
      );
      assert.equal(held.gene_symbol, row.annotations.gene);
      assert.equal(held.consequence, 'missense_variant');
      assert.equal(held.quality_score, 50);
      assert.equal(held.filter_status, 'PASS');
      assert.equal(held.tenant, 'default');
      assert.match(held.variant_description, new RegExp(`^${row.annotations.gene} missense variant, p.Ala1Gly`));
      const genotypes = (row.samples ?? '').split('\t').map((sample) => sample.split(':')[0]);
      const carrier = genotypes.findIndex((genotype) => /[1-9]/.test(genotype ?? ''));
      assert.equal(held.sample_id, carrier < 0 ? null : `S${carrier + 1}`);
      assert.equal(held.genotype, carrier < 0 ? null : genotypes[carrier]);
    }
  });
});

for (const [what, damage] of [
  ['a row is deleted', 'delete'],
  ['a value is changed', 'update'],
  ['a row is doubled', 'double'],
] as const) {
  test(`should make prove fail when ${what} by hand, until it is made anew`, async () => {
    await contents(first);
    await byHand(async (table) => {
      const [row] = await table.query().where(`file_id = ${first}`).limit(1).toArray();
      const where = `id = ${row.id}`;
      if (damage === 'delete') await table.delete(where);
      else if (damage === 'update') await table.update({ where, values: { gene_symbol: 'CHANGED' } });
      else await table.add(await table.query().where(where).toArrow());
    });
    const proof = await rig.app.prove(first);
    assert.equal(proof.ok, false);
    assert.deepEqual(
      proof.failures.map(({ kind }) => kind),
      ['projection'],
    );
    assert.match(proof.failures[0]!.detail, /vcf-agent rebuild lancedb/);
    await rig.app.projections.rebuild('lancedb');
    assert.equal((await rig.app.prove(first)).ok, true);
  });
}

test('should leave nothing of a deleted file, on the disk neither', async () => {
  const second = await ingest(3);
  await contents(second);
  const ids = new Set<bigint>();
  await byHand(async (table) => {
    for await (const batch of table.query().where(`file_id = ${second}`).withRowId().select(['_rowid'])) {
      for (const id of batch.getChild('_rowid') ?? []) ids.add(BigInt(id) >> 32n);
    }
  });
  const data = () => filesBelow(join(folder, `${VARIANTS_TABLE}.lance`, 'data'));
  const before = new Set(data());
  await rig.app.deleteFile(second);
  assert.equal((await contents(second)).rows, 0);
  await byHand(async (table) => {
    assert.equal(await table.countRows(`file_id = ${second}`), 0);
    for await (const batch of table.query().withRowId().select(['_rowid'])) {
      for (const id of batch.getChild('_rowid') ?? []) assert.ok(!ids.has(BigInt(id) >> 32n), 'a fragment is kept');
    }
    assert.equal((await table.listVersions()).length, 1);
    // Every file of data is one of a fragment that is in use.
    assert.equal(data().length, (await table.stats()).fragmentStats.numFragments);
  });
  assert.ok(data().every((path) => !before.has(path)) || before.size > 1);
  assert.equal((await rig.app.prove(first)).ok, true);
});

test('should remove what a run wrote that ended before its watermark, and then go on', async () => {
  const third = await ingest(4);
  const { keep } = WatermarkTable.prototype;
  WatermarkTable.prototype.keep = () => Promise.reject(new Error('killed'));
  try {
    await assert.rejects(contents(third), /killed/);
  } finally {
    WatermarkTable.prototype.keep = keep;
  }
  let written = 0;
  await byHand(async (table) => {
    written = await table.countRows(`file_id = ${third}`);
  });
  assert.ok(written > 190, 'the rows were not written before the watermark');
  assert.equal((await contents(third)).rows, written);
  assert.deepEqual((await rig.app.prove(third)).failures, []);
});

for (const [what, damage] of [
  ['its data are cut short', (path: string) => truncateSync(path, 10)],
  ['its data are gone', (path: string) => rmSync(path)],
] as const) {
  test(`should be made anew, and say so, when ${what}`, async () => {
    const before = await contents(first);
    await rig.app.projections.close();
    for (const path of filesBelow(join(folder, `${VARIANTS_TABLE}.lance`, 'data'))) damage(path);
    const proof = await rig.app.prove(first);
    assert.equal(proof.ok, false);
    assert.match(proof.failures[0]!.detail, /cannot be read/);
    await rig.app.projections.close();
    assert.deepEqual(await contents(first), before);
    assert.match(notices.join(), /made anew/);
  });
}

test('should be made anew when its newest version is garbage', async () => {
  const before = await contents(first);
  await rig.app.projections.close();
  for (const path of filesBelow(join(folder, `${VARIANTS_TABLE}.lance`, '_versions'))) truncateSync(path, 3);
  assert.deepEqual(await contents(first), before);
  assert.match(notices.join(), /made anew/);
});
