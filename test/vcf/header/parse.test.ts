import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VcfAgentError } from '../../../src/core/errors.ts';
import { fieldDefinition } from '../../../src/vcf/header/fields.ts';
import { parseHeader } from '../../../src/vcf/header/parse.ts';

const COLUMNS = '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO';

function parse(lines: readonly string[], columns: string = COLUMNS) {
  return parseHeader(new TextEncoder().encode([...lines, columns, '1\t2\t.\tA\tC\t.\t.\t.'].join('\n')));
}

test('should type INFO, FORMAT, FILTER, contig and ALT when their lines are well formed', () => {
  const { header, problems } = parse(
    [
      '##fileformat=VCFv4.3',
      '##source=me, <not a structure>',
      '##INFO=<ID=AF,Number=A,Type=Float,Description="Freq, \\"quoted\\" and \\\\ back">',
      '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depths">',
      '##FILTER=<ID=q10,Description="Low">',
      '##contig=<ID=chr1,length=248956422,assembly="GRCh38">',
      '##ALT=<ID=DEL,Description="Deletion">',
    ],
    `${COLUMNS}\tFORMAT\tNA1\tNA2`,
  );
  assert.deepEqual(problems, []);
  assert.equal(header.version, '4.3');
  const af = { id: 'AF', number: 'A', type: 'Float', description: 'Freq, "quoted" and \\ back' };
  assert.deepEqual(header.info.get('AF'), af);
  assert.equal(header.format.get('AD')?.number, 'R');
  assert.equal(header.filters.get('q10')?.description, 'Low');
  assert.equal(header.contigs.get('chr1')?.length, 248956422);
  assert.equal(header.alts.get('DEL')?.description, 'Deletion');
  assert.deepEqual(header.samples, ['NA1', 'NA2']);
  assert.equal(header.lines[1]?.value, 'me, <not a structure>');
  assert.equal(header.lines[5]?.fields?.get('assembly'), 'GRCh38');
});

test('should keep the text with LF line ends and stop behind the column line when lines end in CRLF', () => {
  const text = `\u{feff}##fileformat=VCFv4.2\r\n${COLUMNS}\r\n1\t2\r\n`;
  const { header, problems } = parseHeader(new TextEncoder().encode(text));
  assert.equal(new TextDecoder().decode(header.text), `##fileformat=VCFv4.2\n${COLUMNS}\n`);
  assert.deepEqual(problems, []);
});

test('should add the final line feed when the file ends at the column line', () => {
  const { header } = parseHeader(new TextEncoder().encode(`##fileformat=VCFv4.2\n${COLUMNS}`));
  assert.equal(new TextDecoder().decode(header.text), `##fileformat=VCFv4.2\n${COLUMNS}\n`);
});

test('should go on with warnings when lines are broken', () => {
  const { header, problems } = parse([
    '##INFO=<ID=X,Number=x,Type=Text,Description="says "hello", twice">',
    '##INFO=<ID=X,Number=1,Type=Integer,Description="again">',
    '##INFO=<Number=1>',
    '##nothing',
    '##INFO=<ID=OPEN,Number=1,Type=String,Description="never closed>',
  ]);
  assert.deepEqual(header.info.get('X'), { id: 'X', number: '.', type: 'String', description: 'says "hello", twice' });
  assert.equal(header.info.get('OPEN')?.number, 1);
  const codes = problems.map((problem) => `${problem.line}:${problem.code}`);
  assert.deepEqual(codes, [
    '1:META_MALFORMED',
    '1:META_NUMBER_INVALID',
    '1:META_TYPE_INVALID',
    '2:META_DUPLICATE',
    '3:META_ID_MISSING',
    '4:META_MALFORMED',
    '5:META_MALFORMED',
    '1:FILEFORMAT_MISSING',
  ]);
  assert.ok(problems.every((problem) => problem.severity === 'warning'));
});

test('should throw INPUT_FORMAT when there is no column line', () => {
  for (const text of ['', '##fileformat=VCFv4.2\n', '1\t2\t.\tA\tC\t.\t.\t.\n', '\0\0\0']) {
    assert.throws(
      () => parseHeader(new TextEncoder().encode(text)),
      (error: unknown) => error instanceof VcfAgentError && error.code === 'INPUT_FORMAT',
    );
  }
});

test('should fall back on the reserved keys of the version when the header lacks a key', () => {
  const old = parse(['##fileformat=VCFv4.1', '##INFO=<ID=DP,Number=2,Type=Float,Description="mine">']).header;
  assert.equal(fieldDefinition(old, 'info', 'DP')?.number, 2);
  assert.equal(fieldDefinition(old, 'info', 'AC')?.number, 'A');
  assert.equal(fieldDefinition(old, 'info', 'SVLEN')?.number, '.');
  assert.equal(fieldDefinition(old, 'format', 'GL')?.number, 'G');
  assert.equal(fieldDefinition(old, 'format', 'AD'), undefined);
  const recent = parse(['##fileformat=VCFv4.5']).header;
  assert.equal(fieldDefinition(recent, 'info', 'SVLEN')?.number, 'A');
  assert.equal(fieldDefinition(recent, 'format', 'LAD')?.number, 'LR');
  assert.deepEqual(fieldDefinition(recent, 'format', 'DPM27551C')?.type, 'Integer');
  assert.equal(fieldDefinition(recent, 'info', 'NOPE'), undefined);
});

test('should read very many keys in linear time when a header is enormous', () => {
  const lines = Array.from(
    { length: 100_000 },
    (_, index) => `##INFO=<ID=K${index},Number=1,Type=Integer,Description="k">`,
  );
  const started = performance.now();
  assert.equal(parse(lines).header.info.size, 100_000);
  assert.ok(performance.now() - started < 10_000);
});
