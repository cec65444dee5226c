import type { RuleContext } from './context.ts';
import { lackOf } from './context.ts';
import { POINTS, type Strength } from './criteria.ts';
import type { TranscriptEvidence, VariantEvidence } from './evidence.ts';
import { met, notAssessable, notMet, type Outcome } from './outcome.ts';

/**
 * PVS1 by the decision tree of Abou Tayoun et al. 2018 (Hum Mutat 39:1517, figure 1). Where the file does not say which branch
 * it is, the branch that weighs least counts, and `greatest` says what it could be: PVS1 is the criterion that tools overcall.
 */
export function nullVariant(evidence: VariantEvidence, context: RuleContext): Outcome {
  const { transcript } = evidence;
  if (transcript === undefined) return notAssessable('PVS1', lackOf('transcripts', context), ANY);
  if (!isNull(transcript)) return NOT_NULL;
  if (transcript.proteinCoding === false) return NOT_CODING;
  const { lossOfFunctionGenes } = context;
  if (lossOfFunctionGenes === undefined) return NO_GENES;
  if (transcript.gene === undefined) return NO_GENE;
  if (!lossOfFunctionGenes.has(transcript.gene)) {
    return notMet('PVS1', `${transcript.gene} is not listed as a gene in which loss of function causes disease`, [
      'gene',
    ]);
  }
  return isRelevant(transcript) ? strengthOf(transcript, context) : NOT_RELEVANT;
}

/** Effects for which PVS1 is the criterion. Predictors of missense and of splicing do not count beside it. */
export function isNull({ effect }: Pick<TranscriptEvidence, 'effect'>): boolean {
  return effect === 'startLost' || isTruncating(effect) || effect === 'spliceSite' || effect === 'transcriptAblation';
}

const ANY = { least: 0, greatest: POINTS.veryStrong };
const NOT_NULL = notMet('PVS1', 'not a null variant', ['consequence']);
const NOT_CODING = notMet('PVS1', 'the transcript is not protein-coding', ['biotype']);
const NO_GENES = notAssessable('PVS1', 'no list of genes in which loss of function causes disease', ANY);
const NO_GENE = notAssessable('PVS1', 'the annotation names no gene', ANY);
const NOT_RELEVANT = notAssessable(
  'PVS1',
  'the transcript is neither MANE nor canonical, and others of the gene are not affected: nobody says that it matters',
  ANY,
  ['transcript'],
);

function isTruncating(effect: TranscriptEvidence['effect']): boolean {
  return effect === 'stopGained' || effect === 'frameshift';
}

/** Present in a transcript that matters: the tree asks for it on every branch. */
function isRelevant({ rank, inEveryTranscript }: TranscriptEvidence): boolean {
  return inEveryTranscript || (rank !== 'other' && rank !== 'unknown');
}

function strengthOf(transcript: TranscriptEvidence, context: RuleContext): Outcome {
  if (transcript.effect === 'transcriptAblation') {
    return met('PVS1', 'veryStrong', 'the whole transcript is deleted', ['consequence', 'gene']);
  }
  if (transcript.effect === 'startLost') return lostStart(transcript);
  if (transcript.loftee === 'LC' && transcript.lofteeFilter !== 'END_TRUNC') {
    return notMet('PVS1', `LOFTEE: low confidence (${transcript.lofteeFilter ?? 'no reason given'})`, ['loftee']);
  }
  const outcome = transcript.effect === 'spliceSite' ? splice(transcript, context) : truncation(transcript, context);
  // LOFTEE could still call it low confidence.
  return transcript.loftee === undefined ? { ...outcome, least: 0 } : outcome;
}

function lostStart({ inEveryTranscript }: TranscriptEvidence): Outcome {
  if (!inEveryTranscript) return OTHER_START;
  return met(
    'PVS1',
    'supporting',
    'loss of the only start; whether pathogenic variants lie before the next one is not known',
    ['consequence', 'gene'],
  );
}

const OTHER_START = notMet('PVS1', 'another transcript of the gene starts elsewhere', ['consequence', 'transcript']);

