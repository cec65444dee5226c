import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseFilter } from '../../../src/core/filter-parser.ts';
import type { VariantRow } from '../../../src/core/ports.ts';
import { rowsSql } from '../../../src/stores/postgres/query-sql.ts';
import { unitOf } from '../../support/envelope.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const SAMPLES = ['NA1', `O'Brien"; drop table variants; --`, '%'];

/** POS is the row's name in the tests below. */
const LINES = [
  'chr17 100 rs1;rs2 A G 50.5 PASS AF=0.01;DP=30;DB GT 0/1 0/0 0/0',
  'chr17 200 . ATTTT A 10 q10;s50 DP=5,40;X=. GT 1/1 0/0 ./.',
  '17 300 rs3 A C . . XDP=99;DP GT 0/0 0/1 0|0',
  'chrX 400 rs4 A <DEL> 0.001 PASS END=900;AF=1e-3;T=a%b GT 0/0 0/0 1',
  'MT 500 rs5 A T 99 PASS . GT . . .',
  'chr1 600 100%_\\ A AT 7 PASS K=v GT 0/0 1/0 0/0',
];

const ANNOTATIONS = [
  {
    gene: 'BRCA1',
    genes: 'BRCA1,NBR2',
    clinsig: 'Pathogenic/Likely_pathogenic',
    af: '0.001',
    impact: 'HIGH',
    stars: '3',
  },
  {
    gene: 'NBR2',
    clinsig: 'Conflicting_classifications_of_pathogenicity',
    af: '0.5',
    consequence: 'stop_gained&splice_region_variant',
  },
  { gene: 'TP53', clinsig: 'Likely_pathogenic|drug_response', hgvs_c: 'ENST1.9:c.68_69del', transcript: 'ENST1.9' },
  { gene: '%', hgvs_p: 'p.Gly1=', condition: 'Breast_cancer|not provided', cadd: '25.3', revel: '0.9', spliceai: '1' },
  {},
  { gene: `a'b"c\\`, clinsig: 'Benign' },
];

