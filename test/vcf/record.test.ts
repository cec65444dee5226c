import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { openVcf } from '../../src/vcf/open.ts';
import { type FieldValue, RecordView } from '../../src/vcf/record.ts';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';
import { temporaryFolder, writeTemporary } from './reader/fixtures.ts';

const folder = temporaryFolder();

const HEADER = [
  '##fileformat=VCFv4.3',
  '##INFO=<ID=I,Number=1,Type=Integer,Description="one">',
  '##INFO=<ID=F,Number=A,Type=Float,Description="list">',
  '##INFO=<ID=S,Number=1,Type=String,Description="text, with commas">',
  '##INFO=<ID=L,Number=.,Type=String,Description="texts">',
  '##INFO=<ID=X,Number=0,Type=Flag,Description="flag">',
  '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
  '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="depths">',
  '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="quality">',
  '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc',
].join('\n');

async function viewRows<T>(lines: readonly string[], take: (view: RecordView) => T): Promise<T[]> {
  const taken: T[] = [];
  await using reader = await openVcf(writeTemporary(folder, `${HEADER}\n${lines.join('\n')}\n`));
  const view = new RecordView(reader.header);
  for await (const { block } of reader.batches({ maxRecords: 2 })) {
    for (let row = 0; row < block.count; row++) taken.push(take(view.at(block, row)));
  }
  return taken;
}

function infoOf(view: RecordView): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {};
  view.eachInfo(({ id }, value) => {
    values[id] = value;
  });
  return values;
}

const SAMPLES = 'GT:AD:GQ\t0/1:3,4:50\t.:.\t1|1:0,9:.';

test('should give the columns of a record', async () => {
  const lines = [
    `chr1\t12345\trs1;rs2\tA\tC,<DEL>\t12.5\tPASS\t.\t${SAMPLES}`,
    `chrZ\t7\t.\tAC\t.\t.\t.\t.\t${SAMPLES}`,
    `1\t2147483647\tx\tA\tC\tnan\tq10;s50\t.\t${SAMPLES}`,
  ];
  const rows = await viewRows(lines, ({ chrom, pos, ids, ref, alts, qual, filters }) => {
    return [chrom, pos, ids, ref, alts, qual, filters];
  });
  assert.deepEqual(rows, [
    ['chr1', 12345, ['rs1', 'rs2'], 'A', ['C', '<DEL>'], 12.5, ['PASS']],
    ['chrZ', 7, [], 'AC', [], null, []],
    ['1', 2147483647, ['x'], 'A', ['C'], null, ['q10', 's50']],
  ]);
});

test('should type INFO values by the header', async () => {
  const cases: [info: string, values: Record<string, FieldValue>][] = [
    ['I=5;F=0.5,.,1e-3;S=a,b;L=a,.,c;X', { I: 5, F: [0.5, null, 0.001], S: 'a,b', L: ['a', null, 'c'], X: true }],
    ['.', {}],
    ['I=.;L=.', { I: null, L: [null] }],
    ['I=1,2;F=abc;I2=7;Q', { I: [1, 2], F: ['abc'], I2: ['7'], Q: true }],
    [';;I=1;;X;', { I: 1, X: true }],
    ['X=1;L=', { X: true, L: [''] }],
    ['S=Größe;L=ä,b;I=3', { S: 'Größe', L: ['ä', 'b'], I: 3 }],
    ['DP=9;II=4;I=2', { DP: 9, II: ['4'], I: 2 }],
  ];
  const lines = cases.map(([info]) => `chr1\t5\t.\tA\tC\t.\t.\t${info}\t${SAMPLES}`);
  assert.deepEqual(
    await viewRows(lines, infoOf),
    cases.map(([, values]) => values),
  );
  for (const [info, values] of cases) {
    const line = `chr1\t5\t.\tA\tC\t.\t.\t${info}\t${SAMPLES}`;
    for (const key of ['I', 'F', 'S', 'L', 'X', 'Q', 'absent']) {
      assert.deepEqual(await viewRows([line], (view) => view.info(key)), [values[key]]);
    }
  }
});

test('should type FORMAT values by the header, for any sample', async () => {
  const line = `chr1\t5\t.\tA\tC\t.\t.\tI=1\t${SAMPLES}`;
  const [values] = await viewRows([line], (view) => {
    return [0, 1, 2].map((sample) => ['GT', 'AD', 'GQ', 'PL'].map((key) => view.format(key, sample)));
  });
  assert.deepEqual(values, [
    ['0/1', [3, 4], 50, undefined],
    [null, [null], null, undefined],
    ['1|1', [0, 9], null, undefined],
  ]);
});

test('should stay quick when one record has a million keys', async () => {
  const info = Array.from({ length: 1e6 }, (_, key) => `K${key}=1`).join(';');
  const start = performance.now();
  const [count] = await viewRows([`chr1\t5\t.\tA\tC\t.\t.\t${info}\t${SAMPLES}`], (view) => {
    let keys = 0;
    view.eachInfo(() => keys++);
    return keys;
  });
  assert.equal(count, 1e6);
  assert.ok(performance.now() - start < 20_000);
});

describe('against bcftools query', needs('bcftools', 'shared-vcf'), () => {
  for (const name of ['bcftools__split-vep.vcf', 'gatk__1kgp_test.merged.vcf.gz', 'slivar__ashk-trio.vcf.gz']) {
    test(`should give the INFO values of ${name}`, async () => {
      const path = sharedVcf(`real/${name}`);
      await using reader = await openVcf(path);
      const keys = [...reader.header.info.keys()].slice(0, 40);
      const format = keys.map((key) => `%INFO/${key}`).join('\t');
      const expected = execFileSync('bcftools', ['query', '-f', `${format}\n`, path], {
        maxBuffer: 2 ** 30,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const view = new RecordView(reader.header);
      const rows: string[] = [];
      for await (const { block } of reader.batches({ maxRecords: 1000 })) {
        for (let row = 0; row < block.count; row++) {
          view.at(block, row);
          rows.push(keys.map((key) => asQueryPrints(view.info(key))).join('\t'));
        }
      }
      assert.deepEqual(rows, expected.toString().split('\n').slice(0, -1).map(singlePrecision));
    });
  }
});

function asQueryPrints(value: FieldValue | undefined): string {
  if (value === undefined) return '.';
  if (value === true) return '1';
  return [value]
    .flat()
    .map((item) => (item === null ? '.' : singlePrecision(String(item))))
    .join(',');
}

/** bcftools prints floats with six digits of a single-precision number: bring both sides to that. */
function singlePrecision(text: string): string {
  return text.replaceAll(/(?<=^|[\t,])-?\d+(\.\d+)?(e[+-]?\d+)?(?=$|[\t,])/g, (number) => {
    return /^-?\d+$/.test(number) ? number : String(Number(Math.fround(Number(number)).toPrecision(5)));
  });
}
