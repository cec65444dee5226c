import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Problem } from '../../src/core/problem.ts';
import { PROBLEM_CODES } from '../../src/vcf/validate/codes.ts';
import { validateBytes } from '../../src/vcf/validate/validate-bytes.ts';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';
import { NOT_REJECTED } from './not-rejected.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'validation.md');
const VALID = 76;
const INVALID = 607;

interface Case {
  readonly path: string;
  readonly valid: boolean;
  readonly section: string;
  readonly cause: string;
}

function readIndex(): Case[] {
  const [, ...lines] = readFileSync(sharedVcf('conformance/index.tsv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [, , expected = '', path = '', section = '', cause = ''] = line.split('\t');
    return { path, valid: expected === 'passed', section, cause: cause.trim() };
  });
}

async function errorsOf(path: string): Promise<Problem[]> {
  const errors: Problem[] = [];
  for await (const problem of validateBytes(createReadStream(sharedVcf(`conformance/${path}`)))) {
    if (problem.severity === 'error') errors.push(problem);
  }
  return errors;
}

/** What docs/validation.md says about the corpus. */
function renderConformance(): string {
  const rows = NOT_REJECTED.map(({ path, cause, reason }) => `| \`${path}\` | ${cause} | ${reason} |`);
  return [
    `Accepted: ${VALID} of ${VALID} valid files. Rejected: ${INVALID - NOT_REJECTED.length} of ${INVALID} invalid files, each with code and line.`,
    '',
    '| not rejected | what the corpus says | why it is accepted |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

describe('the test corpus of the VCF specification', needs('shared-vcf'), () => {
  const cases = needs('shared-vcf').skip === undefined ? readIndex() : [];

  test('should accept every valid file', async () => {
    const valid = cases.filter((file) => file.valid);
    assert.equal(valid.length, VALID);
    for (const { path } of valid) assert.deepEqual(await errorsOf(path), [], path);
  });

  test('should reject every invalid file but those listed, with a known code and a line', async () => {
    const invalid = cases.filter((file) => !file.valid);
    assert.equal(invalid.length, INVALID);
    const accepted: string[] = [];
    for (const { path } of invalid) {
      const errors = await errorsOf(path);
      if (errors.length === 0) accepted.push(path);
      for (const { code, line, column } of errors) {
        assert.ok(code in PROBLEM_CODES, `${path}: ${code}`);
        assert.ok(line > 0 && column > 0, `${path}: ${code} at ${line}:${column}`);
      }
    }
    assert.deepEqual(
      accepted,
      NOT_REJECTED.map(({ path }) => path),
    );
  });

  test('should name the cause itself when a file is wrong in one thing across records', async () => {
    const wanted: Readonly<Record<string, string>> = {
      body_duplicated: 'VARIANT_DUPLICATE',
      body_contiguous: 'CHROM_NOT_CONTIGUOUS',
      body_unsorted: 'POS_UNSORTED',
      body_samples_ploidy: 'SAMPLE_NUMBER',
    };
    const files = cases.filter((file) => !file.valid && file.section in wanted);
    assert.equal(files.length, 33);
    for (const { path, section } of files) {
      const codes = (await errorsOf(path)).map((problem) => problem.code);
      assert.ok(codes.includes(wanted[section]!), `${path}: ${codes.join(' ')}`);
    }
  });

  test('should list a file as not rejected under the cause that the corpus gives', () => {
    const causes = new Map(cases.map(({ path, cause }) => [path, cause]));
    for (const { path, cause } of NOT_REJECTED) assert.equal(cause, causes.get(path), path);
  });
});

test('should document the figures and every file not rejected', () => {
  const docs = readFileSync(DOCS, 'utf8');
  const section = /<!-- conformance -->\n([\s\S]*?)\n<!-- \/conformance -->/.exec(docs)?.[1];
  assert.equal(section, renderConformance());
});
