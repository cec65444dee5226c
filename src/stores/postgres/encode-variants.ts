import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationBlock } from '../../core/annotation.ts';
import type { Envelope } from '../../core/envelope.ts';
import {
  BOUNDS_STRIDE,
  bufferOf,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_START,
} from '../../core/variant-block.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import { decimalOf, parseDecimal, parseUnsigned } from './numbers.ts';
import { IDS_PER_FILE, KEY_COLUMNS, LINE_COLUMNS } from './schema.ts';

const COMMA = 0x2c;
const LESS_THAN = 0x3c;
const TEXT_OID = 25;
const MAX_INT = 2 ** 31 - 1;
/** Below this a loop is cheaper than a call into native code. */
const SHORT_BYTES = 48;
/** Lengths and fixed-width values of one row. */
const ROW_OVERHEAD_BYTES = 512;

const types = ANNOTATION_COLUMNS.map(({ type }) => type);

const BARE_COLUMNS = [...LINE_COLUMNS, ...KEY_COLUMNS];
const ANNOTATED_COLUMNS = [...BARE_COLUMNS, ...ANNOTATION_COLUMNS.map(({ name }) => name)];

/** What a COPY of rows names: a file without annotations does not send their nulls. */
export function variantColumns(annotated: boolean): readonly string[] {
  return annotated ? ANNOTATED_COLUMNS : BARE_COLUMNS;
}

export interface EnvelopeKeys {
  readonly tenantId: number;
  readonly fileId: number;
}

/**
 * Encodes an envelope's rows for `COPY variants (variantColumns(annotated)) FROM STDIN (FORMAT binary)`, without header
 * and trailer. Binary because the server needs no scan for delimiters (docs/schema.md).
 */
export function encodeVariants(
  { block, firstVariant }: Pick<Envelope, 'block' | 'firstVariant'>,
  annotations: AnnotationBlock,
  keys: EnvelopeKeys,
  { annotated, out }: { readonly annotated: boolean; readonly out: CopyBuffers },
): void {
  const { bounds, count } = block;
  const width = variantColumns(annotated).length;
  const bytes = bufferOf(block);
  const typed = annotated ? new TypedColumns(bytes, annotations, count) : undefined;
  const idHigh = keys.fileId;
  const idLow = firstVariant;
  if (idLow + count > IDS_PER_FILE) throw new RangeError('more variants than a file may have');
  for (let row = 0; row < count; row++) {
    const base = row * BOUNDS_STRIDE;
    const length = bounds[base + END_FILTER]! - bounds[base + LINE_START]!;
    out.reserve(length + (typed?.sizeOf(row) ?? 0) + ROW_OVERHEAD_BYTES);
    const target = out.bytes;
    let at = putShort(target, out.at, width);
    at = putLine(target, at, bytes, bounds, base);
    at = putLong(target, putLong(target, putLong(target, at, 8), idHigh), idLow + row);
    at = putInteger(target, at, keys.tenantId);
    at = putInteger(target, at, keys.fileId);
    at = putInteger(target, at, firstVariant);
    at = putInteger(target, at, endPosition(bytes, bounds, base));
    at = putReal(target, at, qualityOf(bytes, bounds, base));
    out.at = typed === undefined ? at : typed.put(target, at, row);
  }
}

/** Last position that the variant touches: by the length of REF, for symbolic alleles by INFO/END when it is farther. */
export function endPosition(bytes: Buffer, bounds: Uint32Array, base: number): number {
  const pos = parseUnsigned(bytes, bounds[base + END_CHROM]! + 1, bounds[base + END_POS]!);
  const refStart = bounds[base + END_ID]! + 1;
  let end = pos + Math.max(bounds[base + END_REF]! - refStart, 1) - 1;
  if (bytes[bounds[base + END_REF]! + 1] === LESS_THAN) {
    const info = bytes.toString('latin1', bounds[base + END_FILTER]! + 1, bounds[base + END_INFO]!);
    const match = /(?:^|;)END=(\d{1,10})(?:;|$)/.exec(info);
    if (match !== null) end = Math.max(end, Number(match[1]));
  }
  return Math.min(end, MAX_INT);
}

/** QUAL as the `real` column holds it; NaN (stored as null) when it is missing or no such number. */
export function qualityOf(bytes: Buffer, bounds: Uint32Array, base: number): number {
  const single = Math.fround(parseDecimal(bytes, bounds[base + END_ALT]! + 1, bounds[base + END_QUAL]!));
  return Number.isFinite(single) ? single : Number.NaN;
}

/** CHROM to ALT, and FILTER: QUAL goes as a number, what follows stands in the block. */
function putLine(target: Buffer, start: number, bytes: Buffer, bounds: Uint32Array, base: number): number {
  let at = putRun(target, start, bytes, bounds[base + LINE_START]!, bounds[base + END_CHROM]!);
  at = putInteger(target, at, parseUnsigned(bytes, bounds[base + END_CHROM]! + 1, bounds[base + END_POS]!));
  for (let field = END_POS; field < END_ALT; field++) {
    at = putRun(target, at, bytes, bounds[base + field]! + 1, bounds[base + field + 1]!);
  }
  return putRun(target, at, bytes, bounds[base + END_QUAL]! + 1, bounds[base + END_FILTER]!);
}

