import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  carriesAlternate,
  createGenotype,
  endOfGenotype,
  MISSING_ALLELE,
  parseGenotype,
  writeSplitGenotype,
} from '../../../src/vcf/genotype/genotype.ts';

const genotype = createGenotype();

/** `alleles` and `phased` of a GT, or undefined when it is none. */
function parse(text: string): { alleles: number[]; phased: number[] } | undefined {
  const bytes = Buffer.from(`\t${text}:30`);
  const end = endOfGenotype(bytes, 1, bytes.length);
  assert.equal(end, text.length + 1);
  if (!parseGenotype(bytes, 1, end, genotype)) {
    assert.equal(genotype.ploidy, 0);
    return undefined;
  }
  const { ploidy } = genotype;
  return { alleles: [...genotype.alleles.slice(0, ploidy)], phased: [...genotype.phased.slice(0, ploidy)] };
}

const M = MISSING_ALLELE;

for (const [text, alleles, phased] of [
  ['0/1', [0, 1], [0, 0]],
  ['1|0', [1, 0], [1, 1]],
  ['./.', [M, M], [0, 0]],
  ['.', [M], [1]],
  ['12', [12], [1]],
  ['0/1|2', [0, 1, 2], [0, 0, 1]],
  ['0|1|.|10/3/4', [0, 1, M, 10, 3, 4], [0, 1, 1, 1, 0, 0]],
  ['|0/1', [0, 1], [1, 0]],
  ['/0|1', [0, 1], [0, 1]],
  ['/1', [1], [0]],
] as const) {
  test(`should take apart the genotype ${text}`, () => assert.deepEqual(parse(text), { alleles, phased }));
}

for (const text of ['', '0/', '/', '0//1', 'A/C', '0/1x', '0,1', '..', '-1/0', '99999999999/0']) {
  test(`should find no genotype when the value is "${text}"`, () => assert.equal(parse(text), undefined));
}

test('should tell carriers from the bytes alone', () => {
  for (const [text, carries] of [
    ['0/0', false],
    ['./.', false],
    ['0|10', true],
    ['1', true],
    ['.|0', false],
    ['./2', true],
  ] as const) {
    assert.equal(carriesAlternate(Buffer.from(text), 0, text.length), carries, text);
  }
});

test('should write other alleles as REF or as missing when a genotype is split', () => {
  const split = (text: string, allele: number, other: string) => {
    const target = Buffer.alloc(text.length);
    const end = writeSplitGenotype(Buffer.from(text), 0, text.length, allele, other.charCodeAt(0), target, 0);
    return target.toString('latin1', 0, end);
  };
  assert.equal(split('1/2', 1, '0'), '1/0');
  assert.equal(split('1/2', 2, '0'), '0/1');
  assert.equal(split('1/2', 1, '.'), '1/.');
  assert.equal(split('1/2', 2, '.'), './1');
  assert.equal(split('0|12', 1, '0'), '0|0');
  assert.equal(split('0|12', 12, '.'), '0|1');
  assert.equal(split('./.', 1, '0'), './.');
  assert.equal(split('|2/1|0/.', 2, '.'), '|1/.|0/.');
});
