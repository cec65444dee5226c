import type { NamedCount } from './name-counts.ts';

/** Records, once for each kind of ALT that they have: `SN` of `bcftools stats`. */
export interface SiteCounts {
  readonly records: number;
  /** Without a variant: ALT is `.`, `<*>`, `<NON_REF>` or what REF is. */
  readonly noAlts: number;
  readonly snps: number;
  readonly mnps: number;
  readonly indels: number;
  /** Symbolic alleles, breakends, and what is neither as long as REF nor an indel. */
  readonly others: number;
  readonly multiallelicSites: number;
  readonly multiallelicSnpSites: number;
}

/** Alleles: each SNP is a transition (A↔G, C↔T) or a transversion. */
export interface AlleleCounts {
  readonly snps: number;
  readonly transitions: number;
  readonly transversions: number;
  readonly indels: number;
}

export interface TsTv {
  readonly transitions: number;
  readonly transversions: number;
  /** Transitions for each transversion; null without one. */
  readonly ratio: number | null;
}

export interface Substitutions extends TsTv {
  /** Of the first ALT alone. */
  readonly firstAlt: TsTv;
  /** The twelve, `A>C` to `T>G`. */
  readonly types: readonly { readonly type: string; readonly isTransition: boolean; readonly alleles: number }[];
}

export interface IndelLength {
  /** In bases; deletions negative. The first and the last stand for all that are longer. */
  readonly length: number;
  /** Alleles in the file. */
  readonly alleles: number;
}

export interface QualityCounts extends AlleleCounts {
  /** QUAL, rounded down to tenths or to five digits; null: the record has none, or less than 0. */
  readonly quality: number | null;
}

export interface FrequencyCounts extends AlleleCounts {
  /** One of 100, or of as many as there are samples, from 0; bcftools writes it divided by their number. */
  readonly bin: number;
  /** Least share of the alleles called; the last bin is of the share 1 alone. */
  readonly from: number;
}

export interface DepthCounts {
  /** DP. The last one stands for all that are deeper. */
  readonly depth: number;
  /** Genotypes with this FORMAT/DP, or sum of AD where there is no DP. */
  readonly genotypes: number;
  /** Records with this INFO/DP. */
  readonly sites: number;
}

/** One sample's genotypes: `PSC` of `bcftools stats`. */
export interface SampleCounts {
  readonly sample: string;
  /** Records of every kind. */
  readonly homRef: number;
  /** SNPs, as het: genotypes of indels alone are in `indels`. */
  readonly homAlt: number;
  readonly het: number;
  /** het / homAlt; null without a homAlt. */
  readonly hetHom: number | null;
  /** Of one ALT a genotype, the lowest. */
  readonly transitions: number;
  readonly transversions: number;
  /** Transitions for each transversion; null without one. */
  readonly tsTv: number | null;
  readonly indels: number;
  /** Mean of FORMAT/DP, or of the sums of AD where there is no DP; null: no record has it. */
  readonly meanDepth: number | null;
  /** Records in which no other sample has an ALT; haploid genotypes do not count. */
  readonly singletons: number;
  readonly haploidRef: number;
  readonly haploidAlt: number;
  readonly missing: number;
}

/** What the file's own annotations say, a record once for each: see docs/annotations.md for where they come from. */
export interface AnnotationCounts {
  readonly consequences: readonly NamedCount[];
  readonly impacts: readonly NamedCount[];
  /** ClinVar, as written. */
  readonly significances: readonly NamedCount[];
}

/** What a file holds, counted in one reading. Safe in JSON. */
export interface Summary {
  readonly sites: SiteCounts;
  readonly substitutions: Substitutions;
  readonly indelLengths: readonly IndelLength[];
  readonly qualities: readonly QualityCounts[];
  readonly frequencies: readonly FrequencyCounts[];
  /** Alleles that were called once: part of the lowest frequency. */
  readonly singletons: AlleleCounts;
  /** Alleles of records that have neither AC and AN nor genotypes: in no bin, and no singletons. */
  readonly unknownFrequency: AlleleCounts;
  readonly depths: readonly DepthCounts[];
  readonly samples: readonly SampleCounts[];
  /** In the file's order. */
  readonly chromosomes: readonly NamedCount[];
  /** Most records first; a record with several filters counts for each. `.`: not filtered. */
  readonly filters: readonly NamedCount[];
  /** Undefined: the header declares none. */
  readonly annotations: AnnotationCounts | undefined;
}
