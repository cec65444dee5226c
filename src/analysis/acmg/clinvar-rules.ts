import { type ClinvarIndex, type ClinvarRecord, type GeneCounts, sideOf } from './clinvar.ts';
import { type CodonChange, codonChange, replaced } from './codon.ts';
import { lackOf, type RuleContext } from './context.ts';
import { type Criterion, factsOf, POINTS, signOf } from './criteria.ts';
import type { TranscriptEvidence, VariantEvidence } from './evidence.ts';
import { met, notAssessable, notMet, type Outcome, type Range } from './outcome.ts';

const CRITERIA_OF_MISSENSE = ['PS1', 'PM1', 'PM5', 'PP2', 'BP1'] as const;

const NO_CLINVAR = everyOf('no ClinVar was loaded');
const NOT_MISSENSE = CRITERIA_OF_MISSENSE.map((criterion) =>
  notMet(criterion, 'not a missense variant', ['consequence']),
);
const NOT_CODING = CRITERIA_OF_MISSENSE.map((criterion) =>
  notMet(criterion, 'the transcript is not protein-coding', ['biotype']),
);
const NOT_CONFIGURED = (['PM1', 'PP2', 'BP1'] as const).map((criterion) =>
  notAssessable(criterion, 'not configured: the profile has no heuristics'),
);

/**
 * PS1, PM5, PM1, PP2 and BP1: what other variants in a loaded ClinVar say of a missense variant. The variant's own record never
 * counts. PM1, PP2 and BP1 are heuristics over ClinVar's counts; docs/acmg.md says which.
 */
export function byNeighbours(evidence: VariantEvidence, context: RuleContext): readonly Outcome[] {
  const { transcript } = evidence;
  const { clinvar, profile } = context;
  if (transcript === undefined) return everyOf(lackOf('transcripts', context));
  if (transcript.effect !== 'missense') return NOT_MISSENSE;
  if (transcript.proteinCoding === false) return NOT_CODING;
  if (clinvar === undefined) return NO_CLINVAR;
  const { gene } = transcript;
  if (gene === undefined) return NO_GENE;
  const residue = sameResidue(evidence, transcript, gene, context, clinvar);
  if (profile.heuristics === null) return [...residue, ...NOT_CONFIGURED];
  return [...residue, ...ofGene(evidence, gene, clinvar, profile.heuristics)];
}

/** PS1 and PM5 look at one residue and do not count twice, so what PM5 could add is in what PS1 could. */
function rangeOf(criterion: Criterion): Range {
  const points = criterion === 'PM5' ? 0 : signOf(criterion) * POINTS[factsOf(criterion).strength];
  return points < 0 ? { least: points } : { greatest: points };
}

function everyOf(reason: string): readonly Outcome[] {
  return CRITERIA_OF_MISSENSE.map((criterion) => notAssessable(criterion, reason, rangeOf(criterion)));
}

const NO_GENE = everyOf('the annotation names no gene');
const NO_CODONS = (['PS1', 'PM5'] as const).map((criterion) =>
  notAssessable(criterion, 'the annotation has no Codons and STRAND (VEP)', rangeOf(criterion)),
);
const NOT_ONE_BASE = (['PS1', 'PM5'] as const).map((criterion) =>
  notAssessable(criterion, 'not the substitution of one base: its codon is not compared'),
);
const SPLICES = (['PS1', 'PM5'] as const).map((criterion) =>
  notMet(criterion, 'SpliceAI predicts an effect on splicing: the amino acid is not what matters', ['spliceai']),
);
const NOT_ESTABLISHED = (['PS1', 'PM5'] as const).map((criterion) =>
  notMet(criterion, 'no other missense variant of the residue is established as pathogenic in ClinVar', ['codons']),
);
const ONCE = notMet('PM5', 'PS1 counts this residue', ['codons']);
const ANOTHER_CHANGE = notMet('PS1', 'the established variants of the residue make another amino acid', ['codons']);

/** PS1: the same amino acid by another base change. PM5: another amino acid at the same residue (Richards 2015). */
function sameResidue(
  evidence: VariantEvidence,
  transcript: TranscriptEvidence,
  gene: string,
  context: RuleContext,
  clinvar: ClinvarIndex,
): readonly Outcome[] {
  const { codons, strand } = transcript;
  if (codons === undefined || strand === undefined) return NO_CODONS;
  const change = codonChange(codons, strand, evidence.pos);
  if (change === undefined || evidence.ref.length !== 1 || evidence.alt.length !== 1) return NOT_ONE_BASE;
  const { spliceai } = evidence;
  const { profile } = context;
  if (spliceai !== undefined && spliceai >= profile.spliceai.pathogenic) return SPLICES;
  // Where SpliceAI is missing it could still say that splicing is what matters.
  const range = spliceai === undefined ? { least: 0 } : {};
  let other: ClinvarRecord | undefined;
  for (const record of neighboursIn(change, evidence, gene, clinvar)) {
    if (record.verdict !== 'pathogenic' || record.stars < profile.clinvar.minStars) continue;
    const amino = replaced(change, change.positions.indexOf(record.pos), record.ref, record.alt);
    if (amino === undefined || amino === change.from || amino === '*') continue;
    const ids = [`clinvar:${record.id}`, 'codons'];
    if (amino === change.to) return [met('PS1', 'strong', describe(record), ids, range), ONCE];
    other ??= record;
  }
  if (other === undefined) return NOT_ESTABLISHED;
  return [ANOTHER_CHANGE, met('PM5', 'moderate', describe(other), [`clinvar:${other.id}`, 'codons'], range)];
}