function truncation(transcript: TranscriptEvidence, context: RuleContext): Outcome {
  const escaped = shortened(transcript, context);
  const decay = decayOf(transcript, context);
  if (decay.escapes === false) {
    const least = saysAll(transcript, context) ? POINTS.veryStrong : POINTS[escaped.least];
    return met('PVS1', 'veryStrong', `${decay.reason}: decay is expected`, ['consequence', 'gene', decay.evidence], {
      least,
    });
  }
  const reason = `${decay.reason}; ${escaped.reason}`;
  const greatest = decay.escapes ? POINTS[escaped.greatest] : POINTS.veryStrong;
  return met('PVS1', escaped.least, reason, ['consequence', 'gene', decay.evidence, 'protein'], { greatest });
}

interface Decay {
  /** Undefined: nobody knows. */
  readonly escapes: boolean | undefined;
  readonly reason: string;
  readonly evidence: string;
}

/** Whether the messenger escapes nonsense-mediated decay: in the last exon, or the last 50 bases of the one before it. */
function decayOf(transcript: TranscriptEvidence, { sources }: RuleContext): Decay {
  const { exon, escapesNmd, escapesFiftyBases, lofteeFilter } = transcript;
  if (escapesNmd) return { escapes: true, reason: "escapes decay by VEP's NMD plugin", evidence: 'nmd' };
  if (lofteeFilter === 'END_TRUNC' || escapesFiftyBases === true) {
    return { escapes: true, reason: 'escapes decay by LOFTEE', evidence: 'loftee' };
  }
  if (exon !== undefined && exon.number >= exon.of) {
    return { escapes: true, reason: `escapes decay: exon ${exon.number} is the last`, evidence: 'exon' };
  }
  if (sources.nmd === 'annotated') {
    return { escapes: false, reason: "VEP's NMD plugin finds no escape", evidence: 'nmd' };
  }
  if (escapesFiftyBases === false) {
    return { escapes: false, reason: 'before the last 50 bases by LOFTEE', evidence: 'loftee' };
  }
  if (exon !== undefined && exon.number < exon.of - 1) {
    return { escapes: false, reason: `exon ${exon.number} of ${exon.of}`, evidence: 'exon' };
  }
  const reason =
    exon === undefined
      ? 'whether it escapes decay is not known (no EXON)'
      : `whether it lies in the last 50 bases of exon ${exon.number}, the last but one, is not known`;
  return { escapes: undefined, reason, evidence: 'exon' };
}

/** Nobody is left who could still find that decay is escaped. */
function saysAll({ exon, loftee, escapesFiftyBases }: TranscriptEvidence, { sources }: RuleContext): boolean {
  return exon !== undefined && loftee !== undefined && escapesFiftyBases !== undefined && sources.nmd === 'annotated';
}

interface Shortened {
  readonly least: Strength;
  readonly greatest: Strength;
  readonly reason: string;
}

/** What a shortened protein weighs: strong when more than a tenth is gone. Whether a critical region is, nobody tells us. */
function shortened({ proteinPosition, proteinLength }: TranscriptEvidence, { profile }: RuleContext): Shortened {
  if (proteinPosition === undefined || proteinLength === undefined) {
    return { least: 'moderate', greatest: 'strong', reason: 'how much of the protein is gone is not known' };
  }
  const gone = proteinLength - proteinPosition + 1;
  const strength = gone > profile.pvs1.removedFraction * proteinLength ? 'strong' : 'moderate';
  return { least: strength, greatest: strength, reason: `${gone} of ${proteinLength} amino acids are gone` };
}

/** A splice site: what skipping does to the reading frame stands in no annotation that we read. */
function splice({ intron, escapesNmd }: TranscriptEvidence, { profile }: RuleContext): Outcome {
  const strength = profile.pvs1.spliceFrameUnknown;
  const isLast = escapesNmd || (intron !== undefined && intron.number >= intron.of);
  const greatest = POINTS[isLast ? 'strong' : 'veryStrong'];
  const reason = 'a splice site of which nobody says whether skipping its exon keeps the reading frame';
  return met('PVS1', strength, reason, ['consequence', 'gene', 'intron'], { greatest });
}
