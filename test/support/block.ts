import { BOUNDS_STRIDE, LINE_END, LINE_START, type VariantBlock } from '../../src/core/variant-block.ts';
import { scanBounds } from '../../src/vcf/lines.ts';

/** A block of these data lines (LF between them, CR before it is cut off), ordinals from `firstOrdinal`, alleles 0, as the reader makes it. */
export function blockOf(text: string | Uint8Array, firstOrdinal = 0): VariantBlock {
  const bytes = Buffer.from(text as string);
  let count = 0;
  for (const byte of bytes) if (byte === 0x0a) count++;
  const bounds = new Uint32Array((count + 1) * BOUNDS_STRIDE);
  let rows = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const next = newline === -1 ? bytes.length : newline + 1;
    let end = newline === -1 ? bytes.length : newline;
    if (bytes[end - 1] === 0x0d) end--;
    if (end > start) {
      if (scanBounds(bytes, start, end, bounds, rows) < 8) throw new Error(`a test line has too few columns: ${rows}`);
      rows++;
    }
    start = next;
  }
  const ordinals = new Uint32Array(rows).map((_, row) => firstOrdinal + row);
  return { bytes, count: rows, bounds, ordinals, alleles: new Uint16Array(rows) };
}

/** The data lines of a block. */
export function linesOf({ bytes, count, bounds }: VariantBlock): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, row) =>
    buffer.toString('utf8', bounds[row * BOUNDS_STRIDE + LINE_START], bounds[row * BOUNDS_STRIDE + LINE_END]),
  );
}
