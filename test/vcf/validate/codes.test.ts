import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBLEM_CODES, type ProblemCode } from '../../../src/vcf/validate/codes.ts';
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
  test(`should report ${code} when a file has it, and not when it is one character from it`, async () => {
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
