import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { VcfAgentError } from '../../../src/core/errors.ts';
import type { Problem } from '../../../src/core/problem.ts';
import { validateVcf } from '../../../src/vcf/validate/validate.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';
import { problemsOf, textOf } from './problems-of.ts';

const TEXT = textOf({
  records: Array.from({ length: 5000 }, (_, index) => `1 ${index} . A C${index % 500 ? '' : 'x'} . . .`),
});
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcf-agent-validate-'));
});
after(() => rm(folder, { recursive: true }));

async function validate(name: string, bytes: Uint8Array | string): Promise<Problem[]> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return collect(path);
}

async function collect(path: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for await (const problem of validateVcf(path)) problems.push(problem);
  return problems;
}

test('should find the same problems when a file is plain or gzipped', async () => {
  const expected = await problemsOf(TEXT);
  assert.equal(expected.length, 10);
  assert.deepEqual(await validate('a.vcf', TEXT), expected);
  assert.deepEqual(await validate('a.vcf.gz', gzipSync(TEXT)), expected);
});

test('should report the damage behind what could be read when a file is cut off', async () => {
  const whole = gzipSync(TEXT);
  const problems = await validate('cut.vcf.gz', whole.subarray(0, whole.length - 20));
  const damage = problems.find((problem) => problem.code === 'GZIP_TRUNCATED');
  assert.ok(damage !== undefined && damage.line > 1, JSON.stringify(problems.at(-1)));
  assert.equal(damage, problems.at(-1));
});

test('should throw a coded error when there is no such file', async () => {
  const missing = collect(join(folder, 'missing.vcf'));
  await assert.rejects(missing, (error: unknown) => error instanceof VcfAgentError && error.code === 'INPUT_NOT_FOUND');
});

test('should check BCF as the text it stands for', needs('shared-vcf'), async () => {
  const problems = await collect(sharedVcf('real/hap.py__pg-hg38.bcf'));
  assert.deepEqual(
    problems.filter((problem) => problem.code.startsWith('META_') || problem.code.startsWith('FILE')),
    [],
  );
});
