import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseFilter } from '../../src/core/filter-parser.ts';
import { filterToLance } from '../../src/stores/lancedb/filter-sql.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

let rig: TestApp;

before(async () => {
  rig = await openTestApp();
  await rig.app.ingest(join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz'), INGEST);
});

after(() => rig[Symbol.asyncDispose]());

const FILTERS = [
  'gene=BRCA1',
  'gene~brc',
  'gene!=BRCA1',
  'gene!~syng',
  'genes=CFTR or gene=HBB',
  'chr17',
  '17:43044295-43125483',
  'chrom=chrX',
  'pos>100000000',
  'id=rs113993960',
  'id~rs80',
  'not id~rs',
  'ref=A and alt=G',
  'qual>=50',
  'filter=PASS',
  'filter!=PASS',
  'not filter=PASS',
  'consequence=missense_variant',
  'consequence=MISSENSE_variant and not impact=LOW',
  'consequence~splice',
  'impact=high',
  'impact!=HIGH',
  'clinsig=pathogenic',
  'clinsig=likely_pathogenic',
  'clinsig~pathogenic',
  'clinsig~"likely pathogenic"',
  'clinsig!~benign',
  'not clinsig~benign',
  'stars>=2',
  'exists(stars)',
  'af<0.001',
  'af=0.356',
  'not af>=0.001',
  'af!=0.1',
  'exists(af) and not exists(gene)',
  'cadd>=20 or revel>0.7',
  'spliceai>0.2',
  '(gene=CFTR or gene=GJB2) and clinsig~pathogenic and not (af>0.01 or qual<10)',
  `gene="it's"`,
  `gene~"') or true --"`,
  `id="x' OR '1'='1"`,
  String.raw`clinsig~"a\\b(c"`,
  'key=17:43057062:T:TG',
];

for (const text of FILTERS) {
  test(`should find the variants that PostgreSQL finds when the filter is ${text}`, async () => {
    const filter = parseFilter(text);
    const { rows } = await rig.app.store.query(filter, { tenant: 'default', limit: 100_000 });
    const ids = await rig.app.projections.use('lancedb', async ({ variants }) =>
      (await variants.query().where(filterToLance(filter)).select(['id']).toArray()).map(({ id }) => BigInt(id)),
    );
    const inOrder = (all: readonly bigint[]) => all.toSorted((a, b) => (a < b ? -1 : 1));
    assert.deepEqual(inOrder(ids), inOrder(rows.map(({ id }) => id)));
  });
}

for (const text of ['carrier=child', 'info.DP>3', 'hgvs_p~Gln', 'transcript=NM_1', 'condition~cancer']) {
  test(`should refuse ${text}, which is not in the table`, () => {
    assert.throws(() => filterToLance(parseFilter(text)), { code: 'OPTION_CONFLICT' });
  });
}
