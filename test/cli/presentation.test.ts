import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { excerpt, renderProblem } from '../../src/cli/excerpt.ts';
import { byteSize, count, cut, duration, plural, printable, shortDigest } from '../../src/cli/format.ts';
import { renderReceipt } from '../../src/cli/receipt-box.ts';
import { renderBox, renderTable } from '../../src/cli/table.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { createStyle } from '../../src/telemetry/style.ts';

const style = createStyle(new PassThrough());

const receipt: Receipt = {
  tenant: 'default',
  sourceDigest: 'cd'.repeat(32),
  contentDigest: 'ab'.repeat(32),
  sourceName: 'trio.vcf.gz',
  fileId: 3,
  records: 1234,
  input: 1300,
  stored: 1298,
  duplicates: 0,
  rejected: 2,
  inputDigest: 'cd'.repeat(32),
  storeDigest: 'cd'.repeat(32),
  warnings: {},
  truncated: false,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
};

test('should write numbers, sizes and times as people read them', () => {
  assert.equal(count(1234567.4), '1,234,567');
  assert.equal(plural(1, 'variant'), '1 variant');
  assert.equal(plural(0, 'variant'), '0 variants');
  assert.deepEqual([0, 1023, 1024, 150 * 1024 ** 2].map(byteSize), ['0 B', '1023 B', '1.0 KiB', '150 MiB']);
  assert.deepEqual([3, 12_345, 61_000].map(duration), ['3 ms', '12.3 s', '1 min 01 s']);
  assert.equal(cut('abcdef', 4), 'abc…');
  assert.equal(shortDigest('0123456789abcdef0123456789abcdef'), '0123456789ab…cdef');
});

test('should keep what stands in a file from steering the terminal', () => {
  assert.equal(printable('a\tb\u001b[2Jc\u0007\u009b'), 'a b\ufffd[2Jc\ufffd\ufffd');
});

test('should shrink the widest columns when a table is wider than the terminal', () => {
  const rows = [{ a: 'x'.repeat(40), b: '17', c: '' }];
  const columns = [
    { title: 'name', value: (row: (typeof rows)[0]) => row.a },
    { title: 'n', value: (row: (typeof rows)[0]) => row.b, align: 'right' as const },
    { title: 'empty', value: (row: (typeof rows)[0]) => row.c, optional: true },
  ];
  assert.deepEqual(
    renderTable(rows, columns, { style, width: 20 }),
    ['name                 n', '────────────────  ──', `${'x'.repeat(15)}…  17`].map((line, index) =>
      index === 0 ? 'name               n' : line,
    ),
  );
  assert.equal(renderTable(rows, columns, { style })[2], `${'x'.repeat(40)}  17`);
});

test('should draw a box as wide as its widest line', () => {
  assert.deepEqual(renderBox('T', ['ab', 'abcd'], style), ['╭─ T ──╮', '│ ab   │', '│ abcd │', '╰──────╯']);
});

test('should show the equation and both digests on a receipt, and say when they do not hold', () => {
  const good = renderReceipt(receipt, style).join('\n');
  assert.match(good, /records read +1,234/);
  assert.match(good, /= stored +1,298/);
  assert.match(good, /\+ rejected +2 {2}✔ it adds up/);
  assert.match(good, /✔ equal/);
  const bad = renderReceipt({ ...receipt, stored: 1, storeDigest: '00'.repeat(32), truncated: true }, style).join('\n');
  assert.match(bad, /✘ it does not add up/);
  assert.match(bad, /✘ different/);
  assert.match(bad, /ended early/);
});

test('should point at the value when a problem is printed', () => {
  const problem = {
    code: 'QUAL_NOT_NUMBER',
    severity: 'error',
    line: 12,
    column: 14,
    field: 'QUAL',
    message: '"x" is no number',
  } as const;
  assert.deepEqual(renderProblem('a.vcf', problem, 'chr1\t5\t.\tA\tT\tx5\tPASS\t.', { style }), [
    'error[QUAL_NOT_NUMBER]: "x" is no number',
    '  --> a.vcf:12:14  QUAL',
    '   │',
    '12 │ chr1 5 . A T x5 PASS .',
    '   │              ^~',
  ]);
  assert.deepEqual(renderProblem('a.vcf', { ...problem, line: 0, column: 0, field: 'file' }, undefined, { style }), [
    'error[QUAL_NOT_NUMBER]: "x" is no number',
    ' --> a.vcf  file',
  ]);
});

test('should keep the column under its mark wherever a long line is cut', () => {
  const text = Array.from({ length: 400 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
  for (const column of [1, 60, 200, 399, 400]) {
    const { shown, mark } = excerpt(text, column, 60);
    assert.ok(shown.length <= 62, `column ${column}`);
    assert.equal(shown[mark.indexOf('^')], text[column - 1], `column ${column}`);
  }
});
