import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { createNormaliser, type NormalisedBlock } from '../../../src/vcf/normalise/normaliser.ts';
import { blockOf, linesOf } from '../../support/block.ts';

const HEADER = parseHeader(
  Buffer.from(
    [
      '##fileformat=VCFv4.3',
      ...['INFO', 'FORMAT'].flatMap((column) =>
        ['A', 'R', 'G', '.', '1'].flatMap((number) =>
          ['Integer', 'Float', 'String'].map(
            (type) =>
              `##${column}=<ID=${number.replace('.', 'D')}${type[0]},Number=${number},Type=${type},Description="">`,
          ),
        ),
      ),
      '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n',
    ].join('\n'),
  ),
).header;

function normalise(text: string, split: 'bcftools' | 'vt' | 'none' = 'bcftools'): NormalisedBlock {
  const block = blockOf(text, 7);
  const lines = new Uint32Array(block.count).map((_, row) => 100 + row);
  return createNormaliser(HEADER, { split }).block(block, lines);
}

/** INFO of each row that `info` gives with these ALT alleles. */
function splitInfo(alt: string, info: string): string[] {
  return linesOf(normalise(`1\t5\t.\tA\t${alt}\t.\t.\t${info}`).block).map((line) => line.split('\t')[7]!);
}

/** Sample columns of each row, blanks for tabs. */
function splitSamples(alt: string, format: string, ...samples: string[]): string[] {
  const result = normalise(`1\t5\t.\tA\t${alt}\t.\t.\t.\t${format}\t${samples.join('\t')}`);
  return linesOf(result.block).map((line) => line.split('\t').slice(9).join(' '));
}

test('should return the very same bytes when no row has several ALT alleles', () => {
  const block = blockOf('1\t5\t.\tA\tC\t.\t.\tAI=1,2\n1\t6\t.\tA\t.\t.\t.\t.\n1\t7\t.\tA\t<*>\t.\t.\t.');
  const { block: result } = createNormaliser(HEADER, { split: 'bcftools' }).block(block, new Uint32Array(3));
  assert.equal(result.bytes, block.bytes);
  assert.equal(result.bounds, block.bounds);
  assert.deepEqual([...result.alleles], [1, 0, 1]);
  assert.deepEqual([...block.alleles], [0, 0, 0], 'the input is not changed');
});

test('should keep records whole when the plan says none', () => {
  const { block } = normalise('1\t5\t.\tA\tC,G\t.\t.\tAI=1,2\n1\t6\t.\tA\t.\t.\t.\t.', 'none');
  assert.deepEqual(linesOf(block), ['1\t5\t.\tA\tC,G\t.\t.\tAI=1,2', '1\t6\t.\tA\t.\t.\t.\t.']);
  assert.deepEqual([...block.alleles], [1, 0]);
});

test('should write one row an allele, in order, when rows around it stay', () => {
  const { block } = normalise(
    '1\t4\ta\tA\tC\t.\t.\t.\n1\t5\tb\tA\tC,GT,*\t9\tPASS\t.\n1\t6\tc\tA\t.\t.\t.\t.\n1\t7\td\tA\tC\t.\t.\t.',
  );
  assert.deepEqual(linesOf(block), [
    '1\t4\ta\tA\tC\t.\t.\t.',
    '1\t5\tb\tA\tC\t9\tPASS\t.',
    '1\t5\tb\tA\tGT\t9\tPASS\t.',
    '1\t5\tb\tA\t*\t9\tPASS\t.',
    '1\t6\tc\tA\t.\t.\t.\t.',
    '1\t7\td\tA\tC\t.\t.\t.',
  ]);
  assert.deepEqual([...block.ordinals], [7, 8, 8, 8, 9, 10]);
  assert.deepEqual([...block.alleles], [1, 1, 2, 3, 0, 1]);
  const bounds = linesOf(block).join('\n');
  const again = blockOf(bounds);
  assert.deepEqual([...block.bounds.slice(0, 60)], [...again.bounds.slice(0, 60)], 'bounds are those of the lines');
});

test('should split INFO by its Number and leave the rest', () => {
  assert.deepEqual(splitInfo('C,G', 'AI=1,2;RF=.1,.2,.3;GS=a,b,c,d,e,f;DI=7,8;FLAG;XX=1,2;1I=5'), [
    'AI=1;RF=.1,.2;GS=a,b,c;DI=7,8;FLAG;XX=1,2;1I=5',
    'AI=2;RF=.1,.3;GS=a,d,f;DI=7,8;FLAG;XX=1,2;1I=5',
  ]);
});

test('should keep missing values where they are', () => {
  assert.deepEqual(splitInfo('C,G', 'AI=.,2;RF=.;AS=;GI=1,.,3,4,.,6'), [
    'AI=.;RF=.;AS=;GI=1,.,3',
    'AI=2;RF=.;AS=;GI=1,4,6',
  ]);
  assert.deepEqual(splitSamples('C,G', 'GT:AI:RI', './.', '.:.:1,.,3'), ['./. .:.:1,.', './. .:.:1,3']);
});

