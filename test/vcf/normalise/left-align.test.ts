import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { createNormaliser } from '../../../src/vcf/normalise/normaliser.ts';
import { blockOf, linesOf } from '../../support/block.ts';
import { referenceOf } from '../../support/memory-reference.ts';

const HEADER = parseHeader(
  Buffer.from(
    '##fileformat=VCFv4.2\n##INFO=<ID=AC,Number=A,Type=Integer,Description="">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n',
  ),
).header;

//                           1234567890123456789012345
const REFERENCE = referenceOf({ 1: 'GATTACAGATTACAGCCCCCTTTTN', soft: 'ggcacacat', n: 'NNNNNNNN' });

/** Rows as `pos ref alt info`, and the codes of the warnings. */
function align(record: string, split: 'bcftools' | 'none' = 'bcftools'): { rows: string[]; codes: string[] } {
  const block = blockOf(record.replaceAll(' ', '\t'));
  const result = createNormaliser(HEADER, { split, reference: REFERENCE }).block(
    block,
    new Uint32Array(block.count).fill(1),
  );
  const rows = linesOf(result.block).map((line) => {
    const [, pos, , ref, alt, , , info] = line.split('\t');
    return `${pos} ${ref} ${alt} ${info}`;
  });
  return { rows, codes: result.warnings.map(({ code }) => code) };
}

const still = (pos: string) => ({ rows: [pos], codes: [] });

test('should return the same bytes when nothing has to move', () => {
  const block = blockOf('1\t2\t.\tA\tC\t.\t.\t.\n1\t4\t.\tT\t.\t.\t.\t.\n1\t5\t.\tAC\tA\t.\t.\t.');
  const result = createNormaliser(HEADER, { split: 'bcftools', reference: REFERENCE }).block(block, new Uint32Array(3));
  assert.equal(result.block.bytes, block.bytes);
  assert.deepEqual([...result.block.alleles], [1, 0, 1]);
});

test('should move a deletion and an insertion to the left end of their repeat', () => {
  assert.deepEqual(align('1 18 . CC C . . .'), still('15 GC G .'));
  assert.deepEqual(align('1 20 . C CC . . .'), still('15 G GC .'));
  assert.deepEqual(align('1 14 . AGATTACA A . . .'), { rows: ['14 AGATTACA A .'], codes: ['REF_MISMATCH'] });
  assert.deepEqual(align('1 24 . T TTT . . END=24'), still('20 C CTT END=20'));
});

test('should trim what all alleles share, and keep one base', () => {
  assert.deepEqual(align('1 2 . ATTA ATCA . . .'), still('4 T C .'));
  assert.deepEqual(align('1 2 . ATTA AGTA . . END=5'), still('3 T G END=3'));
  assert.deepEqual(align('1 2 . ATTACA ATTA . . .'), still('4 TAC T .'));
});

test('should stop at the first base of a contig', () => {
  assert.deepEqual(align('n 5 . NN N . . .'), still('1 NN N .'));
  assert.deepEqual(align('n 5 . N NN . . .'), still('1 N NN .'));
});

test('should align each allele by itself after the split, or all together when records stay whole', () => {
  assert.deepEqual(align('1 18 . CC C,CCC . . AC=1,2'), { rows: ['15 GC G AC=1', '15 G GC AC=2'], codes: [] });
  assert.deepEqual(align('1 18 . CC C,CCC . . AC=1,2', 'none'), still('15 GC G,GCC AC=1,2'));
  assert.deepEqual(align('1 18 . CC C,* . . AC=1,2', 'none'), still('18 CC C,* AC=1,2'));
});

test('should write upper-case alleles when they move through a soft-masked reference', () => {
  assert.deepEqual(align('soft 6 . aca a . . .'), still('2 GCA G .'));
  assert.deepEqual(align('soft 3 . c t . . .'), still('3 c t .'));
});

test('should move <DEL> and <DUP> of a known length with their INFO/END', () => {
  assert.deepEqual(align('1 18 . C <DEL> . . SVTYPE=DEL;END=20'), still('15 G <DEL> SVTYPE=DEL;END=17'));
  assert.deepEqual(align('1 18 . C <DEL> . . SVLEN=-2'), still('15 G <DEL> SVLEN=-2'));
  assert.deepEqual(align('1 18 . C <DUP:TANDEM> . . END=19;SVLEN=1'), still('15 G <DUP:TANDEM> END=16;SVLEN=1'));
  assert.deepEqual(align('1 18 . CC C,<DEL> . . END=19', 'none'), still('15 GC G,<DEL> END=16'));
});

test('should leave alone what is no sequence', () => {
  for (const alt of ['*', '<NON_REF>', '<*>', '<INV>', '<DEL>', '<DUP>', 'C[1:5[', ']1:5]C', '.C', 'C.']) {
    assert.deepEqual(align(`1 18 . C ${alt} . . SVTYPE=X`), still(`18 C ${alt} SVTYPE=X`), alt);
  }
  assert.deepEqual(align('1 15 . GCC . . . .'), still('15 GCC . .'), 'a record without ALT keeps its REF');
});

test('should report what the reference contradicts and leave the record', () => {
  for (const [record, row, code] of [
    ['1 2 . C T . . .', '2 C T .', 'REF_MISMATCH'],
    ['1 25 . NN N . . .', '25 NN N .', 'REF_MISMATCH'],
    ['1 0 . N NA . . .', '0 N NA .', 'REF_MISMATCH'],
    ['1 2 . R T . . .', '2 R T .', 'REF_NOT_BASES'],
    ['1 2 . A Q . . .', '2 A Q .', 'ALT_NOT_BASES'],
    ['1 18 . CC CQ . . .', '18 CC CQ .', 'ALT_NOT_BASES'],
    ['1 2 . A a . . .', '2 A a .', 'ALT_EQUALS_REF'],
    ['1 18 . CC CC . . .', '18 CC CC .', 'ALT_EQUALS_REF'],
    ['chr1 18 . CC C . . .', '18 CC C .', 'REF_CONTIG_UNKNOWN'],
  ] as const) {
    assert.deepEqual(align(record), { rows: [row], codes: [code] }, record);
  }
  assert.deepEqual(align('1 18 . CT C,CCC . . AC=1,2'), {
    rows: ['18 CT C AC=1', '18 CT CCC AC=2'],
    codes: ['REF_MISMATCH'],
  });
});

test('should say once which contig the reference calls by another name', () => {
  const block = blockOf('chr1\t18\t.\tCC\tC\t.\t.\t.\nchr1\t19\t.\tCC\tC\t.\t.\t.\nX\t19\t.\tCC\tC\t.\t.\t.');
  const { warnings } = createNormaliser(HEADER, { split: 'none', reference: REFERENCE }).block(
    block,
    Uint32Array.of(7, 8, 9),
  );
  assert.deepEqual(
    warnings.map(({ code, line, column }) => [code, line, column]),
    [
      ['REF_CONTIG_UNKNOWN', 7, 1],
      ['REF_CONTIG_UNKNOWN', 9, 1],
    ],
  );
  assert.match(warnings[0]!.message, /it has 1\)/);
});
