import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseType } from '../../src/api/accept.ts';
import { VcfAgentError } from '../../src/core/errors.ts';

const OFFERS = ['application/json', 'application/x-ndjson', 'text/vcf'] as const;

test('should give the type that a client likes best, and ours where it has no wish', () => {
  const cases: readonly [accept: string | undefined, type: string][] = [
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/vcf', 'text/vcf'],
    ['text/*', 'text/vcf'],
    ['text/html, application/x-ndjson;q=0.5, */*;q=0.1', 'application/x-ndjson'],
    ['application/json;q=0, */*', 'application/x-ndjson'],
    ['application/vnd.vcf-agent.v2+json', 'application/json'],
    ['application/vnd.vcf-agent+json; version=2', 'application/json'],
  ];
  for (const [accept, type] of cases) assert.equal(chooseType(accept, OFFERS), type, accept);
});

test('should refuse what it does not have, and never fail in another way', () => {
  for (const accept of ['image/png', 'application/json;q=0', 'text/vcf;q=7']) {
    assert.throws(() => chooseType(accept, OFFERS), { code: 'NOT_ACCEPTABLE' }, accept);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (accept) => {
      try {
        return OFFERS.includes(chooseType(accept, OFFERS));
      } catch (error) {
        return error instanceof VcfAgentError && error.code === 'NOT_ACCEPTABLE';
      }
    }),
  );
});