/** The annotation columns of a block, row by row in ascending order. */
class TypedColumns {
  readonly #bytes: Buffer;
  readonly #annotations: AnnotationBlock;
  /** Keys of `overrides` in ascending order: looking each cell up in the map would cost more than all the rest. */
  readonly #overridden: Int32Array;
  #next = 0;

  constructor(bytes: Buffer, annotations: AnnotationBlock, count: number) {
    const { ranges } = annotations;
    const size = count * ANNOTATION_WIDTH * 2;
    this.#bytes = bytes;
    this.#annotations = ranges.length > 0 ? annotations : { ...annotations, ranges: new Int32Array(size).fill(-1) };
    this.#overridden = Int32Array.from(annotations.overrides.keys()).sort();
    if (ranges.length > 0 && ranges.length < size) throw new RangeError('annotations are too short');
  }

  /** Bytes that the row's values take at most, fixed overhead aside. */
  sizeOf(row: number): number {
    const { ranges, overrides } = this.#annotations;
    const first = row * ANNOTATION_WIDTH;
    let size = 0;
    for (let k = first; k < first + ANNOTATION_WIDTH; k++) size += ranges[2 * k + 1]! - ranges[2 * k]!;
    for (let i = this.#next; i < this.#overridden.length && this.#overridden[i]! < first + ANNOTATION_WIDTH; i++) {
      // A byte of an array of one-letter genes costs five; UTF-8 three for one character.
      size += overrides.get(this.#overridden[i]!)!.length * 6 + 32;
    }
    return size;
  }

  put(target: Buffer, start: number, row: number): number {
    const { ranges, overrides } = this.#annotations;
    const first = row * ANNOTATION_WIDTH;
    let at = start;
    for (let column = 0; column < ANNOTATION_WIDTH; column++) {
      const k = first + column;
      if (this.#overridden[this.#next] === k) {
        this.#next++;
        at = putOverride(target, at, types[column]!, overrides.get(k)!);
      } else if (ranges[2 * k]! < 0) {
        at = putLong(target, at, -1);
      } else {
        at = putValue(target, at, types[column]!, this.#bytes, ranges[2 * k]!, ranges[2 * k + 1]!);
      }
    }
    return at;
  }
}

type ColumnType = (typeof types)[number];

function putValue(target: Buffer, at: number, type: ColumnType, bytes: Buffer, start: number, end: number): number {
  if (type === 'text') return putRun(target, at, bytes, start, end);
  if (type === 'real') return putReal(target, at, parseDecimal(bytes, start, end));
  if (type === 'smallint') return putSmall(target, at, parseDecimal(bytes, start, end));
  return putGenes(target, at, bytes, start, end);
}

function putOverride(target: Buffer, at: number, type: ColumnType, value: string): number {
  if (type === 'real') return putReal(target, at, decimalOf(value));
  if (type === 'smallint') return putSmall(target, at, decimalOf(value));
  if (type === 'text') {
    const length = target.write(value, at + 4);
    putLong(target, at, length);
    return at + 4 + length;
  }
  const names = Buffer.from(value);
  return putGenes(target, at, names, 0, names.length);
}

/** text[] of one dimension, from names joined by commas. */
function putGenes(target: Buffer, start: number, bytes: Buffer, from: number, to: number): number {
  let at = putLong(target, start + 4, 1);
  at = putLong(target, putLong(target, at, 0), TEXT_OID);
  const dimension = at;
  at = putLong(target, at + 4, 1);
  let names = 0;
  for (let begin = from; begin <= to; names++) {
    let end = begin;
    while (end < to && bytes[end] !== COMMA) end++;
    at = putRun(target, at, bytes, begin, end);
    begin = end + 1;
  }
  putLong(target, dimension, names);
  putLong(target, start, at - start - 4);
  return at;
}

function putRun(target: Buffer, at: number, bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  putLong(target, at, length);
  const begin = at + 4;
  if (length > SHORT_BYTES) bytes.copy(target, begin, start, end);
  else for (let i = 0; i < length; i++) target[begin + i] = bytes[start + i]!;
  return begin + length;
}

/** Null unless it is a number that the column holds: a file may say anything, and one refused value would stop a COPY. */
function putReal(target: Buffer, at: number, value: number): number {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return putLong(target, at, -1);
  putLong(target, at, 4);
  target.writeFloatBE(single, at + 4);
  return at + 8;
}

function putSmall(target: Buffer, at: number, value: number): number {
  if (!Number.isInteger(value) || Math.abs(value) > 32_767) return putLong(target, at, -1);
  return putShort(target, putLong(target, at, 2), value);
}

function putInteger(target: Buffer, at: number, value: number): number {
  return putLong(target, putLong(target, at, 4), value);
}

function putLong(target: Buffer, at: number, value: number): number {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
  return at + 4;
}

function putShort(target: Buffer, at: number, value: number): number {
  target[at] = value >>> 8;
  target[at + 1] = value;
  return at + 2;
}
