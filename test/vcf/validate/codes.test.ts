import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES } from '../../../src/core/errors.ts';
import { PROBLEM_CODES, type ProblemCode, READING_CODES } from '../../../src/vcf/validate/codes.ts';
import type { ValidateBytesOptions } from '../../../src/vcf/validate/validate-bytes.ts';
import { type Example, HEADER_EXAMPLES } from './header-examples.ts';
import { problemsOf } from './problems-of.ts';
import { RECORD_EXAMPLES } from './record-examples.ts';

/** Every code has an example, or this does not compile. */
const EXAMPLES: Readonly<Record<ProblemCode, Example>> = { ...HEADER_EXAMPLES, ...RECORD_EXAMPLES };

/** Small limits for the two problems that are about limits. */
const LIMITS: Readonly<Record<string, ValidateBytesOptions>> = {
  LINE_TOO_LONG: { lineBytes: 2000 },
  HEADER_TOO_LONG: { headerBytes: 2000 },
};

/** Examples are strings: `~` is a blank inside a column, BYTE-FF a byte that is not UTF-8. */
function bytesOf(example: string): Buffer {
  return Buffer.from(Buffer.from(example.replaceAll('~', ' ')).toString('latin1').replace('BYTE-FF', '\xff'), 'latin1');
}

for (const [code, { bad, at, good }] of Object.entries(EXAMPLES)) {
  test(`should report ${code} when a file has it, and not when a file nearly has it`, async () => {
    const limits = LIMITS[code];
    const problems = (await problemsOf(bytesOf(bad), undefined, limits)).filter((problem) => problem.code === code);
    assert.deepEqual(
      problems.map((problem) => `${problem.line}:${problem.column}`),
      [at],
    );
    assert.equal(problems[0]?.severity, PROBLEM_CODES[code as ProblemCode].severity);
    const rest = (await problemsOf(bytesOf(good), undefined, limits)).filter((problem) => problem.severity === 'error');
    assert.deepEqual(rest, []);
  });
}

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'validation.md');
const SOURCES = ['reader', 'bcf', 'normalise', 'lines.ts'].map((name) => join('src', 'vcf', name));
const ROOT = join(import.meta.dirname, '..', '..', '..');

function renderTable(codes: Readonly<Record<string, { severity: string; text: string }>>): string {
  const rows = Object.entries(codes).map(
    ([code, { severity, text }]) => `| \`${code}\` | ${severity} | ${text.replaceAll('|', '\\|')} |`,
  );
  return ['| code | severity | meaning |', '|---|---|---|', ...rows].join('\n');
}

test('should document every code, and no other, with its severity and meaning', () => {
  const docs = readFileSync(DOCS, 'utf8');
  const section = (name: string) => new RegExp(`<!-- ${name} -->\n([^]*?)\n<!-- /${name} -->`).exec(docs)?.[1];
  assert.equal(section('codes'), renderTable(PROBLEM_CODES));
  assert.equal(section('reading'), renderTable(READING_CODES));
});

test('should list every code that reading gives', () => {
  const known = new Set<string>([...Object.keys(PROBLEM_CODES), ...Object.keys(READING_CODES), ...ERROR_CODES]);
  const files = SOURCES.flatMap((source) => globSync(`{${source},${source}/**/*.ts}`, { cwd: ROOT })).filter((file) =>
    file.endsWith('.ts'),
  );
  assert.ok(files.length > 10);
  const used = files.flatMap(
    (file) => readFileSync(join(ROOT, file), 'utf8').match(/(?<=')[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?=')/g) ?? [],
  );
  assert.deepEqual(
    [...new Set(used)].filter((code) => !known.has(code)),
    [],
  );
  const unused = Object.keys(READING_CODES).filter((code) => !used.includes(code));
  assert.deepEqual(unused, []);
});
