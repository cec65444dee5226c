import { NOT_CLASSIFIED, NOTICE, type PathogenicityClass } from '../../core/verdicts.ts';
import type { FamilyFinding } from '../family/finding.ts';
import type { Verdict } from './classify.ts';
import type { ClinvarIndex } from './clinvar.ts';
import { sideOf, verdictOf } from './clinvar.ts';
import { factsOf, RULES_VERSION } from './criteria.ts';
import { keyOf, type Place, type VariantEvidence } from './evidence.ts';
import { movesOf } from './moves.ts';
import type { EvidenceId, Outcome } from './outcome.ts';
import { oddsOf, posteriorOf, type Sum } from './score.ts';

/** What every verdict of one run has in common. */
export interface Provenance {
  readonly profile: string;
  /** Name and version of what annotated the file, as its header says, and of the ClinVar that was loaded. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** What ClinVar says of the variant itself: beside our verdict, never a part of it. */
export interface OwnClinvar {
  readonly significance: string;
  readonly stars: number | undefined;
  /** The loaded ClinVar's variation; undefined: the file itself says so. */
  readonly id: string | undefined;
}

/** The loaded ClinVar's record of the variant, else what the file says. */
export function ownClinvar(evidence: VariantEvidence, clinvar: ClinvarIndex | undefined): OwnClinvar | undefined {
  const record = clinvar?.find(evidence.chrom, evidence.pos, evidence.ref, evidence.alt);
  if (record !== undefined) return { significance: record.significance, stars: record.stars, id: record.id };
  return evidence.clinvar === undefined ? undefined : { ...evidence.clinvar, id: undefined };
}

const SIDES: Partial<Record<PathogenicityClass, ReturnType<typeof sideOf>>> = {
  Pathogenic: 'pathogenic',
  'Likely pathogenic': 'pathogenic',
  'Likely benign': 'benign',
  Benign: 'benign',
};

/** One of ours is pathogenic where ClinVar's is benign, or the other way. */
export function crosses(verdict: Verdict, clinvar: OwnClinvar | undefined): boolean {
  if (clinvar === undefined || !verdict.applies) return false;
  const theirs = sideOf({ verdict: verdictOf(clinvar.significance) });
  const ours = SIDES[verdict.class];
  return ours !== undefined && theirs !== undefined && ours !== theirs;
}

/** A verdict as one JSON object. */
export function verdictJson(
  evidence: VariantEvidence,
  verdict: Verdict,
  clinvar: OwnClinvar | undefined,
  { profile, annotations }: Provenance,
): Record<string, unknown> {
  const { points, applies, standAlone, cap } = verdict;
  const sum = (of: Sum) => ({ class: applies ? of.class : NOT_CLASSIFIED, points: of.points });
  return {
    type: 'verdict',
    key: keyOf(evidence),
    id: evidence.id === '.' ? null : evidence.id,
    ...sum(verdict),
    standAlone,
    odds: applies && !standAlone ? rounded(oddsOf(points)) : null,
    posterior: applies && !standAlone ? rounded(posteriorOf(points)) : null,
    withoutClinvar: sum(verdict.withoutClinvar),
    least: sum(verdict.least),
    greatest: sum(verdict.greatest),
    cap,
    criteria: verdict.outcomes.map(outcomeJson),
    moves: movesOf(verdict) ?? null,
    clinvar: clinvar ?? null,
    crossesClinvar: crosses(verdict, clinvar),
    transcript: transcriptJson(evidence),
    ...(evidence.families === undefined ? {} : { families: evidence.families.map(familyJson) }),
    evidence: evidenceOf(evidence, verdict.outcomes),
    rules: RULES_VERSION,
    profile,
    annotations,
    notice: NOTICE,
  };
}

function outcomeJson({ criterion, status, strength, points, reason, evidence, least, greatest }: Outcome) {
  const { heuristic = false, basis } = factsOf(criterion);
  return { criterion, status, strength: strength ?? null, points, reason, evidence, basis, heuristic, least, greatest };
}

function familyJson({ family, ordinal, modes, partners }: FamilyFinding<VariantEvidence>) {
  return {
    family,
    ordinal,
    modes,
    partners: partners.map(({ variant, ...partner }) => ({ variant: keyOf(variant), ...partner })),
  };
}

function transcriptJson({ transcript }: VariantEvidence) {
  if (transcript === undefined) return null;
  const { name, gene, rank, consequence, hgvsC, hgvsP, others } = transcript;
  return { name, gene, rank, consequence, hgvsC, hgvsP, others };
}

/** Of evidence that a criterion cites for being absent. */
export const NO_VALUE = 'no value';

/** Every value that the rules saw, by the ids that criteria cite; no criterion cites what does not stand here. */
export function evidenceOf(
  evidence: VariantEvidence,
  outcomes: readonly Outcome[],
): Readonly<Record<EvidenceId, string | number>> {
  const values: Record<EvidenceId, string | number> = {};
  for (const [id, value] of Object.entries({ ...transcriptValues(evidence), ...variantValues(evidence) })) {
    if (value !== undefined) values[id] = value;
  }
  for (const { evidence: ids, reason } of outcomes) {
    // What is cited for being absent; of ClinVar, what the reason tells.
    for (const id of ids) values[id] ??= id.startsWith('clinvar:') ? reason : NO_VALUE;
  }
  return values;
}

type Values = Readonly<Record<EvidenceId, string | number | undefined>>;

function variantValues(evidence: VariantEvidence): Values {
  const { populations, revel, cadd, spliceai, repeat } = evidence;
  const frequencies = Object.fromEntries(populations.map(({ name, frequency }) => [name, frequency]));
  const families = (evidence.families ?? []).map(({ ordinal, modes }) => [
    `family:${ordinal}`,
    modes.map(({ mode, status }) => `${mode} ${status}`).join(', ') || 'no mode of inheritance fits',
  ]);
  return { variant: keyOf(evidence), revel, cadd, spliceai, repeat, ...frequencies, ...Object.fromEntries(families) };
}

function transcriptValues({ transcript }: VariantEvidence): Values {
  if (transcript === undefined) return {};
  const { proteinCoding, proteinPosition, proteinLength, exon, intron, loftee, lofteeFilter } = transcript;
  const place = (of: Place | undefined): string | undefined => of && `${of.number}/${of.of}`;
  return {
    gene: transcript.gene,
    transcript: transcript.name,
    consequence: transcript.consequence,
    hgvsC: transcript.hgvsC,
    biotype: proteinCoding === undefined ? undefined : proteinCoding ? 'protein-coding' : 'not protein-coding',
    exon: place(exon),
    intron: place(intron),
    protein: proteinPosition && `${proteinPosition}/${proteinLength ?? '?'}`,
    codons: transcript.codons,
    loftee: loftee && [loftee, lofteeFilter].filter(Boolean).join(' '),
    nmd: transcript.escapesNmd ? 'escapes' : undefined,
    domains: transcript.domains.join('&') || undefined,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
