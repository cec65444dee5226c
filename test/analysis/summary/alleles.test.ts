import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALLELE, Alleles, NO_BASE } from '../../../src/analysis/summary/alleles.ts';
import { blockOf } from '../../support/block.ts';

function read(ref: string, alt: string): Alleles {
  const block = blockOf(`1\t5\t.\t${ref}\t${alt}\t.\t.\t.`);
  const alleles = new Alleles();
  alleles.read(block, Buffer.from(block.bytes), 0);
  return alleles;
}

const names = Object.entries(ALLELE);
const typesOf = (ref: string, alt: string): string[] => {
  const { types, count } = read(ref, alt);
  return Array.from(types.subarray(0, count), (type) => names.find(([, bit]) => bit === type)?.[0] ?? String(type));
};

test('should tell what an ALT is by what is left when the bases it shares with REF are taken away', () => {
  const cases: [ref: string, alt: string, types: string[]][] = [
    ['A', '.', []],
    ['A', 'C', ['snp']],
    ['a', 'C', ['snp']],
    ['A', 'a', ['reference']],
    ['A', 'C,G,T', ['snp', 'snp', 'snp']],
    ['AC', 'GT', ['mnp']],
    ['ACT', 'AGT', ['snp']],
    ['ACGT', 'ATTT', ['mnp']],
    ['A', 'AC', ['indel']],
    ['ACT', 'A', ['indel']],
    ['ACT', 'T', ['indel']],
    ['ACAC', 'AC', ['indel']],
    ['ACT', 'GG', ['other']],
    ['A', '<DEL>', ['other']],
    ['A', '<*>', ['reference']],
    ['A', '<NON_REF>', ['reference']],
    ['A', 'C,<NON_REF>', ['snp', 'reference']],
    ['A', '*', ['overlap']],
    ['AC', '*', ['overlap']],
    ['A', 'A[1:50[', ['breakend']],
    ['A', ']1:50]A', ['breakend']],
  ];
  for (const [ref, alt, types] of cases) assert.deepEqual(typesOf(ref, alt), types, `${ref}>${alt}`);
});

test('should give the length that an ALT adds, and the first bases, when asked', () => {
  const alleles = read('ACT', 'A,ACTGG,gCT,N');
  assert.deepEqual(Array.from(alleles.lengthChanges.subarray(0, 4)), [-2, 2, 0, -2]);
  assert.deepEqual(Array.from(alleles.bases.subarray(0, 4)), [0, 0, 2, NO_BASE]);
  assert.equal(alleles.referenceBase, 0);
  assert.equal(alleles.union, ALLELE.indel | ALLELE.snp | ALLELE.other);
});

test('should read every ALT when there are more than first allowed for, and forget them with the next row', () => {
  const alts = Array.from({ length: 40 }, (_, i) => `A${'C'.repeat(i + 1)}`).join(',');
  const block = blockOf(`1\t5\t.\tA\t${alts}\t.\t.\t.\n1\t6\t.\tG\tT\t.\t.\t.`);
  const alleles = new Alleles();
  alleles.read(block, Buffer.from(block.bytes), 0);
  assert.equal(alleles.count, 40);
  assert.deepEqual(
    Array.from(alleles.lengthChanges.subarray(0, 40)),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  alleles.read(block, Buffer.from(block.bytes), 1);
  assert.deepEqual([alleles.count, alleles.union], [1, ALLELE.snp]);
});