/** Filter, and the rows it finds. */
const CASES: readonly (readonly [string, readonly number[]])[] = [
  ['gene=BRCA1', [100]],
  ['gene=NBR2', [100, 200]],
  ['gene=brca1', []],
  ['gene!=NBR2', [300, 400, 600]],
  ['not gene=NBR2', [300, 400, 500, 600]],
  ['gene~nbr', [100, 200]],
  ['gene="%"', [400]],
  ['gene~"%"', [400]],
  ['gene=.', [500]],
  ['gene!=.', [100, 200, 300, 400, 600]],
  [`gene="a'b\\"c\\\\"`, [600]],
  [`gene~"b\\"c\\\\"`, [600]],
  ['clinsig~pathogenic', [100, 300]],
  ['clinsig~"Likely pathogenic"', [100, 300]],
  ['clinsig~likely_PATHOGENIC', [100, 300]],
  ['clinsig~conflicting', [200]],
  ['clinsig!~pathogenic', [200, 600]],
  ['not clinsig~pathogenic', [200, 400, 500, 600]],
  ['clinsig=pathogenic', [100]],
  ['clinsig=drug_response', [300]],
  ['clinsig~".*"', []],
  ['af=0.001', [100]],
  ['af<=0.001', [100]],
  ['af<0.001', []],
  ['not af<0.01', [200, 300, 400, 500, 600]],
  ['not (not af<0.01)', [100]],
  ['af!=0.5', [100]],
  ['exists(af)', [100, 200]],
  ['impact=high', [100]],
  ['consequence=splice_region_variant', [200]],
  ['consequence~stop', [200]],
  ['stars>=2', [100]],
  ['cadd>25', [400]],
  ['condition="Not provided"', [400]],
  ['hgvs=c.68_69del', [300]],
  ['hgvs=ENST1.9:c.68_69del', [300]],
  ['hgvs=p.Gly1=', [400]],
  ['hgvs!=p.Gly1=', [300]],
  ['hgvs=.', [100, 200, 500, 600]],
  ['transcript=ENST1', [300]],
  ['id=rs2', [100]],
  ['id=RS3', [300]],
  ['id=.', [200]],
  ['id in (rs1, rs4)', [100, 400]],
  ['id not in (rs1, rs4)', [300, 500, 600]],
  ['id~"0%_\\\\"', [600]],
  ['id~_', [600]],
  ['filter=PASS', [100, 400, 500, 600]],
  ['filter=s50', [200]],
  ['not filter=PASS', [200, 300]],
  ['filter!=PASS', [200]],
  ['qual>=50.5', [100, 500]],
  ['qual=0.001', [400]],
  ['qual=.', [300]],
  ['ref=ATTTT', [200]],
  ['alt="<DEL>"', [400]],
  ['pos>500', [600]],
  ['pos>=99999999999', []],
  ['chr17', [100, 200, 300]],
  ['chrom=17', [100, 200, 300]],
  ['chrom!=17', [400, 500, 600]],
  ['chrM', [500]],
  ['chr17:100-200', [100, 200]],
  ['17:204', [200]],
  ['17:205', []],
  ['17:201-299', [200]],
  ['X:900', [400]],
  ['X:901', []],
  ['chrX:450-', [400]],
  ['key=17:100:A:G', [100]],
  ['key=chr17:100:A:C', []],
  ['info.DP>30', [200]],
  ['info.DP>=30', [100, 200]],
  ['info.DP=40', [200]],
  ['info.DP=40.0', [200]],
  ['info.DP=5,40', [200]],
  ['info.DP!=30', [200, 300]],
  ['info.DP=true', [300]],
  ['exists(info.DB)', [100]],
  ['exists(info.X)', []],
  ['info.XDP=99', [300]],
  ['info.dp=30', []],
  ['info.AF=0.001', [400]],
  ['info.T~"%"', [400]],
  ['info.T~"a_b"', []],
  ['info.".*"=1 or info.K=v', [600]],
  ['carrier=NA1', [100, 200]],
  ['carrier!=NA1', [300, 400, 600]],
  ['not carrier=NA1', [300, 400, 500, 600]],
  ['carrier="%"', [400]],
  [`carrier="O'Brien\\"; drop table variants; --"`, [300, 600]],
  ['exists(carrier)', [100, 200, 300, 400, 600]],
  ['carrier=NA1 and af<0.1 and 17:1-1000 or key=MT:500:A:T', [100, 500]],
  ['(gene=BRCA1 or gene=TP53) and not (clinsig~drug_response)', [100]],
];

const HOSTILE = [
  `'`,
  `"`,
  `\\`,
  `'; drop table variants; --`,
  '$1',
  '%s',
  '\u{1f9ec}',
  `\\'`,
  '--',
  '/*',
  `' or '1'='1`,
];

