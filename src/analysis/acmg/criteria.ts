/**
 * The 28 criteria of Richards et al. 2015 (Genet Med 17:405, doi:10.1038/gim.2015.30) and what each weighs as points
 * (Tavtigian et al. 2020, Hum Mutat 41:1734, doi:10.1002/humu.24088).
 */

/** Changes whenever the same evidence could give another verdict. */
export const RULES_VERSION = '1';

export type Strength = 'supporting' | 'moderate' | 'strong' | 'veryStrong' | 'standAlone';

/** Points of a strength, before the sign of its direction. `standAlone` is BA1, which has no points: it decides alone. */
export const POINTS: Readonly<Record<Strength, number>> = {
  supporting: 1,
  moderate: 2,
  strong: 4,
  veryStrong: 8,
  standAlone: 0,
};

/**
 * Where a criterion's evidence comes from: `file`, what the file carries; `clinvar`, a loaded ClinVar; `case`, a family, a
 * patient or a laboratory, which no file of variants tells; `retired`, another's verdict, which is not evidence.
 */
export type Basis = 'file' | 'clinvar' | 'case' | 'retired';

interface CriterionFacts {
  readonly basis: Basis;
  /** As Richards 2015 gives it; PM2 is supporting since ClinGen's recommendation of 2020. */
  readonly strength: Strength;
  /** A rule of thumb over counts where the guideline asks for a curator's judgement. */
  readonly heuristic?: true;
  /** For `case` and `retired`: why it is not assessable. */
  readonly reason?: string;
}

const NO_PEDIGREE = 'no pedigree';
const NOT_COUNTED = 'how a variant segregates with disease is not counted';
const NO_LABORATORY = 'no functional assays: a file of variants tells of none';
const RETIRED = "not scored (Biesecker and Harrison 2018): ClinVar's own verdict stands beside ours";

/** Every criterion, in the order in which verdicts list them. */
export const CRITERIA = {
  PVS1: { basis: 'file', strength: 'veryStrong' },
  PS1: { basis: 'clinvar', strength: 'strong' },
  PS2: { basis: 'case', strength: 'strong', reason: NO_PEDIGREE },
  PS3: { basis: 'case', strength: 'strong', reason: NO_LABORATORY },
  PS4: { basis: 'case', strength: 'strong', reason: 'no counts of affected people' },
  PM1: { basis: 'clinvar', strength: 'moderate', heuristic: true },
  PM2: { basis: 'file', strength: 'supporting' },
  PM3: { basis: 'case', strength: 'moderate', reason: NO_PEDIGREE },
  PM4: { basis: 'file', strength: 'moderate' },
  PM5: { basis: 'clinvar', strength: 'moderate' },
  PM6: { basis: 'case', strength: 'moderate', reason: NO_PEDIGREE },
  PP1: { basis: 'case', strength: 'supporting', reason: NOT_COUNTED },
  PP2: { basis: 'clinvar', strength: 'supporting', heuristic: true },
  PP3: { basis: 'file', strength: 'supporting' },
  PP4: { basis: 'case', strength: 'supporting', reason: 'no phenotype' },
  PP5: { basis: 'retired', strength: 'supporting', reason: RETIRED },
  BA1: { basis: 'file', strength: 'standAlone' },
  BS1: { basis: 'file', strength: 'strong' },
  BS2: { basis: 'file', strength: 'strong' },
  BS3: { basis: 'case', strength: 'strong', reason: NO_LABORATORY },
  BS4: { basis: 'case', strength: 'strong', reason: NOT_COUNTED },
  BP1: { basis: 'clinvar', strength: 'supporting', heuristic: true },
  BP2: { basis: 'case', strength: 'supporting', reason: NO_PEDIGREE },
  BP3: { basis: 'file', strength: 'supporting' },
  BP4: { basis: 'file', strength: 'supporting' },
  BP5: { basis: 'case', strength: 'supporting', reason: 'no case with another molecular cause' },
  BP6: { basis: 'retired', strength: 'supporting', reason: RETIRED },
  BP7: { basis: 'file', strength: 'supporting' },
} as const satisfies Record<string, CriterionFacts>;

export type Criterion = keyof typeof CRITERIA;

export const CRITERION_CODES = Object.keys(CRITERIA) as readonly Criterion[];

/** What is known of a criterion beside its rule. */
export function factsOf(criterion: Criterion): CriterionFacts {
  return CRITERIA[criterion];
}

/** 1 for what speaks for pathogenic, -1 for what speaks for benign. */
export function signOf(criterion: Criterion): 1 | -1 {
  return criterion.startsWith('P') ? 1 : -1;
}

export function isCriterion(id: string): id is Criterion {
  return Object.hasOwn(CRITERIA, id);
}
