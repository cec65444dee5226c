import type { FamilyFinding } from '../family/finding.ts';

/** What the rules may know of a variant. Plain data: nothing here reads a file, and `undefined` always means: nobody said. */

/**
 * Whether a source of annotation speaks in a file: `absent`, the header does not declare it; `empty`, declared, but no variant
 * has a value, so that a missing value proves nothing; `annotated`, so that a missing value means "not in there".
 */
export type SourceState = 'absent' | 'empty' | 'annotated';

export const SOURCES = [
  'transcripts',
  'gnomad',
  'revel',
  'cadd',
  'spliceai',
  'loftee',
  'nmd',
  'domains',
  'repeats',
] as const;

export type Source = (typeof SOURCES)[number];

export type AnnotationSources = Readonly<Record<Source, SourceState>>;

/** What the guideline is made for is `sequence`: a small variant of the nuclear genome. */
export type Scope = 'sequence' | 'mitochondrial' | 'structural';

/** What a variant does to a transcript, from the most severe term of its consequence that a rule asks for. */
export type Effect =
  | 'transcriptAblation'
  | 'spliceSite'
  | 'stopGained'
  | 'frameshift'
  | 'stopLost'
  | 'startLost'
  | 'inframe'
  | 'missense'
  | 'synonymous'
  | 'untranslated'
  | 'intron'
  | 'other';

export type TranscriptRank = 'MANE Select' | 'MANE Plus Clinical' | 'canonical' | 'other' | 'unknown';

/** `3/12`: the third of twelve. */
export interface Place {
  readonly number: number;
  readonly of: number;
}

export interface OtherTranscript {
  readonly role: 'canonical' | 'worst';
  readonly transcript: string;
  readonly gene: string | undefined;
  readonly consequence: string;
}

/** The transcript that stands for the variant (docs/annotations.md says which), as its annotation has it. */
export interface TranscriptEvidence {
  readonly gene: string | undefined;
  readonly name: string | undefined;
  readonly rank: TranscriptRank;
  readonly hgvsC: string | undefined;
  readonly hgvsP: string | undefined;
  /** Sequence Ontology terms joined by `&`. */
  readonly consequence: string;
  readonly effect: Effect;
  /** Within the bases that VEP counts to a splice site. */
  readonly nearSplice: boolean;
  /** By its biotype; undefined where the annotation has none. */
  readonly proteinCoding: boolean | undefined;
  /** Every protein-coding transcript of the gene that the annotation lists is affected likewise: null, or without its start. */
  readonly inEveryTranscript: boolean;
  readonly exon: Place | undefined;
  readonly intron: Place | undefined;
  /** First amino acid that changes, from 1, and the length of the protein. */
  readonly proteinPosition: number | undefined;
  readonly proteinLength: number | undefined;
  /** VEP's `aCg/aTg`, and the strand. */
  readonly codons: string | undefined;
  readonly strand: 1 | -1 | undefined;
  readonly loftee: 'HC' | 'LC' | undefined;
  /** LOFTEE's filters, joined by `&`. */
  readonly lofteeFilter: string | undefined;
  /** LOFTEE's rule of 50 bases before the last junction: true when the variant escapes by it. */
  readonly escapesFiftyBases: boolean | undefined;
  /** VEP's plugin NMD says that it escapes. */
  readonly escapesNmd: boolean;
  /** Names of the protein's domains there that tell of a function, as VEP's DOMAINS has them. */
  readonly domains: readonly string[];
  /** The transcripts that say otherwise than this one. */
  readonly others: readonly OtherTranscript[];
}

/** How common a variant is in one population of gnomAD. */
export interface Population {
  /** Such as `gnomADe_AF_afr`: the key or column it was read from. */
  readonly name: string;
  readonly frequency: number;
  readonly alleleNumber: number | undefined;
  readonly homozygotes: number | undefined;
}

export interface VariantEvidence {
  readonly chrom: string;
  /** 1-based. */
  readonly pos: number;
  readonly id: string;
  readonly ref: string;
  readonly alt: string;
  readonly scope: Scope;
  readonly transcript: TranscriptEvidence | undefined;
  /** Everybody, and the continental groups that gnomAD does not call bottlenecked. */
  readonly populations: readonly Population[];
  readonly revel: number | undefined;
  /** Scaled (PHRED). */
  readonly cadd: number | undefined;
  /** Largest of the four delta scores. */
  readonly spliceai: number | undefined;
  /** What marks the place as repetitive: a key of INFO or a column. */
  readonly repeat: string | undefined;
  /** What the file itself says of ClinVar. */
  readonly clinvar: { readonly significance: string; readonly stars: number | undefined } | undefined;
  /** What families say of it; undefined: no pedigree was given, empty: no affected member of one has it. */
  readonly families?: readonly FamilyFinding<VariantEvidence>[] | undefined;
}

/** What a person types: `17:43045712:T:C`. */
export function keyOf({ chrom, pos, ref, alt }: Pick<VariantEvidence, 'chrom' | 'pos' | 'ref' | 'alt'>): string {
  return `${chrom}:${pos}:${ref}:${alt}`;
}
