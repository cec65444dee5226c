import type { RejectedRecord } from './problem.ts';
import type { VariantBlock } from './variant-block.ts';

/** Changes whenever the meaning of an envelope's bytes changes; part of every envelope id. */
export const ENCODING_VERSION = 1;

/** Where variants come from. `digest` names it: of a file's decompressed bytes (vcf/source-identity.ts), or of a stream's name. */
export interface Source {
  readonly digest: string;
  readonly kind: 'file' | 'stream';
  /** For people: the base name of the file. Never part of an identity. */
  readonly name: string;
  /** Decompressed size in bytes (0 for a stream). */
  readonly bytes: number;
  /** How its records are cut into envelopes and normalised. The same for every envelope of the source, or ids would differ. */
  readonly plan: IngestPlan;
}

/** The choices that decide what a source's envelopes contain. Stored with the file; a resume must use the same. */
export interface IngestPlan {
  /** Records in an envelope. */
  readonly batchSize: number;
  readonly split: 'bcftools' | 'vt' | 'none';
  /** SHA-256 (hex) of the .fai of the reference used for left-alignment; null: no left-alignment. */
  readonly reference: string | null;
}

/**
 * `ordinals` (uint32), `alleles` (uint16), both little-endian, and the lines (an LF after each) of a block, one after the
 * other in one run of `length` bytes; as they are, or as one zstd frame.
 */
export interface PackedColumns {
  readonly encoding: 'plain' | 'zstd';
  readonly bytes: Uint8Array;
  /** Bytes before compression. */
  readonly length: number;
}

/** A batch of variants of one source, in order, with an identity that a replay reproduces. */
export interface Envelope {
  /** SHA-256 (hex) of tenant, source digest, first and last ordinal and ENCODING_VERSION. */
  readonly id: string;
  readonly tenant: string;
  readonly source: Source;
  /** First and last record ordinal covered (inclusive), rejected records included. */
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  /** Number of the block's first variant within the source, from 0: variants are numbered through, after splitting. */
  readonly firstVariant: number;
  readonly block: VariantBlock;
  /** The block's columns as they travel and are kept: compressed once, by the producer. */
  readonly packed: PackedColumns;
  readonly rejected: readonly RejectedRecord[];
  /** The file's header, LF line ends, `#CHROM` line included: whatever consumes the envelope needs nothing else. */
  readonly header: Uint8Array;
  /** SHA-256 (hex) of the content: ordinals, alleles, lines, rejected records (see codec/content.ts). */
  readonly contentDigest: string;
}
