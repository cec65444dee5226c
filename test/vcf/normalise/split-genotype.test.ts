import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSplitGenotype } from '../../../src/vcf/normalise/split-genotype.ts';

function split(text: string, allele: number, other: '0' | '.'): string {
  const target = Buffer.alloc(text.length);
  const end = writeSplitGenotype(Buffer.from(text), 0, text.length, allele, other.charCodeAt(0), target, 0);
  return target.toString('latin1', 0, end);
}

for (const [genotype, allele, other, expected] of [
  ['1/2', 1, '0', '1/0'],
  ['1/2', 2, '0', '0/1'],
  ['1/2', 1, '.', '1/.'],
  ['1/2', 2, '.', './1'],
  ['2', 2, '0', '1'],
  ['0|12', 1, '0', '0|0'],
  ['0|12', 12, '.', '0|1'],
  ['10/1', 1, '.', './1'],
  ['./.', 1, '0', './.'],
  ['.', 1, '0', '.'],
  ['|2/1|0/.', 2, '.', '|1/.|0/.'],
  ['', 1, '0', ''],
] as const) {
  test(`should write ${expected} when ${genotype} is seen from allele ${allele} and others are ${other}`, () => {
    assert.equal(split(genotype, allele, other), expected);
  });
}
