import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Criterion, Strength } from '../../../src/analysis/acmg/criteria.ts';
import { met } from '../../../src/analysis/acmg/outcome.ts';
import { oddsOf, posteriorOf, scoreOf } from '../../../src/analysis/acmg/score.ts';
import type { PathogenicityClass } from '../../../src/core/verdicts.ts';

type Evidence = Readonly<Partial<Record<Criterion, Strength>>>;

const scored = (evidence: Evidence) =>
  scoreOf(Object.entries(evidence).map(([criterion, strength]) => met(criterion as Criterion, strength, '')));

/** Tavtigian et al. 2020, Hum Mutat 41:1734: points of a strength, classes of a sum. Worked by hand, both sides of each border. */
const SUMS: readonly (readonly [points: number, expected: PathogenicityClass, evidence: Evidence])[] = [
  [0, 'Uncertain significance', {}],
  [1, 'Uncertain significance', { PM2: 'supporting' }],
  [5, 'Uncertain significance', { PS1: 'strong', PM2: 'supporting' }],
  [6, 'Likely pathogenic', { PS1: 'strong', PM1: 'moderate' }],
  [6, 'Likely pathogenic', { PM4: 'moderate', PM1: 'moderate', PM5: 'moderate' }],
  [9, 'Likely pathogenic', { PVS1: 'veryStrong', PM2: 'supporting' }],
  [8, 'Likely pathogenic', { PVS1: 'veryStrong' }],
  [10, 'Pathogenic', { PVS1: 'veryStrong', PM1: 'moderate' }],
  [10, 'Pathogenic', { PVS1: 'veryStrong', PM2: 'supporting', PP2: 'supporting' }],
  [12, 'Pathogenic', { PVS1: 'veryStrong', PS1: 'strong' }],
  [-1, 'Likely benign', { BP7: 'supporting' }],
  [-2, 'Likely benign', { BP4: 'supporting', BP7: 'supporting' }],
  [-6, 'Likely benign', { BS1: 'strong', BP4: 'moderate' }],
  [-7, 'Benign', { BS1: 'strong', BP4: 'moderate', BP7: 'supporting' }],
  [-7, 'Benign', { BP4: 'veryStrong', PM2: 'supporting' }],
  [-8, 'Benign', { BS1: 'strong', BS2: 'strong' }],
  [0, 'Uncertain significance', { PM2: 'supporting', BP7: 'supporting' }],
  [4, 'Uncertain significance', { PS1: 'strong', PM5: 'moderate', BP4: 'moderate' }],
];

describe('points and classes (Tavtigian 2020)', () => {
  for (const [points, expected, evidence] of SUMS) {
    const names = Object.entries(evidence).map(([criterion, strength]) => `${criterion} ${strength}`);
    test(`should be ${expected} at ${points} points when met are: ${names.join(', ') || 'none'}`, () => {
      const score = scored(evidence);
      assert.equal(score.points, points);
      assert.equal(score.class, expected);
    });
  }
});

test('should be benign by BA1 alone, whatever else is met', () => {
  const score = scored({ BA1: 'standAlone', PVS1: 'veryStrong', PS1: 'strong' });
  assert.equal(score.class, 'Benign');
  assert.equal(score.standAlone, true);
  assert.equal(score.points, 12);
  assert.deepEqual([score.least.class, score.greatest.class], ['Benign', 'Benign']);
});

test('should give PM1 and PP3 no more than 4 points together (Pejaver 2022)', () => {
  const together = (pm1: Strength, pp3: Strength) => scored({ PM1: pm1, PP3: pp3 });
  assert.deepEqual([together('moderate', 'supporting').points, together('moderate', 'supporting').cap], [3, 0]);
  assert.deepEqual([together('moderate', 'moderate').points, together('moderate', 'moderate').cap], [4, 0]);
  assert.deepEqual([together('moderate', 'strong').points, together('moderate', 'strong').cap], [4, -2]);
  assert.equal(scored({ PM1: 'moderate', PP3: 'strong', PM5: 'moderate' }).points, 6);
});

test('should leave out what comes from a loaded ClinVar, the cap included, in the second sum', () => {
  const score = scored({ PS1: 'strong', PM1: 'moderate', PP3: 'strong', PM2: 'supporting', BP1: 'supporting' });
  assert.equal(score.points, 4 + 4 + 1 - 1);
  assert.deepEqual(score.withoutClinvar, { points: 5, class: 'Uncertain significance' });
});

test('should turn points into odds of 350 to the eighths and a posterior from 0.10', () => {
  assert.equal(oddsOf(0), 1);
  assert.equal(oddsOf(8), 350);
  // Tavtigian 2018, table 1: 18.7, 4.33, 2.08 for strong, moderate, supporting.
  assert.ok(Math.abs(oddsOf(4) - 18.708) < 0.001 && Math.abs(oddsOf(2) - 4.325) < 0.001);
  assert.ok(Math.abs(oddsOf(1) - 2.0797) < 0.0001);
  const near = (points: number, posterior: number) =>
    assert.ok(Math.abs(posteriorOf(points) - posterior) < 0.0005, `${points}`);
  near(0, 0.1);
  // 350^0.75 = 80.92: 8.092 / 8.992. And 350^1.25 = 1513.9: 151.39 / 152.29.
  near(6, 0.8999);
  near(10, 0.9941);
  // 1/2.0797 = 0.48084: 0.048084 / 0.948084. And 350^-0.875 = 0.005943: 0.0005943 / 0.9005943.
  near(-1, 0.0507);
  near(-7, 0.00066);
});
