import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { explainSimilarity, FeatureEncoder } from '../../../src/analysis/embeddings/feature-vector.ts';
import { FEATURE_DIMENSIONS, FEATURES, type VariantFacts } from '../../../src/analysis/embeddings/features.ts';

const MISSENSE: VariantFacts = {
  consequence: 'missense_variant&splice_region_variant',
  impact: 'MODERATE',
  af: 0.0001,
  cadd: 25,
  revel: 0.8,
  spliceai: 0.1,
  conservation: 0.9,
  clinsig: 'Likely_pathogenic',
  gene: 'BRCA1',
  type: 'transition',
};
const NOTHING: VariantFacts = {
  consequence: null,
  impact: null,
  af: null,
  cadd: null,
  revel: null,
  spliceai: null,
  conservation: null,
  clinsig: null,
  gene: null,
  type: 'other',
};

const vectorOf = (facts: VariantFacts) => new FeatureEncoder().vectorOf(facts);
const similarity = (a: VariantFacts, b: VariantFacts) =>
  explainSimilarity(vectorOf(a), vectorOf(b)).reduce((sum, { share }) => sum + share, 0);
const shareOf = (name: string, change: Partial<VariantFacts>, from: VariantFacts = MISSENSE) => {
  const { share, weight } = explainSimilarity(vectorOf(from), vectorOf({ ...from, ...change })).find(
    (feature) => feature.name === name,
  )!;
  return share / weight;
};
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual}, not ${expected}`);

test('should say on docs/similarity.md what each dimension is', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'similarity.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  let at = 0;
  const expected = FEATURES.flatMap(({ name, weight, dimensions }) =>
    dimensions.map((dimension) => `| ${++at} | ${name} | ${weight} | ${dimension} |`),
  );
  assert.deepEqual(rows, expected);
  assert.equal(FEATURE_DIMENSIONS, 64);
});

test('should have weights that add up to 1, and vectors of length 1', () => {
  near(
    FEATURES.reduce((sum, { weight }) => sum + weight, 0),
    1,
  );
  for (const facts of [MISSENSE, NOTHING]) near(Math.hypot(...vectorOf(facts)), 1);
});

test('should give the same vector for the same facts, and 1 for two that agree in everything', () => {
  assert.deepEqual(vectorOf(MISSENSE), vectorOf({ ...MISSENSE }));
  near(similarity(MISSENSE, MISSENSE), 1);
  near(similarity(NOTHING, NOTHING), 1);
  assert.ok(similarity(MISSENSE, NOTHING) < 0.01);
});

test('should take half of the consequence for its class and half for its term', () => {
  near(shareOf('consequence', { consequence: 'missense_variant' }), 1);
  near(shareOf('consequence', { consequence: 'inframe_deletion' }), 0.5);
  near(shareOf('consequence', { consequence: 'stop_lost' }), 0.5);
  near(shareOf('consequence', { consequence: 'stop_gained' }), 0);
  near(shareOf('consequence', { consequence: null }), 0);
  const stop = { ...MISSENSE, consequence: 'stop_gained' };
  near(shareOf('consequence', { consequence: 'frameshift_variant' }, stop), 0.5);
});

test('should agree in a number the better the nearer it is', () => {
  near(shareOf('cadd', { cadd: 25 }), 1);
  const nearer = shareOf('cadd', { cadd: 30 });
  assert.ok(nearer < 1 && nearer > shareOf('cadd', { cadd: 40 }));
  near(shareOf('revel', { revel: 0.3 }), Math.cos(Math.PI / 4));
  near(shareOf('af', { af: 1 }, { ...MISSENSE, af: 0 }), 0);
  near(shareOf('af', { af: 1e-9 }, { ...MISSENSE, af: 1e-6 }), 1);
  near(shareOf('clinsig', { clinsig: 'Benign' }, { ...MISSENSE, clinsig: 'Pathogenic' }), 0);
  near(
    shareOf(
      'clinsig',
      { clinsig: 'Conflicting_classifications_of_pathogenicity' },
      { ...MISSENSE, clinsig: 'Uncertain_significance' },
    ),
    1,
  );
  near(shareOf('impact', { impact: 'HIGH' }, { ...MISSENSE, impact: 'MODIFIER' }), 0);
});

test('should agree in what neither says, and not when only one does', () => {
  for (const name of ['af', 'cadd', 'revel', 'spliceai', 'conservation', 'clinsig', 'gene', 'impact'] as const) {
    near(shareOf(name, {}, NOTHING), 1);
    near(shareOf(name, { [name]: null }), 0);
  }
  near(shareOf('cadd', { cadd: Number.NaN }, NOTHING), 1);
});

test('should agree in a gene in full when it is the same, and in none on average when it is another', () => {
  near(shareOf('gene', { gene: 'BRCA1' }), 1);
  let sum = 0;
  for (let i = 0; i < 2000; i++) {
    const share = shareOf('gene', { gene: `GENE${i}` });
    assert.ok(share < 1.0001);
    sum += share;
  }
  assert.ok(Math.abs(sum / 2000) < 0.02, `on average ${sum / 2000}`);
});

test('should stay bounded when a file makes up names without end', () => {
  const encoder = new FeatureEncoder();
  const out = new Float32Array(FEATURE_DIMENSIONS);
  for (let i = 0; i < 60_000; i++) encoder.encode({ ...NOTHING, gene: `G${i}` }, out.fill(0), 0);
  assert.deepEqual(encoder.vectorOf(MISSENSE), vectorOf(MISSENSE));
});
