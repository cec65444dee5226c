import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import type { FoundRow } from '../../src/stores/lancedb/questions.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

let rig: TestApp;
let fileId: number;

before(async () => {
  rig = await openTestApp();
  const input = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');
  fileId = (await rig.app.ingest(input, INGEST)).receipt.fileId;
});

after(() => rig[Symbol.asyncDispose]());

const contents = () => rig.app.projections.use('lancedb', (lance) => lance.contents(fileId));
const summaries = async (): Promise<Map<FoundRow['id'], string | null>> =>
  rig.app.projections.use('lancedb', async ({ variants }) => {
    const rows = await variants.query().select(['id', 'analysis_summary']).toArray();
    return new Map(rows.map((row) => [BigInt(row.id), row.analysis_summary]));
  });

test('should hold what is judged about each variant, and what a reviewer says instead', async () => {
  assert.ok([...(await summaries()).values()].every((text) => text === null));
  const { judged } = await rig.app.judge(fileId, {
    profile: DEFAULT_PROFILE,
    lossOfFunctionGenes: new Set(['BRCA1', 'CFTR']),
  });
  const said = await summaries();
  assert.equal([...said.values()].filter((text) => text !== null).length, judged);
  const [verdict] = await rig.app.store.verdicts.query('default', { fileId, limit: 1, order: 'points' });
  assert.equal(
    said.get(verdict!.id),
    `${verdict!.class}, ${verdict!.points} points: ${verdict!.met.join(', ') || 'no criterion met'}`,
  );
  const variant = { key: 'x', assembly: '', class: 'Benign', comment: 'seen', reviewer: 'me' } as const;
  await rig.app.store.verdicts.addOverride('default', variant, [verdict!.id]);
  assert.match((await summaries()).get(verdict!.id) ?? '', /^Benign by a reviewer, /);
});

test('should hold the same when it is made anew, and be proved', async () => {
  const followed = await contents();
  await rig.app.projections.rebuild('lancedb');
  assert.deepEqual(await contents(), followed);
  const { projections } = await rig.app.prove(fileId);
  assert.deepEqual(
    projections.map(({ ok }) => ok),
    [true],
  );
});

test('should forget what is not judged any more', async () => {
  await rig.sql('delete from verdicts');
  await rig.sql(`insert into outbox (tenant_id, file_id, kind) values (0, $1, 'analysis')`, [fileId]);
  assert.ok([...(await summaries()).values()].every((text) => text === null));
});
