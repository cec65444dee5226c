import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openClassification } from '../../src/analysis/acmg/classify-file.ts';
import type { ClinvarEntry, MemoryClinvar } from '../../src/analysis/acmg/clinvar-memory.ts';
import { keyOf } from '../../src/analysis/acmg/evidence.ts';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import { review, reviewedVariant } from '../../src/app/reviews.ts';
import { parseFilter } from '../../src/core/filter-parser.ts';
import type { VariantRow } from '../../src/core/ports.ts';
import { effectiveClass, type KeptVerdict, type NewVerdict } from '../../src/core/verdicts.ts';
import { clinvarOf } from '../analysis/acmg/given.ts';
import { createRandom } from '../fuzz/random.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');
/** Records of the second file. */
const SMALL = 120;
const RULES = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: new Set(['BRCA1', 'CFTR', 'GJB2']) };

/** The verdicts of a file, all of them. */
async function verdictsOf({ app }: TestApp, fileId: number): Promise<readonly KeptVerdict[]> {
  return app.store.verdicts.query('default', { fileId, limit: 100_000 });
}

async function rowsOf({ app }: TestApp, filter: string): Promise<readonly VariantRow[]> {
  return (await app.store.query(parseFilter(filter), { tenant: 'default', limit: 100 })).rows;
}

/** Records for the missense variants of a file and beside them, of which some change from one seed to the next. */
async function clinvarNear({ app }: TestApp, fileId: number, seed: number): Promise<MemoryClinvar> {
  const random = createRandom(1);
  const newer = createRandom(seed);
  const entries: ClinvarEntry[] = [];
  const significances = ['Pathogenic', 'Likely_pathogenic', 'Uncertain_significance', 'Likely_benign', 'Benign'];
  for await (const batch of app.judged(fileId)) {
    for (const { evidence } of batch) {
      if (evidence.transcript?.effect !== 'missense' || evidence.transcript.gene === undefined) continue;
      for (let i = 0; i < 3; i++) {
        const old = random.pick(significances);
        const changed = newer.below(50) === 0;
        entries.push({
          chrom: evidence.chrom,
          pos: evidence.pos + random.below(20),
          id: String(entries.length + 1),
          ref: 'A',
          alt: 'G',
          genes: [evidence.transcript.gene],
          significance: changed ? newer.pick(significances) : old,
          stars: 2,
          effect: 'missense',
        });
      }
    }
  }
  return clinvarOf(entries);
}

