import type { PathogenicityClass } from '../../core/verdicts.ts';
import { isFromClinvar, type Outcome } from './outcome.ts';

/** Prior probability and odds of very strong evidence: Tavtigian et al. 2018 (Genet Med 20:1054) and 2020 (Hum Mutat 41:1734). */
const PRIOR = 0.1;
const ODDS_OF_VERY_STRONG = 350;
const POINTS_OF_VERY_STRONG = 8;

/** Fewest points of each class (Tavtigian 2020, table 2): pathogenic 10, likely pathogenic 6, uncertain 0, likely benign -6. */
const PATHOGENIC = 10;
export const LIKELY_PATHOGENIC = 6;
const UNCERTAIN = 0;
const LIKELY_BENIGN = -6;

/** Both look at the same protein position, so together they weigh no more than strong (Pejaver et al. 2022, AJHG 109:2163). */
const MOST_OF_PM1_AND_PP3 = 4;

/** Class of a sum of points, without BA1. */
export function classOf(points: number): PathogenicityClass {
  if (points >= PATHOGENIC) return 'Pathogenic';
  if (points >= LIKELY_PATHOGENIC) return 'Likely pathogenic';
  if (points >= UNCERTAIN) return 'Uncertain significance';
  return points >= LIKELY_BENIGN ? 'Likely benign' : 'Benign';
}

/** Odds of pathogenicity: 350^(points/8). */
export function oddsOf(points: number): number {
  return ODDS_OF_VERY_STRONG ** (points / POINTS_OF_VERY_STRONG);
}

/** Probability of pathogenicity after the evidence, from a prior of 0.10. */
export function posteriorOf(points: number): number {
  const odds = oddsOf(points);
  return (odds * PRIOR) / ((odds - 1) * PRIOR + 1);
}

export interface Sum {
  readonly points: number;
  readonly class: PathogenicityClass;
}

/** What all criteria come to. */
export interface Score extends Sum {
  /** BA1 is met: benign whatever the points. */
  readonly standAlone: boolean;
  /** Points that PM1 and PP3 have beyond what they may have together, taken off `points`; 0 or less. */
  readonly cap: number;
  /** Without PS1, PM1, PM5, PP2 and BP1, which come from a loaded ClinVar. */
  readonly withoutClinvar: Sum;
  /** The lowest and the highest that the variant could still come to if the file carried what it lacks. */
  readonly least: Sum;
  readonly greatest: Sum;
}

/** Adds up outcomes, in whatever order they come. */
export function scoreOf(outcomes: readonly Outcome[]): Score {
  const now = new Total();
  const ours = new Total();
  const least = new Total();
  const greatest = new Total();
  let standAlone = false;
  let mayStandAlone = false;
  for (const outcome of outcomes) {
    const { criterion, points } = outcome;
    now.add(criterion, points);
    least.add(criterion, outcome.least);
    greatest.add(criterion, outcome.greatest);
    if (!isFromClinvar(outcome)) ours.add(criterion, points);
    if (criterion !== 'BA1') continue;
    standAlone = outcome.status === 'met';
    mayStandAlone = outcome.status !== 'notMet';
  }
  return {
    ...now.sum(standAlone),
    standAlone,
    cap: now.cap,
    withoutClinvar: ours.sum(standAlone),
    least: least.sum(mayStandAlone),
    greatest: greatest.sum(standAlone),
  };
}

class Total {
  private points = 0;
  private shared = 0;

  add(criterion: string, points: number): void {
    if (criterion === 'PM1' || criterion === 'PP3') this.shared += points;
    else this.points += points;
  }

  get cap(): number {
    return this.shared > MOST_OF_PM1_AND_PP3 ? MOST_OF_PM1_AND_PP3 - this.shared : 0;
  }

  sum(standAlone: boolean): Sum {
    const points = this.points + this.shared + this.cap;
    return { points, class: standAlone ? 'Benign' : classOf(points) };
  }
}
