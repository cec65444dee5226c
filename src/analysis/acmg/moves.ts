import type { PathogenicityClass } from '../../core/verdicts.ts';
import type { Verdict } from './classify.ts';
import { type Criterion, factsOf, POINTS, signOf } from './criteria.ts';
import type { Outcome } from './outcome.ts';
import { classOf, LIKELY_PATHOGENIC } from './score.ts';

/** One criterion that alone would take an uncertain variant to another class. */
export interface Move {
  readonly criterion: Criterion;
  /** What it would add. */
  readonly points: number;
  readonly class: PathogenicityClass;
  /** Why it is not there yet. */
  readonly lacks: string;
}

/** What would move a variant of uncertain significance. */
export interface Moves {
  readonly pointsToLikelyPathogenic: number;
  readonly pointsToLikelyBenign: number;
  readonly alone: readonly Move[];
}

/** Undefined unless the verdict is uncertain significance. */
export function movesOf(verdict: Verdict): Moves | undefined {
  if (!verdict.applies || verdict.class !== 'Uncertain significance') return undefined;
  return {
    pointsToLikelyPathogenic: LIKELY_PATHOGENIC - verdict.points,
    pointsToLikelyBenign: -1 - verdict.points,
    alone: verdict.outcomes.flatMap((outcome) => movesBy(outcome, verdict)),
  };
}

function movesBy(outcome: Outcome, { points, outcomes }: Verdict): readonly Move[] {
  const { criterion, reason: lacks } = outcome;
  if (criterion === 'BA1') {
    return outcome.status === 'notAssessable' ? [{ criterion, points: 0, class: 'Benign', lacks }] : [];
  }
  return changesBy(outcome).flatMap((change) => {
    const added = change - capOn(criterion, change, outcomes);
    const then = classOf(points + added);
    return then === 'Uncertain significance' ? [] : [{ criterion, points: added, class: then, lacks }];
  });
}

/** What a criterion could add: what its annotation lacks, or, for evidence of a case, its usual strength. */
function changesBy({ criterion, status, points, least, greatest }: Outcome): readonly number[] {
  const { basis, strength } = factsOf(criterion);
  if (basis === 'case' && status === 'notAssessable') return [signOf(criterion) * POINTS[strength]];
  return [greatest - points, least - points].filter((change) => change !== 0);
}

const SHARED: readonly Criterion[] = ['PM1', 'PP3'];

/** How much of a change PM1 and PP3 may not have together. */
function capOn(criterion: Criterion, change: number, outcomes: readonly Outcome[]): number {
  if (!SHARED.includes(criterion)) return 0;
  const now = outcomes
    .filter((outcome) => SHARED.includes(outcome.criterion))
    .reduce((sum, { points }) => sum + points, 0);
  return Math.max(0, now + change - POINTS.strong) - Math.max(0, now - POINTS.strong);
}
