import type { VariantBlock } from './variant-block.ts';

/** What an annotation says of a variant in one transcript, or in a gene without one. */
export interface TranscriptEffect {
  readonly gene: string | undefined;
  readonly transcript: string | undefined;
  /** Sequence Ontology terms joined by `&`. */
  readonly consequence: string | undefined;
  readonly impact: string | undefined;
  /** `p.Leu1Lys`; else as the annotation has it. */
  readonly aminoAcidChange: string | undefined;
  /** `gCT/gTT` where the annotation has codons, else `c.2T>A`. */
  readonly codonChange: string | undefined;
}

/**
 * Reads the transcript annotation of each row: the entry that stands for the row first, then by severity. Nothing for a row
 * without one.
 */
export type TranscriptReading = (block: VariantBlock) => readonly (readonly TranscriptEffect[] | undefined)[];
