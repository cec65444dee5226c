import { CRITERIA, CRITERION_CODES, type Criterion, factsOf, POINTS, type Strength, signOf } from './criteria.ts';

/**
 * Name of a piece of evidence, whose value a report gives: `revel`, `exon`, the key of a frequency; `clinvar:<variation id>`,
 * `clinvar:gene` and `clinvar:window` are what a loaded ClinVar says.
 */
export type EvidenceId = string;

export type Status = 'met' | 'notMet' | 'notAssessable';

/** What became of one criterion for one variant. */
export interface Outcome {
  readonly criterion: Criterion;
  readonly status: Status;
  /** Only of a criterion that is met. */
  readonly strength: Strength | undefined;
  /** With its sign; 0 unless met. */
  readonly points: number;
  readonly reason: string;
  readonly evidence: readonly EvidenceId[];
  /** Points it could give, at the least and at the most, if the file carried what it lacks. Both equal `points` when nothing is lacking. */
  readonly least: number;
  readonly greatest: number;
}

/** What the missing annotation could still make of a criterion, as points with their sign. */
export interface Range {
  readonly least?: number;
  readonly greatest?: number;
}

const NONE: readonly EvidenceId[] = [];

/** A criterion that is met, with the points of `strength`. */
export function met(
  criterion: Criterion,
  strength: Strength,
  reason: string,
  evidence: readonly EvidenceId[] = NONE,
  range: Range = {},
): Outcome {
  // BA1 weighs 0, and 0 times -1 is -0.
  const points = POINTS[strength] === 0 ? 0 : signOf(criterion) * POINTS[strength];
  const { least = points, greatest = points } = range;
  return { criterion, status: 'met', strength, points, reason, evidence, least, greatest };
}

/** A criterion that was looked at and does not hold. */
export function notMet(
  criterion: Criterion,
  reason: string,
  evidence: readonly EvidenceId[] = NONE,
  { least = 0, greatest = 0 }: Range = {},
): Outcome {
  return { criterion, status: 'notMet', strength: undefined, points: 0, reason, evidence, least, greatest };
}

/** A criterion of which nobody can say whether it holds. */
export function notAssessable(
  criterion: Criterion,
  reason: string,
  { least = 0, greatest = 0 }: Range = {},
  evidence: readonly EvidenceId[] = NONE,
): Outcome {
  return { criterion, status: 'notAssessable', strength: undefined, points: 0, reason, evidence, least, greatest };
}

/** Criteria that no file of variants can answer: the same for every variant. */
export const CASE_OUTCOMES: readonly Outcome[] = CRITERION_CODES.flatMap((criterion) => {
  const { basis, reason = '' } = factsOf(criterion);
  return basis === 'case' || basis === 'retired' ? [notAssessable(criterion, reason)] : [];
});

/** Every criterion as not assessable for one reason: for what the guideline is not made for. */
export function nothingAssessable(reason: string): readonly Outcome[] {
  return CRITERION_CODES.map((criterion) => notAssessable(criterion, reason));
}

const PLACES = new Map(CRITERION_CODES.map((criterion, place) => [criterion, place]));

/** In the order of CRITERIA, whatever the order in which the rules were asked. */
export function inOrder(outcomes: readonly Outcome[]): readonly Outcome[] {
  const sorted = new Array<Outcome>(CRITERION_CODES.length);
  for (const outcome of outcomes) sorted[PLACES.get(outcome.criterion)!] = outcome;
  return sorted;
}

/** Made from what ClinVar says of other variants; of PM3 and BP2, when ClinVar is what makes the partner pathogenic. */
export function isFromClinvar({ criterion, evidence }: Outcome): boolean {
  const { basis } = CRITERIA[criterion];
  return basis === 'clinvar' || (basis === 'case' && evidence.some((id) => id.startsWith('clinvar:')));
}
