import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromosomeClass } from '../../../src/analysis/family/chromosome-class.ts';
import { copiesOf } from '../../../src/analysis/family/household.ts';

test('should tell how a place is inherited from its chromosome and the assembly', () => {
  const cases = [
    ['chr7', 1, 'GRCh38', 'autosome'],
    ['GL000192.1', 1, undefined, 'autosome'],
    ['X', 10_000, 'GRCh38', 'x'],
    ['X', 10_001, 'GRCh38', 'autosome'],
    ['chrX', 2_781_479, 'GRCh38', 'autosome'],
    ['chrX', 2_781_480, 'GRCh38', 'x'],
    ['X', 155_701_382, 'GRCh38', 'x'],
    ['X', 155_701_383, 'GRCh38', 'autosome'],
    ['X', 156_030_896, 'GRCh38', 'x'],
    ['X', 60_000, 'GRCh37', 'x'],
    ['X', 60_001, 'GRCh37', 'autosome'],
    ['X', 2_699_520, 'GRCh37', 'autosome'],
    ['X', 2_699_521, 'GRCh37', 'x'],
    ['X', 154_931_044, 'GRCh37', 'autosome'],
    ['Y', 2_649_520, 'GRCh37', 'autosome'],
    ['Y', 2_649_521, 'GRCh37', 'y'],
    ['Y', 59_034_050, 'GRCh37', 'autosome'],
    ['chrY', 56_887_903, 'GRCh38', 'autosome'],
    ['chrY', 20_000_000, 'GRCh38', 'y'],
    ['X', 2_700_000, undefined, 'unclear'],
    ['X', 50_000_000, undefined, 'x'],
    ['X', 1_000_000, undefined, 'autosome'],
    ['23', 50_000_000, 'GRCh37', 'x'],
    ['MT', 100, 'GRCh38', 'mitochondrion'],
    ['chrM', 100, undefined, 'mitochondrion'],
  ] as const;
  for (const [chrom, pos, assembly, expected] of cases) {
    assert.equal(chromosomeClass(chrom, pos, assembly), expected, `${chrom}:${pos} ${assembly}`);
  }
});

test('should count one X of a man, however his genotype is written', () => {
  const call = (copies: number, ploidy: number) => ({
    copies,
    ploidy,
    haplotype: undefined,
    phaseSet: undefined,
    doubt: undefined,
  });
  assert.deepEqual(copiesOf(call(1, 1), 'male', 'x'), { known: 1 });
  assert.deepEqual(copiesOf(call(2, 2), 'male', 'x'), { known: 1 });
  assert.deepEqual(copiesOf(call(0, 2), 'male', 'x'), { known: 0 });
  assert.equal(copiesOf(call(1, 2), 'male', 'x').known, undefined);
  assert.deepEqual(copiesOf(call(1, 2), 'female', 'x'), { known: 1 });
  assert.equal(copiesOf(call(1, 1), 'female', 'x').known, undefined);
  assert.equal(copiesOf(call(1, 2), 'unknown', 'x').known, undefined);
  assert.deepEqual(copiesOf(call(2, 2), 'female', 'y'), { known: 0 });
  assert.equal(copiesOf(call(1, 1), 'male', 'autosome').known, undefined);
});
