import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCarriers } from '../../src/vcf/carriers.ts';
import { blockOf } from '../support/block.ts';

/** Carried rows by sample, for rows given as FORMAT and sample columns. */
function carried(rows: readonly string[], sampleCount: number): Record<number, number[]> {
  const block = blockOf(rows.map((row) => `1\t1\t.\tA\tT\t.\t.\t.\t${row.replaceAll(' ', '\t')}`).join('\n'));
  const { samples, offsets, rows: carriedRows } = findCarriers(block, sampleCount);
  assert.equal(offsets.length, samples.length + 1);
  return Object.fromEntries(
    Array.from(samples, (sample, i) => [sample, Array.from(carriedRows.subarray(offsets[i], offsets[i + 1]))]),
  );
}

test('should list for each sample the rows in which it carries an alternate allele', () => {
  const rows = ['GT 0|0 0|1 1/1', 'GT:DP 0/0:9 1|0:1 0/0:12', 'GT 0/0 0/0 0/0', 'GT:AD ./1:1 ./.:2 0/.:5'];
  assert.deepEqual(carried(rows, 3), { 0: [3], 1: [0, 1], 2: [0] });
});

test('should read haploid, polyploid, prefixed and many-digit genotypes', () => {
  assert.deepEqual(carried(['GT 1 0 . 0/0/0/1 |1 /0 10 0|20'], 8), { 0: [0], 3: [0], 4: [0], 6: [0], 7: [0] });
});

test('should find GT when it is not the first key, and never take another key’s digits for alleles', () => {
  const rows = ['DP:GT:AD 11:0/0:1,1 1:0/1:0,0 5 11:', 'DP:GQ 1:1 1:1 1:1 1:1', 'AGT:GT 1:0 1:1 . 0:0|1'];
  assert.deepEqual(carried(rows, 4), { 1: [0, 2], 3: [2] });
});

test('should find nothing when the file has no samples, and stop where a line ends early', () => {
  const bare = findCarriers(blockOf('1\t1\t.\tA\tT\t.\t.\t.'), 0);
  assert.deepEqual([bare.samples.length, bare.offsets.length, bare.rows.length], [0, 1, 0]);
  assert.deepEqual(carried(['GT 0/1'], 3), { 0: [0] });
});

test('should keep rows ascending when there are more pairs than first allowed for', () => {
  const sampleCount = 50;
  const row = `GT ${Array.from({ length: sampleCount }, (_, i) => (i % 2 ? '0|1' : '0|0')).join(' ')}`;
  const found = carried(Array(400).fill(row), sampleCount);
  assert.equal(Object.keys(found).length, 25);
  assert.deepEqual(
    found[49],
    Array.from({ length: 400 }, (_, i) => i),
  );
});
