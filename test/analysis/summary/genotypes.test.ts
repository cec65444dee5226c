import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENOTYPE, Genotypes } from '../../../src/analysis/summary/genotypes.ts';
import { blockOf } from '../../support/block.ts';

/** Rows given as FORMAT and sample columns, with `alts` ALT alleles. */
function read(rows: readonly string[], samples: number, alts = 2): Genotypes[] {
  const block = blockOf(rows.map((row) => `1\t1\t.\tA\tC,G\t.\t.\t.\t${row.replaceAll(' ', '\t')}`).join('\n'));
  return rows.map((_, row) => {
    const genotypes = new Genotypes(samples);
    for (let before = 0; before <= row; before++) genotypes.read(block, Buffer.from(block.bytes), before, alts);
    return genotypes;
  });
}

const names = Object.entries(GENOTYPE);
const kindsOf = ({ kinds }: Genotypes): (string | undefined)[] =>
  Array.from(kinds, (kind) => names.find(([, value]) => value === kind)?.[0]);

test('should tell what every genotype is, diploid, haploid, polyploid or missing', () => {
  const [diploid, other, broken] = read(
    ['GT 0/0 0|1 1/1 1/2 2|0 ./.', 'GT 0 2 0/0/0 0/1/2 1/1/1 |1|1', 'GT ./1 . 3/0 a/1 1/ 0/0/.'],
    6,
  );
  assert.deepEqual(kindsOf(diploid!), ['homRef', 'het', 'homAlt', 'hetAlt', 'het', 'missing']);
  assert.deepEqual(Array.from(diploid!.first), [0, 1, 1, 1, 2, 0]);
  assert.deepEqual(Array.from(diploid!.second), [0, 0, 0, 2, 0, 0]);
  assert.deepEqual(kindsOf(other!), ['haploidRef', 'haploidAlt', 'homRef', 'het', 'homAlt', 'homAlt']);
  assert.deepEqual(kindsOf(broken!), Array(6).fill('missing'));
});

test('should count each allele called, those beside a missing one too', () => {
  const [genotypes] = read(['GT 0/1 1/2 ./1 0 0|0'], 5);
  assert.deepEqual(Array.from(genotypes!.alleleCounts.subarray(0, 3)), [4, 3, 1]);
  assert.equal(genotypes!.called, 8);
});

test('should find GT and depth wherever FORMAT puts them, and tell when they are not there', () => {
  const [first, behind, cut, none] = read(
    ['GT:AD:DP 0/1:1,2:30 ./.:.:.', 'AD:DP:GT 1,2:7:1/1 .:0:0/0', 'GT:AD:DP 0/1 1/1:3', 'GQ 3 5'],
    2,
  );
  assert.deepEqual(
    [kindsOf(first!), Array.from(first!.depths)],
    [
      ['het', 'missing'],
      [30, -1],
    ],
  );
  assert.deepEqual(
    [kindsOf(behind!), Array.from(behind!.depths)],
    [
      ['homAlt', 'homRef'],
      [7, 0],
    ],
  );
  assert.deepEqual(
    [kindsOf(cut!), Array.from(cut!.depths)],
    [
      ['het', 'homAlt'],
      [-1, -1],
    ],
  );
  assert.deepEqual([none!.hasGenotypes, none!.hasDepths], [false, false]);
});

test('should take the sum of AD for the depth when there is no DP column, and not when a DP is missing', () => {
  const [sums, none, missing] = read(['GT:AD 0/1:3,4 0/1:.,5', 'AD . .,.', 'DP:AD .:3,4 0:1,1'], 2);
  assert.deepEqual(Array.from(sums!.depths), [7, 5]);
  assert.deepEqual(Array.from(none!.depths), [-1, -1]);
  assert.deepEqual(Array.from(missing!.depths), [-1, 0]);
});

test('should have nothing when the file has no samples', () => {
  const block = blockOf('1\t1\t.\tA\tC\t.\t.\t.');
  const genotypes = new Genotypes(0);
  genotypes.read(block, Buffer.from(block.bytes), 0, 1);
  assert.deepEqual([genotypes.hasGenotypes, genotypes.hasDepths, genotypes.called], [false, false, 0]);
});
