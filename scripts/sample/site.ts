/** Alleles of one person at one place: 0 is REF. One number where the person has one copy (X of the father). */
export type Genotype = readonly number[];

export interface TrioGenotypes {
  readonly child: Genotype;
  readonly mother: Genotype;
  readonly father: Genotype;
}

/** One record of the sample before its reads are invented. */
export interface Site {
  readonly chrom: string;
  readonly pos: number;
  readonly id: string;
  readonly ref: string;
  readonly alts: readonly string[];
  readonly filter: string;
  readonly genotypes: TrioGenotypes;
  /** Mean read depth. */
  readonly depth: number;
  /** INFO after the call statistics. */
  readonly info: readonly string[];
}