describeStores('PostgresStore.query', (open) => {
  let t: TestStore;
  before(async () => {
    t = await open();
    await t.store.apply([unitOf(LINES, { samples: SAMPLES, annotations: ANNOTATIONS })]);
  });
  after(() => t.close());

  const find = async (text: string, options: { limit?: number; cursor?: string; fileId?: number } = {}) =>
    await t.store.query(parseFilter(text), { tenant: 'default', limit: 100, ...options });
  const positions = (rows: readonly VariantRow[]) => rows.map(({ pos }) => pos);

  for (const [text, expected] of CASES.filter(([text]) => !text.includes('info.".*"'))) {
    test(`should find ${expected.length} when asked ${text}`, async () => {
      assert.deepEqual(positions((await find(text)).rows), expected);
    });
  }

  test('should give every row once over a filter and its negation', async () => {
    for (const [text] of CASES.filter(([text]) => !text.includes('info.".*"'))) {
      const [yes, no] = [await find(text), await find(`not (${text})`)];
      assert.deepEqual([...positions(yes.rows), ...positions(no.rows)].sort(), [100, 200, 300, 400, 500, 600], text);
    }
  });

  test('should give everything known of a variant', async () => {
    const [row] = (await find('id=rs1')).rows;
    assert.ok(row);
    const { id, annotations, ...rest } = row;
    assert.equal(typeof id, 'bigint');
    assert.deepEqual(rest, {
      ...{ fileId: 1, ordinal: 0, allele: 1, chrom: 'chr17', pos: 100, variantId: 'rs1;rs2', ref: 'A', alt: 'G' },
      ...{ qual: '50.5', filter: 'PASS', info: 'AF=0.01;DP=30;DB', format: 'GT', samples: '0/1\t0/0\t0/0' },
    });
    assert.deepEqual(annotations.genes, ['BRCA1', 'NBR2']);
    assert.deepEqual([annotations.af, annotations.stars, annotations.cadd], [0.001, 3, null]);
  });

  test('should page through without gaps or repeats, and refuse a cursor that it did not make', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await find('not gene=TP53', { limit: 2, ...(cursor !== undefined && { cursor }) });
      seen.push(...positions(page.rows));
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(seen, [100, 200, 400, 500, 600]);
    for (const foreign of ['', 'x', `v1-' or 1=1`, 'v1-zzzzzzzzzzzzzzzz']) {
      await assert.rejects(find('gene=BRCA1', { cursor: foreign }), { code: 'USAGE' });
    }
    await assert.rejects(find('gene=BRCA1', { limit: 0 }), { code: 'USAGE' });
  });

  test('should show a tenant nothing of another, whatever its name', async () => {
    for (const tenant of ['other', `default' or '1'='1`, '']) {
      assert.deepEqual((await t.store.query(undefined, { tenant, limit: 10 })).rows, []);
      assert.deepEqual(await t.store.carriers(tenant, [4294967296n]), []);
    }
    assert.deepEqual((await find('gene=BRCA1', { fileId: 2 })).rows, []);
    assert.equal((await find('gene=BRCA1', { fileId: 1 })).rows.length, 1);
  });

  test('should take hostile values and names as what they are', async () => {
    for (const value of HOSTILE) {
      const quoted = `"${value.replaceAll(/[\\"]/g, '\\$&')}"`;
      for (const field of ['gene', 'id', 'clinsig', 'carrier', 'chrom', 'alt', 'info.DP', 'consequence', 'hgvs']) {
        assert.deepEqual((await find(`${field}=${quoted}`)).rows, [], `${field}=${quoted}`);
      }
      for (const field of ['gene', 'clinsig', 'condition', 'info.DP', 'alt']) await find(`${field}~${quoted}`);
      const key = { kind: 'info', key: value } as const;
      const page = await t.store.query(
        { kind: 'compare', field: key, op: '=', value },
        { tenant: 'default', limit: 5 },
      );
      assert.deepEqual(page.rows, []);
      const column = { kind: 'column', name: value } as const;
      const foreign = t.store.query({ kind: 'present', field: column, present: true }, { tenant: 'default', limit: 5 });
      await assert.rejects(foreign, { code: 'FILTER_SYNTAX' });
    }
    assert.deepEqual(await t.sql('select count(*)::int as n from variants'), [{ n: 6 }]);
  });

  test('should name the carriers of variants with their genotypes', async () => {
    const { rows } = await find('chr17 or chr1');
    const carriers = await t.store.carriers(
      'default',
      rows.map(({ id }) => id),
    );
    const known = new Map(rows.map(({ id, pos }) => [id, pos]));
    assert.deepEqual(
      carriers.map(({ rowId, sample, genotype }) => [known.get(rowId), sample, genotype]),
      [
        [100, 'NA1', '0/1'],
        [200, 'NA1', '1/1'],
        [300, SAMPLES[1], '0/1'],
        [600, SAMPLES[1], '1/0'],
      ],
    );
    assert.deepEqual(await t.store.carriers('default', []), []);
  });
});

/** 2,504 samples and enough rows that a plan without an index would show. */
const COHORT = `
  insert into files (file_id, tenant_id, digest, kind, name, bytes, plan, header)
  values (7, 0, 'cohort', 'file', 'cohort', 0, '{}', '')`;
