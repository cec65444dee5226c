/** What a variant is, after it was split. `complex`: bases replaced by another number of bases; `none`: a record without ALT. */
export const VARIANT_TYPES = [
  'SNV',
  'insertion',
  'deletion',
  'MNV',
  'complex',
  'SV',
  'breakend',
  'overlap',
  'none',
] as const;

export type VariantType = (typeof VARIANT_TYPES)[number];

/** Variants in both sources, and in one of them only. */
export interface SetCounts {
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

/** A sample's genotype of a variant; `absent`: its source has no such record. Phase does not matter. */
export const GENOTYPE_CLASSES = ['missing', 'reference', 'heterozygous', 'homozygous', 'absent'] as const;

export type GenotypeClass = (typeof GENOTYPE_CLASSES)[number];

export interface GenotypeCounts {
  /** Both carry it, with the same genotype. */
  readonly concordant: number;
  /** Both carry it, one heterozygous, the other not. */
  readonly discordant: number;
  /** One carries it; the other one is reference there, or its source lacks the record. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Neither carries it. */
  readonly neither: number;
  /** A genotype is missing. */
  readonly missing: number;
}

/** Two samples, one of each source. */
export interface SampleComparison extends GenotypeCounts {
  readonly a: string;
  readonly b: string;
  /** Share of the variants that either carries which both carry alike; null when there is none. Missing ones are left out. */
  readonly concordance: number | null;
  readonly types: readonly ({ readonly type: VariantType } & GenotypeCounts)[];
  /** Variants by the genotype in `a`, then in `b`. */
  readonly genotypes: Readonly<Record<GenotypeClass, Readonly<Record<GenotypeClass, number>>>>;
}

/** One of the two that are compared. */
export interface SideFacts {
  readonly name: string;
  /** Rows after splitting, each with one ALT. */
  readonly variants: number;
  /** Records that could not be read: in none of the counts. */
  readonly rejected: number;
  readonly truncated: boolean;
}

export interface Comparison {
  readonly a: SideFacts;
  readonly b: SideFacts;
  /** Variants by presence in the sources; with chosen samples: by who carries them. */
  readonly sites: SetCounts;
  /** Types that occur. */
  readonly types: readonly ({ readonly type: VariantType } & SetCounts)[];
  readonly samples: readonly SampleComparison[];
  /** `sorted`: read side by side; `memory`: the two are not in one order, and what had no partner yet was kept in memory. */
  readonly reading: 'sorted' | 'memory';
}
