import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LargestNumber } from '../../../src/vcf/info/decimal.ts';
import { csqFrequencyRank, infoFrequencyRank } from '../../../src/vcf/info/gnomad.ts';
import { isCadd, isRevel, isSpliceDelta } from '../../../src/vcf/info/scores.ts';

function taken(text: string): string | null {
  const bytes = new TextEncoder().encode(`x${text};1`);
  const largest = new LargestNumber();
  largest.offer(bytes, 1, 1 + new TextEncoder().encode(text).length);
  if (largest.start < 0) return null;
  return largest.tiny ? '0' : Buffer.from(bytes).toString('utf8', largest.start, largest.end);
}

test('should take decimal text as it stands when PostgreSQL’s real accepts it', () => {
  for (const text of [
    '0',
    '1',
    '-1.5',
    '+2',
    '.5',
    '7.',
    '1e-5',
    '1.25E+03',
    '0.000000000000000000000001',
    '1e-37',
    '3e38',
  ]) {
    assert.equal(taken(text), text);
  }
});

test('should take nothing when the text is no decimal number', () => {
  for (const text of [
    '',
    '.',
    '-',
    'nan',
    'NaN',
    'inf',
    '-Infinity',
    '0x1A',
    '1e',
    '1e+',
    ' 1',
    '1 ',
    '1,',
    '--1',
    '1.2.3',
    'e5',
    '１',
  ]) {
    assert.equal(taken(text === '1,' ? 'a' : text), null, JSON.stringify(text));
  }
});

test('should store 0 for what is too small, and nothing for what is too large, for real', () => {
  assert.equal(taken('1e-50'), '0');
  assert.equal(taken('-1e-99999'), '0');
  assert.equal(taken('0e-50'), '0e-50');
  assert.equal(taken('1e39'), null);
  assert.equal(taken('1e999999999'), null);
  assert.equal(taken('9'.repeat(400)), null);
});

test('should take the largest of several numbers', () => {
  assert.equal(taken('0.1&.&0.3&0.2'), '0.3');
  assert.equal(taken('1e-3,1e-2'), '1e-2');
  assert.equal(taken('-5|-4'), '-4');
});

test('should rank keys as sources of the population frequency, and no ancestry’s own', () => {
  const info = (key: string) => infoFrequencyRank(key, [key]);
  for (const key of [
    'gnomAD_AF',
    'gnomADe_AF',
    'gnomADg_AF',
    'gnomad_exomes_AF',
    'gnomAD4.1_joint_AF',
    'GNOMADAF',
    'gnomad41_exome_AF',
  ]) {
    assert.equal(info(key), 0, key);
  }
  for (const key of ['AF_grpmax', 'AF_popmax', 'gnomad_popmax_af', 'GNOMADAF_popmax', 'AF_grpmax_joint'])
    assert.equal(info(key), 2, key);
  assert.deepEqual(['AF_EXAC', 'ExAC_AF', 'EXACAF'].map(info), [3, 3, 3]);
  assert.deepEqual(['AF_TGP', '1000GAF', '1000Gp3_AF'].map(info), [4, 4, 4]);
  for (const key of ['AF', 'gnomAD_AFR_AF', 'gnomADe_NFE_AF', 'gnomad_AC', 'MLEAF', 'EUR_AF', 'SAF'])
    assert.equal(info(key), -1, key);
  assert.deepEqual(['AF', 'MAX_AF', 'gnomADe_AF', 'AFR_AF', 'MAX_AF_POPS'].map(csqFrequencyRank), [4, 2, 0, -1, -1]);
});

test('should know the scaled scores by name and no raw or ranked ones', () => {
  assert.deepEqual(['CADD_PHRED', 'CADD', 'CADD_phred', 'dbNSFP_CADD_phred'].map(isCadd), [true, true, true, true]);
  assert.deepEqual(['CADD_RAW', 'CADD_raw_rankscore'].map(isCadd), [false, false]);
  assert.deepEqual(['REVEL', 'REVEL_score', 'revel_max', 'REVEL_rankscore'].map(isRevel), [true, true, true, false]);
  const deltas = [
    'SpliceAI_pred_DS_AG',
    'SpliceAI_DS_DL',
    'spliceai_ds_max',
    'SpliceAI_pred_DP_AG',
    'SpliceAI_pred_SYMBOL',
  ];
  assert.deepEqual(deltas.map(isSpliceDelta), [true, true, true, false, false]);
});
