import { lackOf, type RuleContext } from './context.ts';
import { POINTS } from './criteria.ts';
import type { VariantEvidence } from './evidence.ts';
import { met, notAssessable, notMet, type Outcome } from './outcome.ts';

const MODERATE = { greatest: POINTS.moderate };
const SUPPORTING = { least: -POINTS.supporting };

/** PM4: the protein changes its length, in frame outside repeats or by a lost stop (Richards 2015). */
export function changedLength(evidence: VariantEvidence, context: RuleContext): Outcome {
  const { transcript, repeat } = evidence;
  if (transcript === undefined) return notAssessable('PM4', lackOf('transcripts', context), MODERATE);
  if (transcript.proteinCoding === false) return OUT_OF_SCOPE_PM4;
  if (transcript.effect === 'stopLost') return STOP_LOST;
  if (transcript.effect !== 'inframe') return OUT_OF_SCOPE_PM4;
  if (repeat !== undefined) return notMet('PM4', `in frame, but in a repeat (${repeat})`, ['repeat']);
  if (context.sources.repeats !== 'annotated') return notAssessable('PM4', lackOf('repeats', context), MODERATE);
  return OUTSIDE_REPEATS;
}

const OUT_OF_SCOPE_PM4 = notMet('PM4', 'the protein keeps its length, or PVS1 is the criterion', ['consequence']);
const STOP_LOST = met('PM4', 'moderate', 'the stop is lost', ['consequence']);
const OUTSIDE_REPEATS = met('PM4', 'moderate', 'in frame, not in a repeat', ['consequence', 'repeat']);

/** BP3: in frame, in a repeat without known function (Richards 2015). */
export function inRepeat(evidence: VariantEvidence, context: RuleContext): Outcome {
  const { transcript, repeat } = evidence;
  if (transcript === undefined) return notAssessable('BP3', lackOf('transcripts', context), SUPPORTING);
  if (transcript.effect !== 'inframe' || transcript.proteinCoding === false) return OUT_OF_SCOPE_BP3;
  if (transcript.domains.length > 0) {
    return notMet('BP3', `in a domain (${transcript.domains[0]})`, ['domains']);
  }
  if (repeat === undefined) {
    if (context.sources.repeats !== 'annotated') return notAssessable('BP3', lackOf('repeats', context), SUPPORTING);
    return NOT_IN_REPEAT;
  }
  if (context.sources.domains !== 'annotated') return notAssessable('BP3', lackOf('domains', context), SUPPORTING);
  return met('BP3', 'supporting', `in frame, in a repeat (${repeat}), in no known domain`, ['repeat', 'domains']);
}

const OUT_OF_SCOPE_BP3 = notMet('BP3', 'not an in-frame insertion or deletion', ['consequence']);
const NOT_IN_REPEAT = notMet('BP3', 'not in a repeat', ['repeat']);
