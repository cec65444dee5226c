import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateBytes } from '../../../src/vcf/validate/validate-bytes.ts';
import { COLUMNS, problemsOf, textOf } from './problems-of.ts';

const LAA = '##FORMAT=<ID=LAA,Number=.,Type=Integer,Description="l">';
const BROKEN = textOf({
  meta: ['##INFO=<ID=ü,Number=1,Type=Float,Description="x">', '##FILTER=<ID=q>'],
  samples: ['a', 'b'],
  records: ['1 5 . A C,, x q DP=y;DP=1 GT:DP 0/3:1 x', '1 3 . A C . . . GT 0/1 0/1', '1'],
});

function codesOf(problems: readonly { line: number; column: number; code: string }[]): string[] {
  return problems.map(({ line, column, code }) => `${line}:${column}:${code}`);
}

test('should find the same problems when the bytes come in pieces of any size', async () => {
  const whole = await problemsOf(BROKEN);
  assert.ok(whole.length > 8);
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(await problemsOf(BROKEN, size), whole);
});

test('should find the same problems when lines end in CR LF', async () => {
  const crlf = await problemsOf(BROKEN.replaceAll('\n', '\r\n'), 5);
  assert.deepEqual(crlf, await problemsOf(BROKEN));
});

test('should count columns in characters when a line has more bytes than characters', async () => {
  const problems = await problemsOf(textOf({ records: ['1 1 üü A C x . .'] }));
  assert.deepEqual(codesOf(problems), ['3:12:QUAL_NOT_NUMBER']);
});

test('should lower the severity when an older version only advises', async () => {
  const records = ['1 1 a;a A C . q;q DP=1;DP=1'];
  const severities = async (version: string) => (await problemsOf(textOf({ version, records }))).map((p) => p.severity);
  assert.deepEqual(new Set(await severities('4.2')), new Set(['warning']));
  assert.deepEqual(new Set(await severities('4.3')), new Set(['error']));
});

test('should count local alleles when LAA names them', async () => {
  const meta = [LAA];
  const file = (call: string) =>
    textOf({ version: '4.5', meta, samples: ['s'], records: [`1 1 . A C,G,T . . . GT:LAA:LPL:LAD 0/1:${call}`] });
  assert.deepEqual(codesOf(await problemsOf(file('2,3:0,1,2,3,4,5:1,2,3'))), []);
  assert.deepEqual(codesOf(await problemsOf(file('2:0,1,2,3:1,2'))), ['4:42:SAMPLE_NUMBER']);
  assert.deepEqual(codesOf(await problemsOf(file('2:.:1,2,3'))), ['4:44:SAMPLE_NUMBER']);
});

test('should say no more than 100 problems of one line when it is nothing but mistakes', async () => {
  const problems = await problemsOf(textOf({ records: [`1 1 . A C . . ${';'.repeat(1_000_000)}`] }));
  assert.equal(problems.length, 100);
});

test('should read no further when the caller has enough', async () => {
  let pieces = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(textOf({ records: [] }));
    for (; ; pieces++) yield Buffer.from('1\t1\n');
  }
  for await (const problem of validateBytes(endless())) {
    assert.equal(problem.code, 'RECORD_COLUMNS');
    break;
  }
  assert.ok(pieces < 2);
});

test('should hold little when a line never ends', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`##fileformat=VCFv4.3\n${COLUMNS}\n`);
    const piece = Buffer.alloc(2 ** 20, 'A');
    for (let mebibytes = 0; mebibytes < 300; mebibytes++) yield piece;
    yield Buffer.from('\n1\t1\t.\tA\tC\t.\t.\tx y\n');
  }
  const before = process.memoryUsage().rss;
  const codes: string[] = [];
  for await (const problem of validateBytes(endless(), { lineBytes: 2 ** 20 })) codes.push(problem.code);
  assert.deepEqual(codes, ['LINE_TOO_LONG', 'INFO_KEY_INVALID']);
  assert.ok(process.memoryUsage().rss - before < 150 * 2 ** 20);
});

test('should take time in proportion to the line when the line is made to be slow', async () => {
  const size = 400_000;
  const keys = (separator: string) => Array.from({ length: size / 8 }, (_, index) => `k${index}`).join(separator);
  const lines = [
    `1 1 . A C ${'1'.repeat(size)}x . DP=${'1'.repeat(size)}x`,
    `1 1 . A C . ${keys(';')} ${keys(';')}`,
    `1 1 . A ${'A[:1,'.repeat(size / 5)}[${':1'.repeat(size / 2)} . . CIGAR=${'1'.repeat(size)}`,
  ];
  const meta = [`##META=<${'a=[,'.repeat(size / 4)}>`, `##INFO=<ID="${'", '.repeat(size / 3)}`];
  const calls = [
    `1 1 . A C . . . ${keys(':')} ${'x:'.repeat(size / 8)}`,
    `1 1 . A C . . . GT:PL ${'0/'.repeat(size)}0:1`,
  ];
  for (const text of [textOf({ meta, records: lines }), textOf({ samples: ['s'], records: calls })]) {
    const started = performance.now();
    assert.ok((await problemsOf(text)).length > 0);
    assert.ok(performance.now() - started < 10_000);
  }
});
