import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CallReader } from '../../../src/analysis/family/calls.ts';
import { blockOf } from '../../support/block.ts';

const LIMITS = { minGenotypeQuality: 20, minDepth: 10, minHeterozygousShare: 0.2, maxOtherShare: 0.05 };

const line = (format: string, ...samples: string[]): string =>
  ['1', '100', '.', 'A', 'G', '.', '.', '.', format, ...samples].join('\t');

/** Calls of all the samples of one line. */
function read(format: string, ...samples: string[]) {
  const reader = new CallReader([...samples.keys()], LIMITS);
  return reader.read(blockOf(line(format, ...samples)), 0);
}

const doubt = (format: string, sample: string): string | undefined => read(format, sample)[0]?.doubt;

describe('genotypes of a family', () => {
  test('should be copies of the ALT, whatever their ploidy', () => {
    const found = read('GT', '0/0', '0/1', '1/1', '1|0', '1', '0', '.', './.', './1', '/0/1', '0/1/1', '');
    assert.deepEqual(
      found.map(({ copies, ploidy }) => [copies, ploidy]),
      [
        [0, 2],
        [1, 2],
        [2, 2],
        [1, 2],
        [1, 1],
        [0, 1],
        [undefined, 1],
        [undefined, 2],
        [undefined, 2],
        [1, 2],
        [2, 3],
        [undefined, 0],
      ],
    );
    assert.equal(found[6]?.doubt, 'no genotype');
  });

  test('should be in doubt below a limit, and not at it', () => {
    assert.equal(doubt('GT:GQ', '0/1:20'), undefined);
    assert.equal(doubt('GT:GQ', '0/1:19'), 'GQ 19 below 20');
    assert.equal(doubt('GT:DP', '0/1:10'), undefined);
    assert.equal(doubt('GT:DP', '0/1:9'), 'DP 9 below 10');
    assert.equal(doubt('GT:AD', '0/1:5,4'), 'DP 9 below 10');
    assert.equal(doubt('GT:AD', '0/1:16,4'), undefined);
    assert.equal(doubt('GT:AD', '0/1:17,4'), 'heterozygous, and 4 of 21 reads have the allele');
    assert.equal(doubt('GT:AD', '0/0:19,1'), undefined);
    assert.equal(doubt('GT:AD', '0/0:18,1'), 'homozygous for the reference, and 1 of 19 reads have the allele');
    assert.equal(doubt('GT:AD', '1/1:1,19'), undefined);
    assert.equal(doubt('GT:AD', '1/1:1,18'), 'every copy has it, and 18 of 19 reads have the allele');
    assert.equal(doubt('GT:AD', '1:1,18'), 'every copy has it, and 18 of 19 reads have the allele');
  });

  test('should not be in doubt for what the file does not tell', () => {
    for (const [format, sample] of [
      ['GT', '0/1'],
      ['GT:GQ:DP:AD', '0/1:.:.:.'],
      ['GT:GQ:DP:AD', '0/1'],
      ['GT:AD', '0/0:0,0'],
      ['GT:AD', '0/1:12'],
    ] as const) {
      const expected = sample === '0/0:0,0' ? 'DP 0 below 10' : undefined;
      assert.equal(doubt(format, sample), expected, `${format} ${sample}`);
    }
  });

  test('should count the reads of another ALT that was split off', () => {
    // 1/2 of a record with two ALTs: half of the reads have the other one.
    assert.equal(doubt('GT:DP:AD', '1/0:30:0,15'), undefined);
  });

  test('should tell haplotypes that can be compared', () => {
    const phase = (format: string, sample: string) => {
      const [call] = read(format, sample);
      return [call?.haplotype, call?.phaseSet];
    };
    assert.deepEqual(phase('GT', '0|1'), [1, '']);
    assert.deepEqual(phase('GT', '1|0'), [0, '']);
    assert.deepEqual(phase('GT:PS', '0|1:500'), [1, '500']);
    assert.deepEqual(phase('GT:PS', '0/1:500'), [undefined, undefined]);
    assert.deepEqual(phase('GT:PGT:PID', '0/1:1|0:99_A_G'), [0, 'PID 99_A_G']);
    assert.deepEqual(phase('GT:PGT:PID', '0|1:0|1:99_A_G'), [1, 'PID 99_A_G']);
    assert.deepEqual(phase('GT:PGT:PID', '0/1:.:.'), [undefined, undefined]);
    assert.deepEqual(phase('GT', '1|1'), [undefined, undefined]);
  });

  test('should be those of the samples wanted, and none when a row has no genotypes', () => {
    const reader = new CallReader([1, 3], LIMITS);
    const block = blockOf(
      `${line('GT', '0/0', '0/1', '0/0', '1/1')}\n${line('DP', '1', '2', '3', '4')}\n${line('GT', '1/1')}`,
    );
    assert.deepEqual(
      [0, 1, 2].map((row) => reader.read(block, row).map(({ copies }) => copies)),
      [
        [1, 2],
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
    const sites = blockOf('1\t100\t.\tA\tG\t.\t.\t.');
    assert.deepEqual(
      reader.read(sites, 0).map((call) => call.doubt),
      ['no genotype', 'no genotype'],
    );
  });
});
