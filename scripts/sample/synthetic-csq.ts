import { csqEntry, vepAlleles } from './csq.ts';
import type { SyntheticGene, SyntheticTranscript } from './genes.ts';
import type { SeededRandom } from './random.ts';

export interface SyntheticConsequence {
  readonly terms: string;
  readonly impact: 'HIGH' | 'MODERATE' | 'LOW' | 'MODIFIER';
}

type Weighted = readonly (readonly [value: SyntheticConsequence, weight: number])[];

function weights(
  ...rows: readonly (readonly [terms: string, impact: SyntheticConsequence['impact'], weight: number])[]
): Weighted {
  return rows.map(([terms, impact, weight]) => [{ terms, impact }, weight]);
}

const NONCODING = [
  ['intron_variant', 'MODIFIER', 38],
  ['3_prime_UTR_variant', 'MODIFIER', 7],
  ['5_prime_UTR_variant', 'MODIFIER', 3],
  ['upstream_gene_variant', 'MODIFIER', 5],
  ['downstream_gene_variant', 'MODIFIER', 5],
] as const;

const OF_SNV = weights(
  ...NONCODING,
  ['missense_variant', 'MODERATE', 18],
  ['synonymous_variant', 'LOW', 20],
  ['splice_region_variant&intron_variant', 'LOW', 2],
  ['splice_polypyrimidine_tract_variant&intron_variant', 'LOW', 1],
  ['stop_gained', 'HIGH', 0.5],
  ['splice_donor_variant', 'HIGH', 0.25],
  ['splice_acceptor_variant', 'HIGH', 0.25],
);
const OF_FRAMESHIFT = weights(...NONCODING, ['frameshift_variant', 'HIGH', 4]);
const OF_INSERTION = weights(...NONCODING, ['inframe_insertion', 'MODERATE', 12]);
const OF_DELETION = weights(...NONCODING, ['inframe_deletion', 'MODERATE', 12]);

/** What the first ALT does to the gene's preferred transcript. */
export function consequenceFor(random: SeededRandom, ref: string, alt: string): SyntheticConsequence {
  if (ref.length === alt.length) return random.weighted(OF_SNV);
  if ((ref.length - alt.length) % 3 !== 0) return random.weighted(OF_FRAMESHIFT);
  return random.weighted(ref.length > alt.length ? OF_DELETION : OF_INSERTION);
}

export function intergenicCsq(ref: string, alts: readonly string[], frequency: string): string {
  return vepAlleles(ref, alts)
    .map((Allele) => csqEntry({ Allele, Consequence: 'intergenic_variant', IMPACT: 'MODIFIER', gnomADe_AF: frequency }))
    .join(',');
}

interface Annotated {
  readonly gene: SyntheticGene;
  readonly worst: SyntheticConsequence;
  readonly ref: string;
  readonly alts: readonly string[];
  readonly pos: number;
  readonly id: string;
  readonly frequency: string;
}

/** One entry a transcript and ALT, as VEP lists them. */
export function geneCsq(random: SeededRandom, variant: Annotated): string {
  const scores = scoresFor(random, variant.worst);
  const names = vepAlleles(variant.ref, variant.alts);
  return variant.gene.transcripts
    .flatMap((transcript) =>
      names.map((allele, i) =>
        transcriptEntry(random, variant, transcript, { allele, alt: variant.alts[i] ?? '', scores }),
      ),
    )
    .join(',');
}

interface Scores {
  readonly cadd: string;
  readonly revel: string;
  readonly splice: readonly string[];
}

const CADD_RANGES = { HIGH: [28, 45], MODERATE: [8, 31], LOW: [3, 16], MODIFIER: [0.1, 12] } as const;

function scoresFor(random: SeededRandom, { terms, impact }: SyntheticConsequence): Scores {
  const [low, high] = CADD_RANGES[impact];
  const splices = terms.startsWith('splice') || random.chance(0.05);
  const delta = (): string => (splices ? random.next() ** 3 : random.next() * 0.04).toFixed(2);
  return {
    cadd: (low + (high - low) * random.next()).toFixed(1),
    revel: terms === 'missense_variant' ? (random.next() ** 1.7).toFixed(3) : '',
    splice: splices || impact !== 'MODIFIER' ? [delta(), delta(), delta(), delta()] : ['', '', '', ''],
  };
}

const AMINO_ACIDS = 'Ala Arg Asn Asp Cys Gln Glu Gly His Ile Leu Lys Met Phe Pro Ser Thr Trp Tyr Val'.split(' ');

