import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_REF,
  LINE_END,
  LINE_START,
} from '../core/variant-block.ts';

const TAB = 9;

/** Below this many bytes a loop is cheaper than a native search (bench/read/lines.ts). */
const NATIVE_SEARCH_AFTER = 48;

/** Columns of a data line before FORMAT. */
export const FIXED_COLUMNS = 8;

/**
 * Finds the field bounds of the line `bytes[start .. end)` (no line end in it) and writes them into `bounds` as row `row`.
 * Returns the number of columns seen: 8 without samples, 9 when there is a FORMAT column (samples are not counted: see
 * `countTabs`), fewer when the line has too few tabs; then the row is unusable. Pass a Buffer: its search is memchr.
 */
export function scanBounds(bytes: Uint8Array, start: number, end: number, bounds: Uint32Array, row: number): number {
  const base = row * BOUNDS_STRIDE;
  bounds[base + LINE_START] = start;
  let at = start;
  for (let field = END_CHROM; field <= END_FILTER; field++) {
    while (at < end && bytes[at] !== TAB) at++;
    if (at >= end) return field;
    bounds[base + field] = at++;
  }
  bounds[base + LINE_END] = end;
  const nearby = Math.min(end, at + NATIVE_SEARCH_AFTER);
  while (at < nearby && bytes[at] !== TAB) at++;
  if (at === nearby && at < end) {
    // Not bounded by `end`: without samples this meets the first tab of the next line, a few bytes further.
    at = bytes.indexOf(TAB, at);
    if (at === -1 || at > end) at = end;
  }
  bounds[base + END_INFO] = at;
  return at < end ? FIXED_COLUMNS + 1 : FIXED_COLUMNS;
}

/** Tabs in `bytes[from .. to)`. */
function countTabs(bytes: Uint8Array, from: number, to: number): number {
  let tabs = 0;
  for (let at = from; at < to; at++) if (bytes[at] === TAB) tabs++;
  return tabs;
}

/** What makes a row unreadable: a stable code, the field, the byte offset of the culprit in `bytes`, and a message. */
export interface RowFault {
  readonly code: string;
  readonly field: string;
  readonly at: number;
  readonly message: string;
}

const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const MAX_POS = 2 ** 31 - 1;
/** No contig's name is near it, and a database index holds no longer key than a few thousand bytes. */
const MAX_CHROM_BYTES = 1000;

/** True when `bytes[start .. end)` is a decimal integer from 0 to 2^31-1 without sign or leading zeros. */
function isPosition(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 1 || length > 10 || (length > 1 && bytes[start] === ZERO)) return false;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]!;
    if (digit < ZERO || digit > NINE) return false;
    value = value * 10 + (digit - ZERO);
  }
  return value <= MAX_POS;
}

/** The value of a POS that `isPosition` accepted. */
export function readPosition(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + (bytes[at]! - ZERO);
  return value;
}

/** Alleles of the ALT column that stands in `bytes[start .. end)`; 1 for `.`. */
export function countAlts(bytes: Uint8Array, start: number, end: number): number {
  let count = 1;
  for (let at = start; at < end; at++) if (bytes[at] === COMMA) count++;
  return count;
}

/**
 * Checks one scanned row for what no later stage can do without. `columns` is what `scanBounds` returned, `samples` the
 * number of samples of the header. Everything else is tolerated here: validation is another matter.
 */
export function findRowFault(
  bytes: Uint8Array,
  bounds: Uint32Array,
  row: number,
  columns: number,
  samples: number,
): RowFault | undefined {
  const base = row * BOUNDS_STRIDE;
  if (columns < FIXED_COLUMNS) return tooFewColumns(bounds[base + LINE_START]!, columns);
  const chromEnd = bounds[base + END_CHROM]!;
  const posEnd = bounds[base + END_POS]!;
  if (chromEnd === bounds[base + LINE_START]!) return fault('CHROM_EMPTY', 'CHROM', chromEnd, 'CHROM is empty');
  if (chromEnd - bounds[base + LINE_START]! > MAX_CHROM_BYTES) {
    return fault(
      'CHROM_TOO_LONG',
      'CHROM',
      bounds[base + LINE_START]!,
      `CHROM is longer than ${MAX_CHROM_BYTES} bytes`,
    );
  }
  if (!isPosition(bytes, chromEnd + 1, posEnd)) {
    return fault('POS_NOT_INTEGER', 'POS', chromEnd + 1, 'POS is not an integer from 0 to 2147483647');
  }
  const idEnd = bounds[base + END_ID]!;
  const refEnd = bounds[base + END_REF]!;
  if (refEnd === idEnd + 1) return fault('REF_EMPTY', 'REF', refEnd, 'REF is empty');
  if (bounds[base + END_ALT]! === refEnd + 1) return fault('ALT_EMPTY', 'ALT', refEnd + 1, 'ALT is empty');
  if (columns === FIXED_COLUMNS) {
    if (samples === 0) return undefined;
    return fault('SAMPLE_COUNT', 'FORMAT', bounds[base + LINE_END]!, `no sample columns, the header names ${samples}`);
  }
  const infoEnd = bounds[base + END_INFO]!;
  const found = countTabs(bytes, infoEnd + 1, bounds[base + LINE_END]!);
  if (found === samples) return undefined;
  return fault('SAMPLE_COUNT', 'FORMAT', infoEnd + 1, `${found} sample columns, the header names ${samples}`);
}

function tooFewColumns(start: number, columns: number): RowFault {
  return fault('COLUMNS_TOO_FEW', 'line', start, `${columns} tab-separated columns where at least 8 are needed`);
}

function fault(code: string, field: string, at: number, message: string): RowFault {
  return { code, field, at, message };
}
