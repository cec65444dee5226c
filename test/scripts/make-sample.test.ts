import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CLINICAL_VARIANTS } from '../../scripts/sample/clinical-variants.ts';
import { makeSample } from '../../scripts/sample/sample.ts';
import { STORY } from '../../scripts/sample/story.ts';
import { severityOf, UNKNOWN_SEVERITY } from '../../src/vcf/info/consequences.ts';
import { openVcf } from '../../src/vcf/open.ts';
import { validateVcf } from '../../src/vcf/validate/validate.ts';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';
import { annotatedBlock } from '../vcf/info/annotated.ts';

const FILE = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');
const { header, records } = makeSample();
const rows = records.map((record) => record.split('\t'));
const info = (row: readonly string[]): string => row[7] ?? '';
const genotypes = (row: readonly string[]): string[][] =>
  row.slice(9).map((column) => column.split(':')[0]!.split('/'));
const synthetic = rows.filter((row) => info(row).includes(';SYNTHETIC;'));

test('should make the committed file again when the script runs', () => {
  const committed = gunzipSync(readFileSync(FILE)).toString();
  assert.equal(
    [...header, ...records, ''].join('\n') === committed,
    true,
    'data/trio.vcf.gz is stale: run `npm run sample`',
  );
  assert.ok(readFileSync(FILE).length < 1_500_000);
});

test('should give other records when the seed is another', () => {
  assert.notDeepEqual(makeSample(1).records.slice(0, 5), records.slice(0, 5));
});

test('should hold at least 200 clinical variants, each once and with its source', () => {
  assert.ok(CLINICAL_VARIANTS.length >= 200);
  assert.equal(new Set(CLINICAL_VARIANTS.map(({ vcv }) => vcv)).size, CLINICAL_VARIANTS.length);
  assert.equal(
    new Set(CLINICAL_VARIANTS.map(({ chrom, pos, alt }) => `${chrom}:${pos}:${alt}`)).size,
    CLINICAL_VARIANTS.length,
  );
  for (const variant of CLINICAL_VARIANTS) {
    assert.match(variant.vcv, /^VCV\d{9}$/);
    assert.match(variant.rs, /^rs\d+$/);
    assert.match(variant.release, /^\d{4}-\d\d-\d\d$/);
    assert.match(`${variant.ref}>${variant.alt}`, /^[ACGT]+>[ACGT]+$/);
    assert.match(variant.hgvsC, /^c\./);
    assert.match(variant.transcript, /^NM_\d+\.\d+$/);
    assert.ok(severityOf(Buffer.from(variant.consequence), 0, variant.consequence.length) < UNKNOWN_SEVERITY);
    assert.doesNotMatch(Object.values(variant).join(), /[\s=]{2}|;/);
  }
  const accessions = new Set(CLINICAL_VARIANTS.map(({ vcv }) => vcv));
  for (const vcv of STORY.keys()) assert.ok(accessions.has(vcv), vcv);
});

test(
  'should state what ClinVar states of the variants taken from its release of 2026',
  needs('shared-vcf'),
  async () => {
    const known = new Map(
      CLINICAL_VARIANTS.filter(({ release }) => release === '2026-02-26').map((each) => [
        Number(each.vcv.slice(3)),
        each,
      ]),
    );
    assert.ok(known.size > 30);
    await using reader = await openVcf(sharedVcf('real/VCFannotate-Streamlit__clinvar.vcf.gz'));
    for await (const { block } of reader.batches({ maxRecords: 1000 })) {
      for (const line of Buffer.from(block.bytes).toString().split('\n')) {
        const [chrom, pos, id, ref, alt, , , text = ''] = line.trim().split('\t');
        const variant = known.get(Number(id));
        if (variant === undefined) continue;
        known.delete(Number(id));
        assert.deepEqual([chrom, Number(pos), ref, alt], [variant.chrom, variant.pos, variant.ref, variant.alt]);
        const values = new Map(text.split(';').map((pair) => pair.split('=', 2) as [string, string]));
        assert.equal(values.get('CLNSIG'), variant.significance);
        assert.equal(values.get('CLNREVSTAT'), variant.review);
        assert.equal(`rs${values.get('RS')}`, variant.rs);
        assert.ok(values.get('GENEINFO')?.split('|').includes(`${variant.gene}:${variant.ncbiGene}`));
        for (const condition of variant.condition.split('|'))
          assert.ok(values.get('CLNDN')?.includes(condition), condition);
        for (const pair of variant.frequencies.split(',')) if (pair !== '') assert.ok(text.includes(pair));
      }
    }
    assert.deepEqual([...known.keys()], []);
  },
);

