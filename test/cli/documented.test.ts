import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXIT_MEANINGS, OUTCOMES } from '../../src/cli/exit-codes.ts';
import { ERROR_CODES } from '../../src/core/errors.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

test('should document every error code with its exit code, and no other, when docs/errors.md is read', () => {
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map((row) => [row[1], Number(row[2])]);
  const known = [...ERROR_CODES].sort().map((code) => [code, OUTCOMES[code].exit]);
  assert.deepEqual(documented, known);
});

test('should document every exit code as --help words it when docs/errors.md is read', () => {
  const documented = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map((row) => [Number(row[1]), row[2]]);
  assert.deepEqual(
    documented,
    EXIT_MEANINGS.map(([code, meaning]) => [code, meaning]),
  );
});
