import { createHash } from 'node:crypto';
import { VcfAgentError } from '../core/errors.ts';
import type { RejectedRecord } from '../core/problem.ts';
import { BOUNDS_STRIDE, LINE_END, LINE_START, type VariantBlock } from '../core/variant-block.ts';
import { FIXED_COLUMNS, scanBounds } from '../vcf/lines.ts';

const LF = 10;

/** The columns of a block as they travel and are digested: little-endian arrays and one run of lines. */
export interface BlockColumns {
  readonly count: number;
  /** `count` uint32, little-endian. */
  readonly ordinals: Uint8Array;
  /** `count` uint16, little-endian. */
  readonly alleles: Uint8Array;
  /** The rows in order, each ended by one LF. */
  readonly lines: Uint8Array;
}

/** Views of a block's columns. Copies the lines only when the block has gaps between its rows. */
export function blockColumns(block: VariantBlock): BlockColumns {
  return {
    count: block.count,
    ordinals: bytesOf(block.ordinals.subarray(0, block.count)),
    alleles: bytesOf(block.alleles.subarray(0, block.count)),
    lines: contiguousLines(block) ?? copiedLines(block),
  };
}

function bytesOf(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The lines where they stand, if rows follow each other with one LF between and after them. */
function contiguousLines(block: VariantBlock): Uint8Array | undefined {
  const { bytes, bounds, count } = block;
  if (count === 0) return new Uint8Array(0);
  const last = count - 1;
  for (let row = 0; row < count; row++) {
    const end = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    if (bytes[end] !== LF) return undefined;
    if (row < last && bounds[(row + 1) * BOUNDS_STRIDE + LINE_START] !== end + 1) return undefined;
  }
  return bytes.subarray(bounds[LINE_START], bounds[last * BOUNDS_STRIDE + LINE_END]! + 1);
}

function copiedLines(block: VariantBlock): Uint8Array {
  const { bytes, bounds, count } = block;
  let size = 0;
  for (let row = 0; row < count; row++) {
    size += bounds[row * BOUNDS_STRIDE + LINE_END]! - bounds[row * BOUNDS_STRIDE + LINE_START]! + 1;
  }
  const lines = new Uint8Array(size);
  let at = 0;
  for (let row = 0; row < count; row++) {
    const start = bounds[row * BOUNDS_STRIDE + LINE_START]!;
    const end = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    lines.set(bytes.subarray(start, end), at);
    at += end - start;
    lines[at++] = LF;
  }
  return lines;
}

/** A block over columns that came from elsewhere. Throws ENVELOPE_CORRUPT when they do not make `count` whole rows. */
export function blockFromColumns(columns: BlockColumns): VariantBlock {
  const { count, lines } = columns;
  if (columns.ordinals.length !== count * 4 || columns.alleles.length !== count * 2) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', `the envelope's columns do not hold ${count} rows`);
  }
  const bounds = new Uint32Array(count * BOUNDS_STRIDE);
  // indexOf is native on Buffer and walks bytes on Uint8Array.
  const buffer = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  let at = 0;
  for (let row = 0; row < count; row++) {
    const end = buffer.indexOf(LF, at);
    if (end < 0 || scanBounds(buffer, at, end, bounds, row) < FIXED_COLUMNS) {
      throw new VcfAgentError('ENVELOPE_CORRUPT', `row ${row} of the envelope is not a VCF line`);
    }
    at = end + 1;
  }
  if (at !== lines.length) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', 'the envelope holds more lines than rows');
  }
  return {
    bytes: buffer,
    count,
    bounds,
    // Copied: bytes inside a message need not lie on a four-byte boundary.
    ordinals: new Uint32Array(new Uint8Array(columns.ordinals).buffer),
    alleles: new Uint16Array(new Uint8Array(columns.alleles).buffer),
  };
}

/**
 * SHA-256 (hex) of what an envelope says: header, row count, ordinals, alleles, lines, rejected records. Any byte of any
 * field of any variant changes it. The producer computes it from what it read, the consumer from what arrived, `prove` from
 * what the tables hold.
 */
export function contentDigest(header: Uint8Array, columns: BlockColumns, rejected: readonly RejectedRecord[]): string {
  const hash = createHash('sha256');
  hash.update(`${header.length} ${columns.count} ${columns.lines.length}\n`);
  hash.update(header);
  hash.update(columns.ordinals);
  hash.update(columns.alleles);
  hash.update(columns.lines);
  for (const { ordinal, problem, text } of rejected) {
    const { code, severity, line, column, field, message } = problem;
    hash.update(JSON.stringify([ordinal, code, severity, line, column, field, message, text]));
  }
  return hash.digest('hex');
}
