import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import { parsePed } from '../../src/analysis/family/pedigree.ts';
import { reportJson } from '../../src/analysis/report/json.ts';
import { reportOnFile, reportOnStored } from '../../src/app/report.ts';
import { review, reviewedVariant } from '../../src/app/reviews.ts';
import { parseFilter } from '../../src/core/filter-parser.ts';
import type { Clock, StoredFile } from '../../src/core/ports.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');
const GENES = new Set(['BRCA1', 'CFTR', 'GJB2']);
const RULES = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: GENES, clinvar: undefined };
const PED = 'F1\tchild\tfather\tmother\t2\t2\nF1\tfather\t0\t0\t1\t1\nF1\tmother\t0\t0\t2\t1\n';
const clock = { now: () => Date.parse('2026-02-03T04:05:06Z') } as Clock;

type Json = Record<string, unknown>;

describe('a report on a stored file', { timeout: 300_000 }, () => {
  let home: TestApp;
  let file: StoredFile;

  before(async () => {
    home = await openTestApp();
    await home.app.ingest(TRIO, INGEST);
    file = (await home.app.store.files('default'))[0]!;
  });
  after(() => home[Symbol.asyncDispose]());

  /** Without what only one of the two can know. */
  const comparable = (report: Json): Json => ({
    ...report,
    file: { ...(report.file as Json), fileId: null, storeDigest: null },
    variants: (report.variants as readonly Json[]).map((variant) => ({ ...variant, rowId: null })),
  });

  for (const [what, subject] of [
    ['a sample', { sample: 'child' }],
    ['a family', { pedigree: parsePed(PED).pedigree }],
    ['everybody', {}],
  ] as const) {
    test(`should say what a report on the file itself says of ${what}`, async () => {
      const options = { top: 40, clock, ...subject };
      const stored = await reportOnStored(home.app.store, file, { rules: RULES, ...options });
      const { pedigree, ...rest } = { pedigree: undefined, ...options };
      const raw = await reportOnFile(TRIO, { ...RULES, pedigree }, rest);
      assert.deepEqual(comparable(reportJson(stored)), comparable(reportJson(raw)));
      assert.equal(stored.file.stored?.storeDigest?.length, 64);
    });
  }

  test('should judge by what the kept judgement went by, and rank and show what reviewers said', async () => {
    const { store } = home.app;
    await assert.rejects(reportOnStored(store, file, { rules: undefined, top: 5, clock }), { code: 'NOT_FOUND' });
    await home.app.judge(file.fileId, { ...RULES, clinvar: undefined });
    const { rows } = await store.query(parseFilter('key=chr17:43091983:T:C'), { tenant: 'default', limit: 1 });
    const entry = { comment: 'a founder', reviewer: 'A. B.' };
    const meant = reviewedVariant(rows, [file]);
    await review(store, 'default', meant, { ...entry, class: 'Benign' });
    await review(store, 'default', meant, { ...entry, class: 'Pathogenic' });
    const report = await reportOnStored(store, file, { rules: undefined, sample: 'child', top: 5, clock });
    const [first] = report.variants;
    assert.equal(first?.rowId, rows[0]?.id);
    assert.equal(first?.class, 'Pathogenic');
    assert.notEqual(first?.verdict.class, 'Pathogenic');
    assert.deepEqual(
      first?.overrides.map((one) => one.class),
      ['Benign', 'Pathogenic'],
    );
    assert.equal(report.classes.get('Pathogenic'), 1);
    const pvs1 = report.variants
      .flatMap(({ verdict }) => verdict.outcomes)
      .filter(({ criterion }) => criterion === 'PVS1');
    assert.ok(
      pvs1.every(({ reason }) => !reason.includes('no list of genes')),
      'the kept list of genes is used',
    );
  });

  test('should show what narrators said of just these variants', async () => {
    const { store } = home.app;
    const { variants } = await reportOnStored(store, file, { rules: undefined, sample: 'child', top: 2, clock });
    const [first, second] = variants;
    const subject = {
      variantKey: 'x',
      gene: null,
      class: 'Benign',
      points: 0,
      evidence: [],
      digest: 'a'.repeat(64),
    } as const;
    const request = (digit: string, variantId: bigint) => ({
      requestId: digit.repeat(64),
      correlationId: digit.repeat(64),
      fileId: file.fileId,
      variantId,
      asked: 'any',
      promptVersion: '1',
      subject,
    });
    await store.narratives.addRequests('default', [request('a', first!.rowId!), request('b', 7n)]);
    const usage = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 };
    const told = {
      provider: 'rules',
      model: 'rules',
      decisive: null,
      failures: [],
      usage,
      cached: false,
      durationMs: 1,
    };
    const statements = [{ text: 'It is rare.', cites: ['PM2'] }];
    await store.narratives.saveNarratives('default', [{ requestId: 'a'.repeat(64), statements, ...told }]);
    const report = await reportOnStored(store, file, { rules: undefined, sample: 'child', top: 2, clock });
    assert.deepEqual(
      report.variants[0]?.narratives.map((one) => one.statements),
      [statements],
    );
    assert.deepEqual(report.variants.find(({ rowId }) => rowId === second?.rowId)?.narratives, []);
  });
});
