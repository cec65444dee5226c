import type { PathogenicityClass } from '../../core/verdicts.ts';
import { byNeighbours } from './clinvar-rules.ts';
import type { RuleContext } from './context.ts';
import type { Scope, VariantEvidence } from './evidence.ts';
import { byFamilies } from './family-rules.ts';
import { commonVariant, healthyHomozygotes, rareVariant, tooCommon } from './frequency.ts';
import { nullVariant } from './loss-of-function.ts';
import { CASE_OUTCOMES, inOrder, nothingAssessable, type Outcome } from './outcome.ts';
import { predictedDamaging, predictedHarmless, silentVariant } from './prediction.ts';
import { changedLength, inRepeat } from './protein-length.ts';
import { type Score, scoreOf } from './score.ts';

/** What the rules make of one variant. */
export interface Verdict extends Score {
  /** Every criterion, in the order of CRITERIA. */
  readonly outcomes: readonly Outcome[];
  /** False where the guideline does not apply: then the class says nothing. */
  readonly applies: boolean;
}

const NOT_FOR: Readonly<Partial<Record<Scope, Verdict>>> = {
  mitochondrial: without('a mitochondrial variant: it has rules of its own (McCormick et al. 2020, Hum Mutat 41:2028)'),
  structural: without('a structural or symbolic allele: it has rules of its own (Riggs et al. 2020, Genet Med 22:245)'),
};

function without(reason: string): Verdict {
  const outcomes = nothingAssessable(reason);
  return { ...scoreOf(outcomes), outcomes, applies: false };
}

/** The class of a variant by itself, for PM3 and BP2 of another one: neither families nor a loaded ClinVar, which may know that other one, have a say in it. */
function classAlone({ families: _, ...alone }: VariantEvidence, context: RuleContext): PathogenicityClass | undefined {
  const { applies, withoutClinvar } = classify(alone, context);
  return applies ? withoutClinvar.class : undefined;
}

/** Applies every rule to one variant. Pure: the same evidence and context give the same verdict. */
export function classify(evidence: VariantEvidence, context: RuleContext): Verdict {
  const fixed = NOT_FOR[evidence.scope];
  if (fixed !== undefined) return fixed;
  const rare = rareVariant(evidence, context);
  const outcomes = inOrder([
    nullVariant(evidence, context),
    ...byNeighbours(evidence, context),
    rare,
    changedLength(evidence, context),
    predictedDamaging(evidence, context),
    commonVariant(evidence, context),
    tooCommon(evidence, context),
    healthyHomozygotes(evidence, context),
    inRepeat(evidence, context),
    predictedHarmless(evidence, context),
    silentVariant(evidence, context),
    ...CASE_OUTCOMES,
    ...byFamilies(evidence, context, rare, classAlone),
  ]);
  return { ...scoreOf(outcomes), outcomes, applies: true };
}
