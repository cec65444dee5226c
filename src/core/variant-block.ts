import { isAscii } from 'node:buffer';

/**
 * Many variants as bytes and bounds: the shape that travels from the reader to the database without becoming objects.
 *
 * Row `i` is one VCF data line (tab separated, no line end) inside `bytes`. Its fields are found through `bounds`,
 * `BOUNDS_STRIDE` numbers a row: the start of the line, then the exclusive end of each of CHROM, POS, ID, REF, ALT,
 * QUAL, FILTER and INFO, then the exclusive end of the line. A field starts one byte after the end of the one before.
 * Without samples the last two are equal. Rows are in input order; bytes between two rows (line ends, rejected lines)
 * belong to nobody.
 */
export interface VariantBlock {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** `count * BOUNDS_STRIDE` byte offsets into `bytes`. May be longer than needed (reused buffers). */
  readonly bounds: Uint32Array;
  /** Record ordinal of each row within its source, from 0. Alleles of one record share it. */
  readonly ordinals: Uint32Array;
  /** Which ALT of the original record the row is, from 1; 0 for a record whose ALT is `.`. */
  readonly alleles: Uint16Array;
}

/** The block's memory as a Buffer, without a copy. */
export function bufferOf({ bytes }: Pick<VariantBlock, 'bytes'>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Of a longer block each text is decoded by itself. */
const MAX_DECODED_BYTES = 64 * 1024 * 1024;

/**
 * Texts of a block by their place in its bytes, for who needs many of them: a block of ASCII is decoded once and cut, which
 * took a third of the time of decoding twenty short texts a row.
 */
export function textsOf(block: Pick<VariantBlock, 'bytes'>): (start: number, end: number) => string {
  const bytes = bufferOf(block);
  if (bytes.length > MAX_DECODED_BYTES || !isAscii(bytes)) return (start, end) => bytes.toString('utf8', start, end);
  const all = bytes.toString('latin1');
  return (start, end) => all.substring(start, end);
}

export const BOUNDS_STRIDE = 10;

/** Offsets within one row of `bounds`. `END_X` is exclusive; the field after it starts at `END_X + 1`. */
export const LINE_START = 0;
export const END_CHROM = 1;
export const END_POS = 2;
export const END_ID = 3;
export const END_REF = 4;
export const END_ALT = 5;
export const END_QUAL = 6;
export const END_FILTER = 7;
export const END_INFO = 8;
export const LINE_END = 9;

/** Some rows of a block, over the same memory. */
export function pickRows(block: VariantBlock, rows: readonly number[]): VariantBlock {
  const bounds = new Uint32Array(rows.length * BOUNDS_STRIDE);
  rows.forEach((row, i) => {
    bounds.set(block.bounds.subarray(row * BOUNDS_STRIDE, (row + 1) * BOUNDS_STRIDE), i * BOUNDS_STRIDE);
  });
  return {
    bytes: block.bytes,
    count: rows.length,
    bounds,
    ordinals: Uint32Array.from(rows, (row) => block.ordinals[row]!),
    alleles: Uint16Array.from(rows, (row) => block.alleles[row]!),
  };
}