const COHORT_SAMPLES = `insert into samples select 0, 7, s, 'S' || s from generate_series(0, 2503) s`;
const COHORT_VARIANTS = `
  insert into variants (id, tenant_id, file_id, batch, pos, end_pos, chrom, variant_id, ref, alt, filter, gene)
  select 7 * 4294967296 + n, 0, 7, n / 1000 * 1000, n * 10, n * 10, 'chr' || (1 + n / 5000), '.', 'A', 'G', '.', 'G' || n / 20
  from generate_series(0, 39999) n`;
const COHORT_BLOCKS = `
  insert into blocks (tenant_id, file_id, first_variant, variant_count, encoding, length, columns)
  select 0, 7, batch, 1000, 'plain', octet_length(columns), columns from (
    select batch, decode(repeat('00', 6000), 'hex') || convert_to(string_agg(
      concat_ws(e'\\t', chrom, pos, '.', 'A', 'G', '.', '.', 'DP=' || pos % 100) || e'\\n', '' order by id), 'UTF8') as columns
    from variants group by batch) b`;
const COHORT_ZONES = `
  insert into zones
  select 0, 7, batch, 1000, chrom, min(pos), max(end_pos), array_agg(distinct gene) from variants group by batch, chrom`;
// A tenth of the samples carries a tenth of the variants, the last one a single variant.
const COHORT_CARRIERS = `
  insert into carriers
  select 0, 7, b * 1000, s, decode(repeat('0008000000', 25), 'hex')
  from generate_series(0, 39) b, generate_series(0, 2502, 10) s
  union all select 0, 7, 20000, 2503, decode('01' || repeat('00', 124), 'hex')`;

describeStores('PostgresStore.query at 2,504 samples', (open) => {
  let t: TestStore;
  before(async () => {
    t = await open();
    const statements = [COHORT, COHORT_SAMPLES, COHORT_VARIANTS, COHORT_BLOCKS, COHORT_ZONES, COHORT_CARRIERS];
    for (const statement of statements) await t.sql(statement);
    await t.sql('analyze');
  });
  after(() => t.close());

  /** Nodes of the plan, as text, and the pages it touched. */
  async function planOf(filter: string, limit = 100): Promise<{ plan: string; pages: number }> {
    const asked = { tenant: 'default', after: -1, limit, filter: parseFilter(filter), answer: 'annotations' } as const;
    const { text, values } = rowsSql(asked);
    const rows = await t.sql(`explain (analyze, buffers, costs off, timing off) ${text}`, [...values]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const [, hit = '0'] = /Buffers: shared hit=(\d+)/.exec(plan) ?? [];
    const [, read = '0'] = /Buffers: shared (?:hit=\d+ )?read=(\d+)/.exec(plan) ?? [];
    return { plan, pages: Number(hit) + Number(read) };
  }

  test('should find the variants of a carrier through the index, also when they are few', async () => {
    for (const [sample, found] of [
      ['S10', 100],
      ['S2503', 1],
    ] as const) {
      const { plan, pages } = await planOf(`carrier=${sample}`);
      assert.match(plan, /carriers_pkey|carriers_by_sample/, plan);
      assert.doesNotMatch(plan, /Seq Scan on (variants|carriers)/, plan);
      assert.ok(pages < 1_000, `${pages} pages\n${plan}`);
      const { rows } = await t.store.query(parseFilter(`carrier=${sample}`), { tenant: 'default', limit: 100 });
      assert.equal(rows.length, found);
    }
  });

  test('should combine a carrier with a gene or a region without reading the rest', async () => {
    for (const filter of [
      'carrier=S10 and gene=G500',
      'gene=G500',
      'chr2:60000-61000',
      'chr2:60000-61000 and carrier=S10',
    ]) {
      const { plan, pages } = await planOf(filter);
      assert.match(plan, /variants_pkey/, plan);
      assert.doesNotMatch(plan, /Seq Scan on (variants|carriers)/, plan);
      assert.ok(pages < 1_000, `${filter}: ${pages} pages\n${plan}`);
    }
  });

  test('should read a first page of everything from the primary key', async () => {
    const { plan, pages } = await planOf('exists(carrier) or gene!=G1', 10);
    assert.match(plan, /variants_pkey/, plan);
    assert.ok(pages < 500, `${pages} pages\n${plan}`);
  });
});
