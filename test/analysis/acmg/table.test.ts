import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classify } from '../../../src/analysis/acmg/classify.ts';
import { CRITERION_CODES, factsOf } from '../../../src/analysis/acmg/criteria.ts';
import { CLINVAR_CASES } from './cases/clinvar.ts';
import { FAMILY_CASES } from './cases/family.ts';
import { FREQUENCY_CASES } from './cases/frequency.ts';
import { LENGTH_CASES } from './cases/length.ts';
import { NULL_CASES } from './cases/null.ts';
import { PREDICTION_CASES } from './cases/prediction.ts';
import type { Expected } from './given.ts';

const TABLE = { PREDICTION_CASES, FREQUENCY_CASES, NULL_CASES, LENGTH_CASES, CLINVAR_CASES, FAMILY_CASES };
const all = Object.values(TABLE).flat();

for (const [name, cases] of Object.entries(TABLE)) {
  describe(name, () => {
    for (const { what, source, evidence, context, expected } of cases) {
      test(`should judge as ${source.split(':')[0]} does when: ${what}`, () => {
        const { outcomes } = classify(evidence, context);
        const found = Object.fromEntries(
          outcomes
            .filter(({ criterion }) => criterion in expected)
            .map(({ criterion, status, strength }): [string, Expected] => [
              criterion,
              status === 'met' ? strength! : status === 'notMet' ? 'no' : '?',
            ]),
        );
        assert.deepEqual(found, { ...expected }, source);
      });
    }
  });
}

test('should hold at least 120 cases, each with its source', () => {
  assert.ok(all.length >= 120, String(all.length));
  for (const { what, source } of all) assert.ok(source.length > 20, what);
  assert.equal(
    new Set(all.map(({ what, source }) => `${what} ${source}`)).size,
    all.length,
    'a case stands there twice',
  );
});

/** What a pedigree beside the file answers. */
const OF_FAMILIES: readonly string[] = ['PS2', 'PM6', 'PM3', 'BP2'];

test('should see every criterion that a file can answer met, not met and not assessable', () => {
  for (const criterion of CRITERION_CODES) {
    const { basis } = factsOf(criterion);
    if (!OF_FAMILIES.includes(criterion) && (basis === 'case' || basis === 'retired')) continue;
    const seen = all.map(({ expected }) => expected[criterion]).filter((expected) => expected !== undefined);
    assert.ok(seen.includes('no') && seen.includes('?'), criterion);
    assert.ok(
      seen.some((expected) => expected !== 'no' && expected !== '?'),
      criterion,
    );
  }
});
