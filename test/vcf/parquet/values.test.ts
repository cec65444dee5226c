import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { parquetColumns } from '../../../src/vcf/parquet/columns.ts';
import { KeyReader } from '../../../src/vcf/parquet/values.ts';

const META = [
  '##fileformat=VCFv4.3',
  '##INFO=<ID=DP,Number=1,Type=Integer,Description="d">',
  '##INFO=<ID=AF,Number=A,Type=Float,Description="d">',
  '##INFO=<ID=af,Number=1,Type=Float,Description="d">',
  '##INFO=<ID=HIT,Number=0,Type=Flag,Description="d">',
  '##INFO=<ID=AD,Number=R,Type=Integer,Description="d">',
  '##INFO=<ID=other,Number=1,Type=String,Description="d">',
  '##FORMAT=<ID=GT,Number=1,Type=String,Description="d">',
  '##FORMAT=<ID=SAMPLE,Number=1,Type=String,Description="d">',
  '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="d">',
  '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tchild',
];
const { header } = parseHeader(Buffer.from(`${META.join('\n')}\n`));

function read(info: string, isSplit = true) {
  const columns = parquetColumns(header, { genotypes: false, isSplit }).info;
  const { values, others } = new KeyReader(columns).info(info);
  return {
    ...Object.fromEntries(columns.map(({ name }, place) => [name, values[place]])),
    others: others && [...others],
  };
}

const EMPTY = {
  info_DP: null,
  info_AF: null,
  info_af_2: null,
  info_HIT: false,
  info_AD: null,
  info_other_2: null,
  others: undefined,
};

describe('Parquet values', () => {
  test('should type INFO as the header does when values fit', () => {
    const row = read('DP=12;AF=1e-3;HIT;AD=3,.,5;af=-.5;other=x,y');
    const expected = { info_DP: 12, info_AF: 0.001, info_HIT: true, info_AD: [3, null, 5], info_af_2: -0.5 };
    assert.deepEqual(row, { ...EMPTY, ...expected, info_other_2: 'x,y' });
  });

  test('should give a list for a value of each ALT only when records were not split', () => {
    assert.deepEqual(read('AF=0.1,0.2', false), { ...EMPTY, info_AF: [0.1, 0.2] });
    assert.deepEqual(read('AF=0.1,0.2'), { ...EMPTY, others: [['AF', '0.1,0.2']] });
  });

  test('should read the floats of the specification that are no numbers', () => {
    assert.deepEqual(read('AF=nan;af=-Inf'), { ...EMPTY, info_AF: Number.NaN, info_af_2: Number.NEGATIVE_INFINITY });
  });

  test('should keep what does not fit as text when a value is undeclared, of another type, or there twice', () => {
    for (const [info, others, typed] of [
      [
        'XX=1;YY',
        [
          ['XX', '1'],
          ['YY', null],
        ],
        {},
      ],
      ['DP=many', [['DP', 'many']], {}],
      ['DP=99999999999', [['DP', '99999999999']], {}],
      ['DP=2147483648', [['DP', '2147483648']], {}],
      ['DP=1;DP=2;DP=3', [['DP', '2,3']], { info_DP: 1 }],
      ['HIT=yes', [['HIT', 'yes']], { info_HIT: true }],
      ['AD=1,x', [['AD', '1,x']], {}],
      ['DP', [['DP', null]], {}],
      ['DP=', [['DP', '']], {}],
    ] as const) {
      assert.deepEqual(read(info), { ...EMPTY, ...typed, others }, info);
    }
  });

  test('should find nothing when INFO is missing, and null when a value is', () => {
    assert.deepEqual(read('.'), EMPTY);
    assert.deepEqual(read('DP=.;AD=.'), EMPTY);
  });

  test("should read a sample's values, and leave the rest null when it ends early", () => {
    const { format = [] } = parquetColumns(header, { genotypes: true, isSplit: true });
    assert.deepEqual(
      format.map(({ name }) => name),
      ['GT', 'SAMPLE_2', 'PL'],
    );
    const reader = new KeyReader(format);
    assert.deepEqual(reader.sample(['GT', 'PL'], '0/1:0,9,.'), {
      values: ['0/1', null, [0, 9, null]],
      others: undefined,
    });
    assert.deepEqual(reader.sample(['GT', 'PL'], './.'), { values: ['./.', null, null], others: undefined });
    const { values, others } = reader.sample(['GT', 'PL', 'XX'], '0/1:a:7');
    assert.deepEqual(values, ['0/1', null, null]);
    assert.deepEqual(
      [...(others ?? [])],
      [
        ['PL', 'a'],
        ['XX', '7'],
      ],
    );
  });
});