function transcriptEntry(
  random: SeededRandom,
  { gene, worst, ref, pos, id, frequency }: Annotated,
  transcript: SyntheticTranscript,
  { allele, alt, scores }: { readonly allele: string; readonly alt: string; readonly scores: Scores },
): string {
  const noncoding = transcript.biotype !== 'protein_coding';
  const terms = noncoding ? 'intron_variant&non_coding_transcript_variant' : worst.terms;
  const coding = !noncoding && !/^(up|down)stream/.test(terms);
  const cds = 1 + Math.floor((pos - gene.start) / 90);
  const codon = Math.ceil(cds / 3);
  const exon = 1 + Math.min(gene.exons - 1, Math.floor(((pos - gene.start) / (gene.end - gene.start)) * gene.exons));
  const inExon = coding && !terms.includes('intron') && !terms.startsWith('splice');
  const changes = inExon && !terms.includes('UTR');
  const from = random.pick(AMINO_ACIDS);
  const to = terms === 'synonymous_variant' ? from : random.pick(AMINO_ACIDS.filter((acid) => acid !== from));
  return csqEntry({
    Allele: allele,
    Consequence: terms,
    IMPACT: noncoding ? 'MODIFIER' : worst.impact,
    SYMBOL: gene.symbol,
    Gene: gene.id,
    Feature_type: 'Transcript',
    Feature: transcript.id,
    BIOTYPE: transcript.biotype,
    EXON: inExon ? `${exon}/${gene.exons}` : '',
    INTRON: coding && !inExon ? `${Math.min(exon, gene.exons - 1)}/${gene.exons - 1}` : '',
    HGVSc: coding
      ? `${transcript.id}:${coding && !inExon ? intronic(cds, terms, ref, alt) : exonic(cds, terms, ref, alt)}`
      : '',
    HGVSp: changes ? `${transcript.protein}:${proteinChange(terms, codon, from, to)}` : '',
    CDS_position: changes ? String(cds) : '',
    Protein_position: changes ? String(codon) : '',
    Existing_variation: id === '.' ? '' : id,
    DISTANCE: /^(up|down)stream/.test(terms) ? String(random.between(20, 4900)) : '',
    STRAND: gene.strand,
    MANE_SELECT: transcript.mane,
    CANONICAL: transcript.mane === '' ? '' : 'YES',
    gnomADe_AF: frequency,
    CADD_PHRED: scores.cadd,
    REVEL: noncoding ? '' : scores.revel,
    SpliceAI_pred_DS_AG: scores.splice[0] ?? '',
    SpliceAI_pred_DS_AL: scores.splice[1] ?? '',
    SpliceAI_pred_DS_DG: scores.splice[2] ?? '',
    SpliceAI_pred_DS_DL: scores.splice[3] ?? '',
  });
}

function change(cds: string, ref: string, alt: string): string {
  if (ref.length === alt.length) return `${cds}${ref}>${alt}`;
  return ref.length > alt.length ? `${cds}del` : `${cds}ins${alt.slice(ref.length)}`;
}

function exonic(cds: number, terms: string, ref: string, alt: string): string {
  if (terms.startsWith('5_prime')) return `c.${change(`-${(cds % 200) + 1}`, ref, alt)}`;
  if (terms.startsWith('3_prime')) return `c.${change(`*${(cds % 900) + 1}`, ref, alt)}`;
  return `c.${change(String(cds), ref, alt)}`;
}

function intronic(cds: number, terms: string, ref: string, alt: string): string {
  if (terms === 'splice_donor_variant') return `c.${change(`${cds}+1`, ref, alt)}`;
  if (terms === 'splice_acceptor_variant') return `c.${change(`${cds}-2`, ref, alt)}`;
  if (terms.startsWith('splice_region')) return `c.${change(`${cds}+6`, ref, alt)}`;
  if (terms.startsWith('splice')) return `c.${change(`${cds}-12`, ref, alt)}`;
  return `c.${change(`${cds}+${30 + (cds % 700)}`, ref, alt)}`;
}

function proteinChange(terms: string, codon: number, from: string, to: string): string {
  if (terms === 'synonymous_variant') return `p.${from}${codon}=`;
  if (terms === 'stop_gained') return `p.${from}${codon}Ter`;
  if (terms === 'frameshift_variant') return `p.${from}${codon}fs`;
  if (terms === 'inframe_deletion') return `p.${from}${codon}del`;
  if (terms === 'inframe_insertion') return `p.${from}${codon}dup`;
  return `p.${from}${codon}${to}`;
}
