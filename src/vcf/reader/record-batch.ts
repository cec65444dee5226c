import type { Problem, RejectedRecord } from '../../core/problem.ts';
import type { VariantBlock } from '../../core/variant-block.ts';

/** A position between two records, safe in JSON: where a later run goes on. */
export interface ResumePoint {
  /** BGZF virtual offset or byte offset, decimal; gzip: '0', which means to read again and skip `line` lines. */
  readonly offset: string;
  /** Records before this point, rejected ones included: the ordinal of the next one. */
  readonly ordinal: number;
  /** Lines before this point (for BCF: records). */
  readonly line: number;
}

/** Consecutive records of one file. */
export interface RecordBatch {
  /** One row a readable record, as read: line ends stripped, ordinals filled, alleles 0. Its memory is the batch's own. */
  readonly block: VariantBlock;
  readonly firstOrdinal: number;
  /** One past the last record, rejected ones included. */
  readonly nextOrdinal: number;
  /** 1-based line number of each row; for BCF the record number. */
  readonly lines: Uint32Array;
  readonly rejected: readonly RejectedRecord[];
  readonly warnings: readonly Problem[];
  /** After the last record of this batch. */
  readonly resume: ResumePoint;
  /** Set on the last batch, which may be empty. */
  readonly ended?: 'eof' | 'truncated' | undefined;
  /** Why, when `ended` is 'truncated'. What was read before stands. */
  readonly truncation?: Problem | undefined;
  /**
   * Frees the memory of `block` now, for callers that have copied what they need: the block and everything cut from it is
   * empty afterwards. Without this call the garbage collector does it, at a fifth more CPU time for the whole reading.
   */
  release(): void;
}

/** How records are cut into batches: the same bytes always give the same batches, resumed or not. */
export interface BatchShape {
  /** A batch ends after this many records, rejected ones included. */
  readonly maxRecords: number;
  /** Or when the text of its records, each as often as it has ALT alleles, passes this many bytes. Default 4 MiB. */
  readonly maxBytes?: number | undefined;
}

export const DEFAULT_BATCH_BYTES = 4 * 2 ** 20;
