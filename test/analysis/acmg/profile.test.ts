import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../../src/analysis/acmg/profile.ts';
import { parseProfile } from '../../../src/analysis/acmg/profile-schema.ts';

test('should take the built-in profiles as they are', () => {
  for (const profile of PROFILES) assert.deepEqual(parseProfile(JSON.stringify(profile)), profile);
  assert.deepEqual(parseProfile('{"base": "clingen-cadd"}'), PROFILES[1]);
});

test('should change what a profile says and keep the rest of its base', () => {
  const own = parseProfile(
    '{"name": "ours", "pm2": {"alleleFrequency": 0.00002}, "bs2": {"homozygotes": 5}, "heuristics": null}',
  );
  assert.deepEqual(own, {
    ...PROFILES[0],
    name: 'ours',
    pm2: { alleleFrequency: 0.00002 },
    bs2: { homozygotes: 5 },
    heuristics: null,
  });
  assert.deepEqual(PROFILES[0]!.pm2, { alleleFrequency: 0.0001 });
});

test('should name what is wrong with a profile', () => {
  const wrong: Record<string, RegExp> = {
    '{': /profile/,
    '[]': /must be an object/,
    '{"base": "nobody"}': /base: there is no profile "nobody"/,
    '{"pm2": {"alleleFrequency": 2}}': /pm2\.alleleFrequency/,
    '{"pm2": {"alleleFrequenzy": 0.1}}': /pm2\.alleleFrequenzy is no setting/,
    '{"predictor": "polyphen"}': /predictor/,
    '{"ba1": {"minAlleleNumber": -1}}': /ba1\.minAlleleNumber/,
    '{"unknown": 1}': /unknown is no setting/,
  };
  for (const [json, message] of Object.entries(wrong)) {
    assert.throws(() => parseProfile(json), { code: 'CONFIG_INVALID', message }, json);
  }
});
