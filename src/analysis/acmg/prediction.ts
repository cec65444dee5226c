import { lackOf, type RuleContext } from './context.ts';
import { POINTS, type Strength } from './criteria.ts';
import type { Effect, TranscriptEvidence, VariantEvidence } from './evidence.ts';
import { isNull } from './loss-of-function.ts';
import { met, notAssessable, notMet, type Outcome } from './outcome.ts';
import type { Profile } from './profile.ts';

/** Strengths in the order of a profile's cut-offs. */
const STRENGTHS: readonly Strength[] = ['supporting', 'moderate', 'strong', 'veryStrong'];

/** Effects that only splicing is predicted for. */
const SPLICED: ReadonlySet<Effect> = new Set(['synonymous', 'intron', 'untranslated', 'inframe']);

/** Where a variant that does not change splicing changes nothing: SpliceAI may speak for benign (Walker et al. 2023, AJHG 110:1046). */
const SILENT: ReadonlySet<Effect> = new Set(['synonymous', 'intron']);

/** PP3: the one chosen predictor for missense (Pejaver et al. 2022, AJHG 109:2163), SpliceAI for splicing; the stronger counts. */
export function predictedDamaging(evidence: VariantEvidence, context: RuleContext): Outcome {
  const { transcript, spliceai } = evidence;
  const { predictor, spliceai: splice } = context.profile;
  const strongest = strongestOf(context.profile, 'pathogenic');
  if (transcript === undefined) {
    return notAssessable('PP3', lackOf('transcripts', context), { greatest: Math.max(strongest, 1) });
  }
  if (isNull(transcript)) return NULL_PP3;
  const isSpliced = spliceai !== undefined && spliceai >= splice.pathogenic;
  const bySplicing = (greatest = 1): Outcome =>
    met('PP3', 'supporting', `SpliceAI ${spliceai}`, ['spliceai'], { greatest });
  // What SpliceAI could add where it is missing.
  const more = { greatest: spliceai === undefined ? POINTS.supporting : 0 };
  if (transcript.effect !== 'missense') {
    if (!SPLICED.has(transcript.effect)) return OUT_OF_SCOPE_PP3;
    if (isSpliced) return bySplicing();
    if (spliceai === undefined) return notAssessable('PP3', lackOf('spliceai', context), more);
    return notMet('PP3', `SpliceAI ${spliceai}`, ['spliceai']);
  }
  const score = evidence[predictor];
  if (score === undefined) {
    if (isSpliced) return bySplicing(Math.max(strongest, 1));
    return notAssessable('PP3', lackOf(predictor, context), { greatest: Math.max(strongest, more.greatest) });
  }
  const level = levelOf(score, context.profile[predictor].pathogenic, false);
  const reason = `${predictor.toUpperCase()} ${score}`;
  if (level > 0) return met('PP3', STRENGTHS[level - 1]!, reason, [predictor]);
  return isSpliced ? bySplicing() : notMet('PP3', reason, [predictor], more);
}

const NULL_PP3 = notMet('PP3', 'PVS1 is the criterion for a null variant', ['consequence']);
const OUT_OF_SCOPE_PP3 = notMet('PP3', 'neither missense nor where splicing is predicted', ['consequence']);