test('should claim nothing clinical of synthetic variants, and mark every record as one or the other', () => {
  for (const row of synthetic) {
    assert.doesNotMatch(info(row), /CLN|GENEINFO|PANEL|pathogenic|VCV/i);
    assert.doesNotMatch(row[2] ?? '', /^rs/);
    assert.match(info(row), /\|SYNG\d{5}\||intergenic_variant/);
  }
  assert.equal(rows.filter((row) => info(row).includes(';PANEL;')).length + synthetic.length, rows.length);
});

test('should keep Mendel’s laws but for a few de novo variants', () => {
  let deNovo = 0;
  for (const row of rows) {
    const [child = [], mother = [], father = []] = genotypes(row);
    const [a = '', b = ''] = child;
    const inherited = (mother.includes(a) && father.includes(b)) || (mother.includes(b) && father.includes(a));
    if (!inherited) deNovo++;
  }
  assert.ok(deNovo >= 4 && deNovo <= 12, `${deNovo} de novo`);
});

test('should look like a trio: transitions, heterozygotes, allele balance', () => {
  const isTransition = (ref: string, alt: string) => ['AG', 'GA', 'CT', 'TC'].includes(ref + alt);
  const snvs = synthetic.filter((row) => row[3]!.length === 1 && row[4]!.length === 1);
  const transitions = snvs.filter((row) => isTransition(row[3]!, row[4]!)).length;
  const ratio = transitions / (snvs.length - transitions);
  assert.ok(ratio > 1.95 && ratio < 2.3, `Ti/Tv ${ratio}`);
  const child = synthetic.map((row) => genotypes(row)[0]!.join('/'));
  const hetHom =
    child.filter((genotype) => genotype === '0/1').length / child.filter((genotype) => genotype === '1/1').length;
  assert.ok(hetHom > 1.3 && hetHom < 2.2, `het/hom ${hetHom}`);
  const balances = synthetic
    .filter((row) => row[9]!.startsWith('0/1'))
    .map((row) => row[9]!.split(':')[1]!.split(',').map(Number))
    .map(([ref = 0, alt = 0]) => alt / (ref + alt));
  const mean = balances.reduce((sum, each) => sum + each, 0) / balances.length;
  assert.ok(mean > 0.47 && mean < 0.53, `allele balance ${mean}`);
});

test('should pass bcftools without a word', needs('bcftools'), () => {
  const result = spawnSync('bcftools', ['view', FILE], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(result.status, 0);
  assert.equal(result.stderr, '');
});

test('should pass our own validation without a problem', async () => {
  const problems = [];
  for await (const problem of validateVcf(FILE)) problems.push(problem);
  assert.deepEqual(problems, []);
});

test('should be annotated with the facts of the table', async () => {
  await using reader = await openVcf(FILE);
  const descriptions = Object.fromEntries([...reader.header.info].map(([key, { description }]) => [key, description]));
  const known = new Map(CLINICAL_VARIANTS.map((variant) => [`${variant.rs}${variant.alt}`, variant]));
  let seen = 0;
  for await (const { block } of reader.batches({ maxRecords: 1000 })) {
    const columns = annotatedBlock(descriptions, block);
    const lines = Buffer.from(block.bytes).toString().split('\n');
    for (const [i, row] of columns.entries()) {
      const [, , id = '', , alt = ''] = lines[i]!.split('\t');
      const variant = known.get(id + alt);
      if (variant === undefined) continue;
      seen++;
      assert.deepEqual([row.gene, row.transcript, row.hgvs_c], [variant.gene, variant.transcript, variant.hgvsC]);
      assert.equal(row.hgvs_p ?? '', variant.hgvsP);
      assert.deepEqual([row.clinsig, row.condition], [variant.significance, variant.condition]);
    }
  }
  assert.equal(seen, CLINICAL_VARIANTS.length);
});
