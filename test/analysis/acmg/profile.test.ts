import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CRITERION_CODES } from '../../../src/analysis/acmg/criteria.ts';
import { DE_NOVO, IN_TRANS, MOST_FOR_HOMOZYGOUS, STRENGTHS } from '../../../src/analysis/acmg/family-rules.ts';
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

test('should stand in docs/acmg.md with every threshold, beside every criterion', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'acmg.md'), 'utf8');
  const [clingen] = PROFILES;
  const { revel, cadd, spliceai, ba1, pm2, pvs1, clinvar, family, heuristics } = clingen!;
  const row = (start: string): string => page.split('\n').find((line) => line.startsWith(start)) ?? '';
  for (const [name, scale] of Object.entries({ REVEL: revel, CADD: cadd })) {
    for (const [side, sign] of [
      ['pathogenic', '≥'],
      ['benign', '≤'],
    ] as const) {
      const cells = row(`| ${name}, ${side}`)
        .split('|')
        .slice(2, 6)
        .map((cell) => cell.trim());
      const written = scale[side].map((cutOff) => `${sign} ${cutOff}`);
      assert.deepEqual(cells.filter(Boolean), written, `${name} ${side}`);
    }
  }
  const settings: Record<string, readonly (number | string)[]> = {
    '`spliceai`': [spliceai.pathogenic, spliceai.benign],
    '`ba1`': [ba1.alleleFrequency, ba1.minAlleleNumber],
    '`pm2`': [pm2.alleleFrequency],
    '`pvs1`': [pvs1.removedFraction, pvs1.spliceFrameUnknown],
    '`clinvar`': [clinvar.minStars],
    '`family`': Object.entries(family).map(([name, value]) => `\`${name}\` ${value}`),
  };
  for (const [name, values] of Object.entries(settings)) {
    for (const value of values) assert.ok(row(`| ${name}`).includes(String(value)), `${name} ${value}`);
  }
  const { pm1, pp2, bp1, minStars } = heuristics!;
  const percent = (share: number): string => `${share * 100} %`;
  const rules: Record<string, readonly (number | string)[]> = {
    PM1: [`at least ${pm1.minPathogenic}`, `${pm1.windowBases} bases`, `${minStars} star`],
    PP2: [`at least ${pp2.minPathogenic}`, percent(pp2.minMissenseShare), percent(pp2.maxBenignShare)],
    BP1: [`at least ${bp1.minPathogenic}`, percent(bp1.minTruncatingShare)],
  };
  for (const [name, values] of Object.entries(rules)) {
    for (const value of values) assert.ok(row(`| ${name} `).includes(String(value)), `${name} ${value}`);
  }
  const listed = page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|')[1] ?? '');
  for (const criterion of CRITERION_CODES)
    assert.ok(
      listed.some((cell) => cell.includes(criterion)),
      criterion,
    );
});

test('should stand in docs/acmg.md with the points of families', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'acmg.md'), 'utf8');
  const cells = (start: string): string[] => {
    const line = page.split('\n').find((row) => row.startsWith(`| ${start}`)) ?? '';
    return line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  };
  const rows = {
    'de novo, phenotype specific': DE_NOVO.specific,
    '… consistent with it': DE_NOVO.consistent,
    '… consistent, and many genes': DE_NOVO.heterogeneous,
  };
  for (const [start, { confirmed, assumed, most }] of Object.entries(rows)) {
    const [what, ...points] = cells(start);
    assert.deepEqual(points, [String(confirmed), String(assumed)], start);
    assert.equal(/at most 1 together/.test(what ?? ''), most === 1, start);
  }
  assert.deepEqual(cells('in trans with a pathogenic or')[1], String(IN_TRANS.confirmed));
  const { phaseUnknownPathogenic, phaseUnknownLikely } = IN_TRANS;
  assert.deepEqual(cells('phase not known')[1], `${phaseUnknownPathogenic}, ${phaseUnknownLikely}`);
  assert.deepEqual(cells('homozygous from both parents')[1], String(PROFILES[0]!.family.homozygousPoints));
  assert.match(cells('homozygous from both parents')[0]!, new RegExp(`at most ${MOST_FOR_HOMOZYGOUS} together`));
  const words = STRENGTHS.toReversed().map(([points, strength]) => `${points} ${strength.replace('veryS', 'very s')}`);
  assert.ok(page.includes(words.join(', ').replace('0.5 supporting', '0.5 is supporting')), words.join(', '));
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
    '{"revel": {"pathogenic": [0.7, 0.6]}}': /revel: its cut-offs are not in order/,
    '{"revel": {"pathogenic": [0.2]}}': /revel: its cut-offs/,
    '{"spliceai": {"benign": 0.3}}': /spliceai: its cut-offs/,
    '{"unknown": 1}': /unknown is no setting/,
  };
  for (const [json, message] of Object.entries(wrong)) {
    assert.throws(() => parseProfile(json), { code: 'CONFIG_INVALID', message }, json);
  }
});
