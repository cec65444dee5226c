import { createHash } from 'node:crypto';
import { VcfAgentError } from '../core/errors.ts';
import type { RejectedRecord } from '../core/problem.ts';
import { BOUNDS_STRIDE, LINE_END, LINE_START, type VariantBlock } from '../core/variant-block.ts';
import { FIXED_COLUMNS, scanBounds } from '../vcf/lines.ts';

const LF = 10;
const ORDINAL_BYTES = 4;
const ALLELE_BYTES = 2;

/**
 * The columns of a block as they travel, are kept and are digested, in one run: `count` ordinals (uint32), `count` alleles
 * (uint16), both little-endian, then the lines in order with one LF after each.
 */
export function blockColumns(block: VariantBlock): Buffer {
  const { count } = block;
  const fixed = count * (ORDINAL_BYTES + ALLELE_BYTES);
  const run = contiguousLines(block);
  const columns = Buffer.allocUnsafeSlow(fixed + (run?.length ?? linesLength(block)));
  columns.set(bytesOf(block.ordinals.subarray(0, count)), 0);
  columns.set(bytesOf(block.alleles.subarray(0, count)), count * ORDINAL_BYTES);
  if (run === undefined) copyLines(block, columns, fixed);
  else columns.set(run, fixed);
  return columns;
}

function bytesOf(array: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The lines where they stand, if rows follow each other with one LF between and after them. */
function contiguousLines({ bytes, bounds, count }: VariantBlock): Uint8Array | undefined {
  if (count === 0) return new Uint8Array(0);
  const last = count - 1;
  for (let row = 0; row < count; row++) {
    const end = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    if (bytes[end] !== LF) return undefined;
    if (row < last && bounds[(row + 1) * BOUNDS_STRIDE + LINE_START] !== end + 1) return undefined;
  }
  return bytes.subarray(bounds[LINE_START], bounds[last * BOUNDS_STRIDE + LINE_END]! + 1);
}

function linesLength({ bounds, count }: VariantBlock): number {
  let length = count;
  for (let row = 0; row < count; row++) {
    length += bounds[row * BOUNDS_STRIDE + LINE_END]! - bounds[row * BOUNDS_STRIDE + LINE_START]!;
  }
  return length;
}

function copyLines({ bytes, bounds, count }: VariantBlock, columns: Buffer, from: number): void {
  let at = from;
  for (let row = 0; row < count; row++) {
    const start = bounds[row * BOUNDS_STRIDE + LINE_START]!;
    const end = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    columns.set(bytes.subarray(start, end), at);
    at += end - start;
    columns[at++] = LF;
  }
}

/** A block over columns that came from elsewhere. Throws ENVELOPE_CORRUPT when they do not make `count` whole rows. */
export function blockFromColumns(columns: Uint8Array, count: number): VariantBlock {
  const fixed = count * (ORDINAL_BYTES + ALLELE_BYTES);
  if (columns.length < fixed) throw corrupt(`the columns do not hold ${count} rows`);
  // indexOf is native on Buffer and walks bytes on Uint8Array.
  const bytes = Buffer.from(columns.buffer, columns.byteOffset + fixed, columns.length - fixed);
  const bounds = new Uint32Array(count * BOUNDS_STRIDE);
  let at = 0;
  for (let row = 0; row < count; row++) {
    const end = bytes.indexOf(LF, at);
    if (end < 0 || scanBounds(bytes, at, end, bounds, row) < FIXED_COLUMNS) {
      throw corrupt(`row ${row} is not a VCF line`);
    }
    at = end + 1;
  }
  if (at !== bytes.length) throw corrupt('there are more lines than rows');
  const alleles = count * ORDINAL_BYTES;
  return {
    bytes,
    count,
    bounds,
    // Copied: bytes inside a message need not lie on a four-byte boundary.
    ordinals: new Uint32Array(new Uint8Array(columns.subarray(0, alleles)).buffer),
    alleles: new Uint16Array(new Uint8Array(columns.subarray(alleles, fixed)).buffer),
  };
}

function corrupt(message: string): VcfAgentError {
  return new VcfAgentError('ENVELOPE_CORRUPT', `the columns of an envelope are damaged: ${message}`);
}

/** What an envelope says, for its digest. */
export interface Content {
  readonly header: Uint8Array;
  readonly count: number;
  /** See `blockColumns`. */
  readonly columns: Uint8Array;
  readonly rejected: readonly RejectedRecord[];
}

/**
 * SHA-256 (hex) of what an envelope says: header, row count, columns, rejected records. Any byte of any field of any
 * variant changes it. The producer computes it from what it read, the consumer from what arrived, `prove` from what the
 * tables hold.
 */
export function contentDigest({ header, count, columns, rejected }: Content): string {
  const hash = createHash('sha256');
  hash.update(`${header.length} ${count} ${columns.length}\n`);
  hash.update(header);
  hash.update(columns);
  for (const { ordinal, problem, text } of rejected) {
    const { code, severity, line, column, field, message } = problem;
    hash.update(JSON.stringify([ordinal, code, severity, line, column, field, message, text]));
  }
  return hash.digest('hex');
}
