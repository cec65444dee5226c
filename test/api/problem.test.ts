import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { problemOf, STATUS_OF } from '../../src/api/problem.ts';
import { ERROR_CODES, VcfAgentError } from '../../src/core/errors.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');
const request = { url: '/api/v2/files?x=1', id: 'r1' };

test('should document the status of every code of ours when docs/api.md is read', () => {
  const documented = [...page.matchAll(/^\| (\d{3}) \| (.+) \|$/gm)].flatMap(([, status, codes = '']) =>
    [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, Number(status)]),
  );
  const byCode = (a: unknown[], b: unknown[]) => String(a[0]).localeCompare(String(b[0]));
  assert.deepEqual(documented.sort(byCode), [...ERROR_CODES].map((code) => [code, STATUS_OF[code]]).sort(byCode));
});

test('should tell what is wrong with a request, and nothing of our own trouble', () => {
  const theirs = problemOf(new VcfAgentError('NOT_FOUND', 'there is no file 3', { context: { file: 3 } }), request);
  assert.deepEqual(
    [theirs.status, theirs.detail, theirs.context, theirs.instance],
    [404, 'there is no file 3', { file: 3 }, '/api/v2/files'],
  );
  const path = '/home/secret/place';
  for (const error of [
    new VcfAgentError('DATABASE_UNAVAILABLE', path, { retryable: true }),
    new VcfAgentError('OUTPUT_UNWRITABLE', path, { context: { home: path } }),
    new VcfAgentError('HOME_IN_USE', path, { retryable: true, context: { home: path } }),
    new TypeError(path),
    path,
    undefined,
  ]) {
    const problem = problemOf(error, request);
    assert.ok(problem.status >= 500);
    assert.ok(!JSON.stringify(problem).includes(path), JSON.stringify(problem));
  }
  assert.equal(problemOf(new TypeError('x'), request).code, 'INTERNAL');
});