/** Missense substitutions of one base in the codon, in the same gene, but for the variant itself. */
function neighboursIn(
  { positions }: CodonChange,
  { chrom, pos, ref, alt }: VariantEvidence,
  gene: string,
  clinvar: ClinvarIndex,
): readonly ClinvarRecord[] {
  return clinvar
    .between(chrom, Math.min(...positions), Math.max(...positions))
    .filter(
      (record) =>
        record.effect === 'missense' &&
        record.ref.length === 1 &&
        record.alt.length === 1 &&
        !(record.pos === pos && record.ref === ref && record.alt === alt) &&
        record.genes.includes(gene),
    );
}

function describe({ id, pos, ref, alt, significance, stars }: ClinvarRecord): string {
  return `ClinVar ${id} (${pos} ${ref}>${alt}): ${significance}, ${stars} stars`;
}

type Heuristics = NonNullable<RuleContext['profile']['heuristics']>;

function ofGene(
  evidence: VariantEvidence,
  gene: string,
  clinvar: ClinvarIndex,
  heuristics: Heuristics,
): readonly Outcome[] {
  const counts = withoutItself(evidence, gene, clinvar, heuristics.minStars);
  return [
    hotspot(evidence, gene, clinvar, heuristics),
    missenseGene(gene, counts, heuristics.pp2),
    truncatingGene(gene, counts, heuristics.bp1),
  ];
}

/** PM1 as a heuristic: many pathogenic and no benign missense variants within some bases, its own residue left to PS1 and PM5. */
function hotspot(
  { chrom, pos }: VariantEvidence,
  gene: string,
  clinvar: ClinvarIndex,
  { minStars, pm1 }: Heuristics,
): Outcome {
  let pathogenic = 0;
  let benign = 0;
  for (const record of clinvar.between(chrom, pos - pm1.windowBases, pos + pm1.windowBases)) {
    if (record.effect !== 'missense' || record.stars < minStars || !record.genes.includes(gene)) continue;
    const side = sideOf(record);
    if (side === 'benign' && !isSameResidue(record.pos, pos)) benign++;
    if (side === 'pathogenic' && !isSameResidue(record.pos, pos)) pathogenic++;
  }
  const reason = `heuristic: ${pathogenic} pathogenic and ${benign} benign missense variants within ${pm1.windowBases} bases`;
  return pathogenic >= pm1.minPathogenic && benign === 0
    ? met('PM1', 'moderate', reason, ['clinvar:window'])
    : notMet('PM1', reason, ['clinvar:window']);
}

/** Without the codon's frame: whatever could lie in the same codon, the variant itself included. */
function isSameResidue(a: number, b: number): boolean {
  return Math.abs(a - b) <= 2;
}

function withoutItself(
  { chrom, pos, ref, alt }: VariantEvidence,
  gene: string,
  clinvar: ClinvarIndex,
  minStars: number,
): GeneCounts {
  const counts = clinvar.gene(gene, minStars);
  const own = clinvar.find(chrom, pos, ref, alt);
  if (own === undefined || own.stars < minStars || !own.genes.includes(gene)) return counts;
  const side = sideOf(own);
  if (side === undefined || own.effect === 'other') return counts;
  if (side === 'benign') {
    return own.effect === 'missense' ? { ...counts, benignMissense: counts.benignMissense - 1 } : counts;
  }
  const key = own.effect === 'missense' ? 'pathogenicMissense' : 'pathogenicTruncating';
  return { ...counts, [key]: counts[key] - 1 };
}

/** PP2 as a heuristic: most pathogenic variants of the gene are missense, and few missense variants are benign. */
function missenseGene(gene: string, counts: GeneCounts, cutOff: Heuristics['pp2']): Outcome {
  const { pathogenicMissense, pathogenicTruncating, benignMissense } = counts;
  const pathogenic = pathogenicMissense + pathogenicTruncating;
  const reason = `heuristic: of ${gene}, ${pathogenicMissense} of ${pathogenic} pathogenic variants are missense, ${benignMissense} missense are benign`;
  const holds =
    pathogenic >= cutOff.minPathogenic &&
    pathogenicMissense >= cutOff.minMissenseShare * pathogenic &&
    benignMissense <= cutOff.maxBenignShare * (pathogenicMissense + benignMissense);
  return holds ? met('PP2', 'supporting', reason, ['clinvar:gene']) : notMet('PP2', reason, ['clinvar:gene']);
}

/** BP1 as a heuristic: nearly all pathogenic variants of the gene truncate. */
function truncatingGene(gene: string, counts: GeneCounts, cutOff: Heuristics['bp1']): Outcome {
  const { pathogenicMissense, pathogenicTruncating } = counts;
  const pathogenic = pathogenicMissense + pathogenicTruncating;
  const reason = `heuristic: of ${gene}, ${pathogenicTruncating} of ${pathogenic} pathogenic variants truncate`;
  const holds = pathogenic >= cutOff.minPathogenic && pathogenicTruncating >= cutOff.minTruncatingShare * pathogenic;
  return holds ? met('BP1', 'supporting', reason, ['clinvar:gene']) : notMet('BP1', reason, ['clinvar:gene']);
}