describe('verdicts on stored variants', () => {
  let rig: TestApp;
  before(async () => {
    rig = await openTestApp();
    await rig.app.ingest(TRIO, { ...INGEST, batchSize: 500 });
    await rig.app.judge(1, RULES);
    const lines = gunzipSync(await readFile(TRIO))
      .toString()
      .split('\n');
    const records = lines.filter((line) => line !== '' && !line.startsWith('#')).slice(0, SMALL);
    const small = join(rig.folder, 'small.vcf');
    await writeFile(small, [...lines.filter((line) => line.startsWith('#')), ...records, ''].join('\n'));
    await rig.app.ingest(small, INGEST);
  });
  after(async () => rig[Symbol.asyncDispose]());

  test('should be those that classify gives for the file itself', async () => {
    const direct = new Map<string, readonly [string, number]>();
    await using classification = await openClassification(TRIO, { ...RULES, clinvar: undefined });
    for await (const batch of classification.batches()) {
      for (const { evidence, verdict } of batch) direct.set(keyOf(evidence), [verdict.class, verdict.points]);
    }
    let compared = 0;
    for await (const batch of rig.app.judged(1)) {
      for (const { evidence, verdict, kept } of batch) {
        assert.deepEqual([verdict.class, verdict.points], direct.get(keyOf(evidence)));
        assert.deepEqual([kept?.class, kept?.points], [verdict.class, verdict.points]);
        compared++;
      }
    }
    assert.equal(compared, 5303);
    assert.equal((await verdictsOf(rig, 1)).length, 5303);
  });

  test('should be found by points, class and id, a page at a time', async () => {
    const all = await verdictsOf(rig, 1);
    const { verdicts } = rig.app.store;
    const sorted = all.toSorted((a, b) => b.points - a.points || Number(a.id - b.id)).slice(0, 9);
    const first = await verdicts.query('default', { fileId: 1, order: 'points', limit: 4 });
    const second = await verdicts.query('default', { fileId: 1, order: 'points', limit: 5, after: first.at(-1) });
    assert.deepEqual([...first, ...second], sorted);
    const benign = await verdicts.query('default', { classes: ['Benign', 'Likely benign'], limit: 100_000 });
    assert.deepEqual(
      benign,
      all.filter(({ class: name }) => name.endsWith('enign')),
    );
    const counts = await verdicts.counts('default', 1);
    assert.equal(counts.get('Benign')! + counts.get('Likely benign')!, benign.length);
    assert.deepEqual(await verdicts.query('other', { fileId: 1, limit: 10 }), []);
  });

  test('should be proved with their file, and fail the proof after any change by hand', async () => {
    await rig.app.judge(2, RULES);
    const sound = await rig.app.prove(2);
    assert.deepEqual([sound.ok, sound.failures], [true, []]);
    assert.ok(sound.verdicts >= SMALL);
    const [one] = await rig.app.store.verdicts.query('default', { fileId: 2, order: 'points', limit: 1 });
    const where = `where id = ${one!.id}`;
    const changes = [
      [`update verdicts set class = 1 ${where}`, /another class/],
      [`update verdicts set points = points + 1 ${where}`, /another points/],
      [`update verdicts set own_points = own_points - 1 ${where}`, /withoutClinvar/],
      [`update verdicts set highest = 3, lowest = 1 ${where}`, /least, greatest/],
      [`update verdicts set reviewed = 5 ${where}`, /reviewed/],
      [`update verdicts set crosses = not crosses ${where}`, /crossesClinvar/],
      [`update verdicts set digest = sha256('x') ${where}`, /digest/],
      [`update verdicts set met = 'PVS1' ${where}`, /met/],
      [`update verdicts set tenant_id = 7 ${where}`, /has no verdict/],
      [`update verdicts set file_id = 7 ${where}`, /verdict of file 7/],
      [`delete from verdicts ${where}`, /has no verdict/],
      [`update verdicts set id = id + 100000 ${where}`, /is none|has no verdict/],
      [`update judgements set inputs = replace(inputs::text, '0.644', '0.1')::json where file_id = 2`, /points/],
      [`delete from judgements where file_id = 2`, /of no judgement/],
    ] as const;
    for (const [statement, detail] of changes) {
      await rig.sql(statement);
      const broken = await rig.app.prove(2);
      assert.equal(broken.ok, false, statement);
      assert.match(broken.failures.map((failure) => failure.detail).join('\n'), detail, statement);
      // Judging again heals what was done to a verdict.
      await rig.app.judge(2, RULES);
    }
    assert.equal((await rig.app.prove(2)).ok, true);
  });

  test('should show a review beside the computed class, with its whole history', async () => {
    const { store } = rig.app;
    const rows = await rowsOf(rig, 'id=rs80357906');
    assert.equal(rows.length, 1);
    const variant = reviewedVariant(rows, await store.files('default'));
    const verdict = async (): Promise<KeptVerdict> =>
      (await store.verdicts.query('default', { ids: rows.map(({ id }) => id), limit: 1 }))[0]!;
    const computed = await verdict();
    const before = Number((await rig.sql(`select count(*) from outbox where kind = 'analysis'`))[0]!.count);
    await review(store, 'default', variant, {
      class: 'Likely pathogenic',
      comment: 'seen in the family',
      reviewer: 'eve',
    });
    const second = await review(store, 'default', variant, { class: 'Pathogenic', comment: 'assay', reviewer: 'eve' });
    assert.equal(second.key, '17:43057062:T:TG');
    assert.deepEqual(await verdict(), { ...computed, reviewed: 'Pathogenic' });
    assert.equal(effectiveClass(await verdict()), 'Pathogenic');
    // A new run keeps it, and the proof knows it.
    await rig.app.judge(1, RULES);
    assert.equal((await verdict()).reviewed, 'Pathogenic');
    assert.equal((await rig.app.prove(1)).ok, true);
    await review(store, 'default', variant, { class: null, comment: 'mixed up', reviewer: 'adam' });
    assert.equal((await verdict()).reviewed, undefined);
    const history = await store.verdicts.overrides('default', second);
    assert.deepEqual(
      history.map(({ class: given, reviewer }) => [given, reviewer]),
      [
        ['Likely pathogenic', 'eve'],
        ['Pathogenic', 'eve'],
        [null, 'adam'],
      ],
    );
    const analyses = Number((await rig.sql(`select count(*) from outbox where kind = 'analysis'`))[0]!.count);
    assert.equal(analyses - before, 4);
    for (const statement of [`delete from overrides`, `update overrides set comment = ''`, 'truncate overrides']) {
      await assert.rejects(rig.sql(statement), /only grows/);
    }
  });

  test('should refuse a review without a comment, with an endless one, and of several variants', async () => {
    const files = await rig.app.store.files('default');
    const variant = reviewedVariant(await rowsOf(rig, 'id=rs80357906'), files);
    for (const comment of ['', '  ', 'x'.repeat(2001), 'a\0b']) {
      const entry = { class: 'Benign', comment, reviewer: 'eve' } as const;
      await assert.rejects(review(rig.app.store, 'default', variant, entry), { code: 'USAGE' });
    }
    const many = await rowsOf(rig, 'gene=BRCA1');
    assert.throws(() => reviewedVariant(many, files), { code: 'OPTION_CONFLICT' });
    assert.throws(() => reviewedVariant([], files), { code: 'NOT_FOUND' });
  });

  test('should come to the same after a newer ClinVar as from scratch, having judged a small part again', async () => {
    await rig.app.judge(1, { ...RULES, clinvar: { index: await clinvarNear(rig, 1, 1), name: 'old.vcf.gz' } });
    for (const seed of [2, 3, 4]) {
      const before = await verdictsOf(rig, 1);
      const clinvar = { index: await clinvarNear(rig, 1, seed), name: `newer-${seed}.vcf.gz` };
      const result = await rig.app.reclassify(1, clinvar);
      const kept = await verdictsOf(rig, 1);
      assert.ok(result.judged > 0 && result.judged < 5303 / 4, `${result.judged} judged again, seed ${seed}`);
      assert.deepEqual((await rig.app.prove(1)).failures, [], `seed ${seed}`);
      const old = new Map(before.map((verdict) => [verdict.id, verdict]));
      const differ = kept.filter((verdict) => !sameSum(verdict, old.get(verdict.id)!));
      assert.deepEqual(
        result.changes.map(({ id, from, to }) => [id, from.class, from.points, to.class, to.points]),
        differ.map((now) => [now.id, old.get(now.id)!.class, old.get(now.id)!.points, now.class, now.points]),
      );
      await rig.app.judge(1, { ...RULES, clinvar });
      const strip = ({ judgementId: _, ...verdict }: KeptVerdict): NewVerdict => verdict;
      assert.deepEqual(kept.map(strip), (await verdictsOf(rig, 1)).map(strip), `seed ${seed}`);
      const sets = await rig.app.store.verdicts.annotationSets('default');
      assert.deepEqual(
        sets.map(({ name }) => name),
        [clinvar.name],
      );
    }
  });

  test('should fail the proof when the kept ClinVar was changed', async () => {
    await rig.sql(`update annotation_parts set bytes = 'x', length = 1, encoding = 'plain' where part = 0`);
    const { ok, failures } = await rig.app.prove(1);
    assert.equal(ok, false);
    assert.match(failures[0]!.detail, /not what was kept/);
  });

  test('should refuse a file whose records were not split, and one that is not there', async () => {
    const path = join(rig.folder, 'unsplit.vcf');
    await writeFile(
      path,
      '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t5\t.\tA\tC,G\t.\t.\t.\n',
    );
    const { receipt } = await rig.app.ingest(path, { ...INGEST, split: 'none' });
    await assert.rejects(rig.app.judge(receipt.fileId, RULES), { code: 'OPTION_CONFLICT' });
    await assert.rejects(rig.app.judge(77, RULES), { code: 'NOT_FOUND' });
  });

  test('should leave nothing of a deleted file but the history of reviews', async () => {
    await rig.app.deleteFile(1);
    await rig.app.deleteFile(2);
    for (const table of ['verdicts', 'judgements', 'verdict_changes', 'annotation_sets', 'annotation_parts']) {
      const [row] = await rig.sql(`select count(*)::int from ${table}`);
      assert.equal(row?.count, 0, table);
    }
    assert.equal((await rig.app.store.verdicts.overrides('default')).length, 3);
  });
});

function sameSum(a: NewVerdict, b: NewVerdict): boolean {
  return a.class === b.class && a.points === b.points;
}