test('should follow bcftools when a list has the wrong length', () => {
  const info = normalise('1\t5\t.\tA\tC,G\t.\t.\tAI=5;AS=x;RS=x,y;AF=1,2,3;RS=1,2,3,4');
  assert.deepEqual(
    linesOf(info.block).map((line) => line.split('\t')[7]),
    ['AI=5;AS=x;RS=x,y;AF=1,2,3;RS=1,2,3,4', 'AI=5;AS=.;RS=x,.;AF=1,2,3;RS=1,2,3,4'],
  );
  assert.deepEqual(
    info.warnings.map(({ code, severity, line, column, field }) => [code, severity, line, column, field]),
    [
      ['SPLIT_COUNT_MISMATCH', 'warning', 100, 20, 'INFO/AI'],
      ['SPLIT_COUNT_MISMATCH', 'warning', 100, 25, 'INFO/AS'],
      ['SPLIT_COUNT_MISMATCH', 'warning', 100, 30, 'INFO/RS'],
      ['SPLIT_COUNT_MISMATCH', 'warning', 100, 37, 'INFO/AF'],
      ['SPLIT_COUNT_MISMATCH', 'warning', 100, 46, 'INFO/RS'],
    ],
  );
  // One value a sample is a value for all; a short list beside full ones lacks its last values; a long one is kept.
  assert.deepEqual(splitSamples('C,G', 'AI:RI:AF', '1:1,2,3:1,2,3', '2:7:1,2'), [
    '1:1,2:1,2,3 2:7,.:1',
    '1:1,3:1,2,3 2:7,.:2',
  ]);
});

test('should warn once a record and key when many samples have a list of the wrong length', () => {
  const { warnings } = normalise('1\t5\t.\tA\tC,G\t.\t.\t.\tGT:AI\t0/1:1,2,3\t0/2:1,2,3');
  assert.deepEqual(
    warnings.map(({ code, field, column }) => [code, field, column]),
    [['SPLIT_COUNT_MISMATCH', 'FORMAT/AI', 29]],
  );
});

test('should split Number=G of any ploidy, also mixed', () => {
  const diploid = '00,01,11,02,12,22';
  const triploid = '000,001,011,111,002,012,112,022,122,222';
  assert.deepEqual(splitSamples('C,G', 'GT:GI', `0/1:${diploid}`, '1:0,1,2'), [
    '0/1:00,01,11 1:0,1',
    '0/0:00,02,22 0:0,2',
  ]);
  assert.deepEqual(splitSamples('C,G', 'GT:GI', `0/1/2:${triploid}`, '.'), [
    '0/1/0:000,001,011,111 .',
    '0/0/1:000,002,022,222 .',
  ]);
  assert.deepEqual(splitSamples('C,G', 'GT:GI', `0/1:${diploid},9`, '.'), [`0/1:${diploid},9 .`, `0/0:${diploid},9 .`]);
});

test('should write the other ALT as missing when the plan says vt', () => {
  const { block } = normalise('1\t5\t.\tA\tC,G\t.\t.\t.\tGT\t1/2\t0|2', 'vt');
  assert.deepEqual(
    linesOf(block).map((line) => line.split('\t').slice(9)),
    [
      ['1/.', '0|.'],
      ['./1', '0|1'],
    ],
  );
});

test('should find GT when it is not the first key', () => {
  assert.deepEqual(splitSamples('C,G', 'DI:GT', '3:1/2', '4:2|0'), ['3:1/0 4:0|0', '3:0/1 4:1|0']);
});

test('should take time by what it writes when 200 samples have 861 genotype values of 40 alleles', () => {
  const alleles = Array.from({ length: 40 }, (_, i) => 'C'.repeat(i + 1)).join(',');
  const genotypes = Array.from({ length: 41 * 21 }, (_, i) => i).join(',');
  const samples = Array.from({ length: 200 }, (_, i) => `${i % 41}/1:${genotypes}`).join('\t');
  const startedAt = performance.now();
  const { block } = normalise(`1\t5\t.\tA\t${alleles}\t.\t.\t.\tGT:GI\t${samples}`);
  assert.equal(block.count, 40);
  assert.equal(linesOf(block)[39]!.split('\t')[9], `0/0:0,820,860`);
  assert.ok(performance.now() - startedAt < 1_000);
});

test('should reject the record when its rows would be too large together', () => {
  const alt = Array.from({ length: 3_000 }, (_, i) => `<X${i}>`).join(',');
  const { block, rejected } = normalise(`1\t5\t.\tA\t${alt}\t.\t.\tDI=${'9'.repeat(50_000)}\n1\t6\t.\tA\tC\t.\t.\t.`);
  assert.deepEqual(linesOf(block), ['1\t6\t.\tA\tC\t.\t.\t.']);
  assert.deepEqual([...block.ordinals], [8]);
  assert.equal(rejected.length, 1);
  assert.equal(rejected[0]!.ordinal, 7);
  assert.equal(rejected[0]!.text.length, 1_000);
  const { code, severity, line, column, field } = rejected[0]!.problem;
  assert.deepEqual(
    { code, severity, line, column, field },
    { code: 'SPLIT_TOO_LARGE', severity: 'error', line: 100, column: 9, field: 'ALT' },
  );
});

test('should stay bounded when a record is hostile', () => {
  const manyKeys = normalise(`1\t5\t.\tA\tC,G\t.\t.\t${'AI=1,2,3;'.repeat(100_000)}`);
  assert.equal(manyKeys.warnings.length, 100);
  assert.equal(manyKeys.block.count, 2);
  const manyFormats = normalise(`1\t5\t.\tA\tC,G\t.\t.\t.\t${'GT:'.repeat(100_000)}\t0/1`);
  assert.deepEqual([manyFormats.block.count, manyFormats.rejected.length], [0, 1]);
  const manyAlts = normalise(`1\t5\t.\tA\t${'C,'.repeat(70_000)}\t.\t.\t.`);
  assert.match(manyAlts.rejected[0]!.problem.message, /70001 ALT alleles/);
});
