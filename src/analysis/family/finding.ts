/** How a variant may have come to the affected members of a family. */
export type Mode =
  | 'deNovo'
  | 'autosomalDominant'
  | 'autosomalRecessive'
  | 'compoundHeterozygous'
  | 'xLinkedRecessive'
  | 'xLinkedDominant'
  | 'yLinked';

/**
 * `met`: the genotypes show it. `possible`: nothing speaks against it, and members who could show it are not in the file, or the
 * phase is not known. `notAssessable`: a genotype that decides is missing or of low quality. A mode that fails is not listed.
 */
export type ModeStatus = 'met' | 'possible' | 'notAssessable';

export interface ModeFinding {
  readonly mode: Mode;
  readonly status: ModeStatus;
  /** Why not `met`; members by their role (`father`, `unaffected member 4`), never by a sample's name. */
  readonly reasons: readonly string[];
}

/** Whether two variants lie on different copies of the chromosome. */
export type Phase = 'trans' | 'cis' | 'unknown';

/** Another variant of the same gene that the affected members carry as well. */
export interface Partner<Variant> {
  readonly variant: Variant;
  readonly gene: string;
  readonly phase: Phase;
  /** What tells the phase: `phase`, the genotypes of the file are phased; `parents`, whose genotypes tell whose allele it is. */
  readonly by: 'phase' | 'parents' | undefined;
  /** Of the two as compound heterozygotes; undefined: they are none (in cis, or a healthy member has both). */
  readonly status: ModeStatus | undefined;
  readonly reasons: readonly string[];
}

/** What one family says of one variant that an affected member carries, or may carry. */
export interface FamilyFinding<Variant = unknown> {
  /** Its id in the PED file. */
  readonly family: string;
  /** Its place there, from 1: a name for it that tells nobody anything. */
  readonly ordinal: number;
  /** Empty: none of them fits. */
  readonly modes: readonly ModeFinding[];
  readonly partners: readonly Partner<Variant>[];
}