/** BP4: the same predictors, the other way. For missense both must agree: SpliceAI above its benign cut-off forbids it. */
export function predictedHarmless(evidence: VariantEvidence, context: RuleContext): Outcome {
  const { transcript, spliceai } = evidence;
  const { predictor, spliceai: splice } = context.profile;
  const strongest = -strongestOf(context.profile, 'benign');
  if (transcript === undefined) {
    return notAssessable('BP4', lackOf('transcripts', context), { least: Math.min(strongest, -1) });
  }
  const isSilent = SILENT.has(transcript.effect) && transcript.proteinCoding !== false;
  if (transcript.effect !== 'missense' && !isSilent) return OUT_OF_SCOPE_BP4;
  if (spliceai !== undefined && spliceai > splice.benign) return notMet('BP4', `SpliceAI ${spliceai}`, ['spliceai']);
  if (isSilent) {
    if (spliceai === undefined) return notAssessable('BP4', lackOf('spliceai', context), { least: -1 });
    return met('BP4', 'supporting', `SpliceAI ${spliceai}`, ['spliceai']);
  }
  const score = evidence[predictor];
  if (score === undefined) return notAssessable('BP4', lackOf(predictor, context), { least: strongest });
  const level = levelOf(score, context.profile[predictor].benign, true);
  const reason = `${predictor.toUpperCase()} ${score}`;
  if (level === 0) return notMet('BP4', reason, [predictor]);
  if (spliceai !== undefined)
    return met('BP4', STRENGTHS[level - 1]!, `${reason}, SpliceAI ${spliceai}`, [predictor, 'spliceai']);
  return met('BP4', STRENGTHS[level - 1]!, `${reason}; ${lackOf('spliceai', context)}`, [predictor], { greatest: 0 });
}

const OUT_OF_SCOPE_BP4 = notMet('BP4', 'neither missense nor silent', ['consequence']);

/** First intronic bases, from the exon's end and before its start, at which BP7 may hold (Walker et al. 2023, AJHG 110:1046). */
const FIRST_DEEP_BASE = { after: 7, before: 21 };

/** BP7: silent and with no predicted effect on splicing; also deep in an intron. Conservation is no longer asked for (Walker 2023). */
export function silentVariant({ transcript, spliceai }: VariantEvidence, context: RuleContext): Outcome {
  const missing = { least: -POINTS.supporting };
  if (transcript === undefined) return notAssessable('BP7', lackOf('transcripts', context), missing);
  if (!SILENT.has(transcript.effect) || transcript.proteinCoding === false) return NOT_SILENT;
  if (transcript.effect === 'synonymous' && transcript.nearSplice) return NEAR_SPLICE;
  if (spliceai !== undefined && spliceai > context.profile.spliceai.benign) {
    return notMet('BP7', `SpliceAI ${spliceai}`, ['spliceai']);
  }
  if (transcript.effect === 'intron') {
    const deep = isDeepIntronic(transcript);
    if (deep === undefined) return NO_INTRON_POSITION;
    if (!deep) return NOT_DEEP;
  }
  if (spliceai === undefined) return notAssessable('BP7', lackOf('spliceai', context), missing);
  return met('BP7', 'supporting', `${transcript.effect}, SpliceAI ${spliceai}`, ['consequence', 'spliceai']);
}

const NOT_SILENT = notMet('BP7', 'neither synonymous nor intronic in a coding transcript', ['consequence']);
const NEAR_SPLICE = notMet('BP7', 'synonymous, but at a splice site', ['consequence']);
const NOT_DEEP = notMet('BP7', 'intronic, but before +7 or after -21', ['hgvsC']);
const NO_INTRON_POSITION = notAssessable('BP7', 'no HGVS that tells how deep in the intron', { least: -1 });

/** Every intronic position of the variant's HGVS is at or beyond +7 and -21; undefined when HGVS tells none. */
function isDeepIntronic({ hgvsC }: TranscriptEvidence): boolean | undefined {
  if (hgvsC === undefined) return undefined;
  let deep: boolean | undefined;
  for (const [, side, offset] of hgvsC.matchAll(/\d([+-])(\d+)/g)) {
    const first = side === '+' ? FIRST_DEEP_BASE.after : FIRST_DEEP_BASE.before;
    deep = (deep ?? true) && Number(offset) >= first;
  }
  return deep;
}

/** How many of the cut-offs, the weakest first, a score passes; a cut-off itself is passed. */
function levelOf(score: number, cutOffs: readonly number[], downwards: boolean): number {
  let level = 0;
  while (level < cutOffs.length && (downwards ? score <= cutOffs[level]! : score >= cutOffs[level]!)) level++;
  return level;
}

function strongestOf(profile: Profile, direction: 'pathogenic' | 'benign'): number {
  const strength = STRENGTHS[profile[profile.predictor][direction].length - 1];
  return strength === undefined ? 0 : POINTS[strength];
}
