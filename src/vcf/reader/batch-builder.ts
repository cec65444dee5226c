import type { Problem, RejectedRecord } from '../../core/problem.ts';
import { BOUNDS_STRIDE, END_ALT, END_REF, LINE_END, LINE_START, type VariantBlock } from '../../core/variant-block.ts';
import { countAlts, findRowFault, type RowFault, scanBounds } from '../lines.ts';
import { findForeignByte, hasForeignBytes } from './foreign-bytes.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const HASH = 35;
const REJECTED_TEXT_CHARACTERS = 1000;
const MIN_CAPACITY = 2 ** 18;
const MIN_ROWS = 1024;
/** Text copied in at a time: what is copied beyond the cut is copied again into the next batch. */
const SLICE_BYTES = 2 ** 16;

export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly lineBytes: number;
  /** Number of samples that the header names. */
  readonly samples: number;
}

/**
 * Collects the lines of one batch. Text goes in through `feed`, in pieces of any size; the piece boundaries leave no
 * trace in the result.
 */
export class BatchBuilder {
  readonly firstOrdinal: number;
  ordinal: number;
  /** Lines taken so far, counted from the beginning of the file. */
  line: number;
  readonly rejected: RejectedRecord[] = [];
  readonly warnings: Problem[] = [];
  readonly #limits: BatchLimits;
  #buffer: Buffer;
  /** Bytes of `#buffer` in use. */
  #length = 0;
  /** Start of the line that is being collected. */
  #lineStart = 0;
  /** Bytes of an overlong line dropped so far; 0 when no line is being skipped. */
  #skipped = 0;
  /** Text of all records taken, line ends included, each as often as it has ALT alleles. */
  #textBytes = 0;
  #emptyRun = 0;
  #rows = 0;
  #bounds: Uint32Array;
  #ordinals: Uint32Array;
  #lines: Uint32Array;

  constructor(first: { ordinal: number; line: number }, limits: BatchLimits, expectedBytes: number) {
    this.firstOrdinal = first.ordinal;
    this.ordinal = first.ordinal;
    this.line = first.line;
    this.#limits = limits;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(MIN_CAPACITY, expectedBytes));
    const rows = Math.min(limits.maxRecords, MIN_ROWS);
    this.#bounds = new Uint32Array(rows * BOUNDS_STRIDE);
    this.#ordinals = new Uint32Array(rows);
    this.#lines = new Uint32Array(rows);
  }

  /** The batch has what its limits allow. */
  get full(): boolean {
    return this.ordinal - this.firstOrdinal >= this.#limits.maxRecords || this.#textBytes >= this.#limits.maxBytes;
  }

  /** Text bytes held: what the next batch may expect to need. */
  get length(): number {
    return this.#length;
  }

  /** Takes text from `bytes[from ..]` until the batch is full or the text is used up; returns how many bytes it took. */
  feed(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && !this.full) {
      at += this.#skipped > 0 ? this.#skipLine(bytes, at) : this.#feedSlice(bytes, at);
    }
    return at - from;
  }

  #feedSlice(bytes: Buffer, from: number): number {
    const size = Math.min(SLICE_BYTES, bytes.length - from);
    const before = this.#length;
    this.#reserve(size);
    bytes.copy(this.#buffer, before, from, from + size);
    this.#length += size;
    this.#scan(before);
    if (this.#skipped > 0 || !this.full) return size;
    const taken = this.#lineStart - before;
    this.#length = this.#lineStart;
    return taken;
  }

  /** Takes every whole line of the text collected; `from` is where the search for a line end goes on. */
  #scan(from: number): void {
    const text = this.#buffer.subarray(0, this.#length);
    let searchFrom = from;
    while (!this.full) {
      // Looked at first: a bomb of empty lines would cost a native call for each.
      const newline = text[searchFrom] === NEWLINE ? searchFrom : text.indexOf(NEWLINE, searchFrom);
      if (newline === -1) {
        if (text.length - this.#lineStart > this.#limits.lineBytes) this.#beginSkip();
        return;
      }
      this.#takeLine(text, newline);
      searchFrom = newline + 1;
      this.#lineStart = searchFrom;
    }
  }

  #takeLine(text: Buffer, newline: number): void {
    const start = this.#lineStart;
    this.line++;
    const end = newline > start && text[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline;
    this.#textBytes += newline + 1 - start;
    if (end === start) {
      this.#emptyRun++;
      return;
    }
    if (this.#emptyRun > 0) this.#warnEmptyLines(this.line - 1);
    if (end - start > this.#limits.lineBytes) {
      this.#reject(start, end, this.#tooLong(end - start));
      return;
    }
    this.#takeRecord(text, start, end);
  }

  #takeRecord(text: Buffer, start: number, end: number): void {
    if (this.#rows * BOUNDS_STRIDE === this.#bounds.length) this.#growRows();
    const row = this.#rows;
    const columns = scanBounds(text, start, end, this.#bounds, row);
    const fault =
      text[start] === HASH
        ? { code: 'HEADER_LINE_AMONG_RECORDS', field: 'line', at: start, message: 'a header line among the records' }
        : findRowFault(text, this.#bounds, row, columns, this.#limits.samples);
    if (fault !== undefined) {
      this.#reject(start, end, fault);
      return;
    }
    const base = row * BOUNDS_STRIDE;
    const alts = countAlts(text, this.#bounds[base + END_REF]! + 1, this.#bounds[base + END_ALT]!);
    // Or a batch of records with many ALT alleles would become a hundred times larger when they are split.
    this.#textBytes += (alts - 1) * (end - start);
    this.#ordinals[row] = this.ordinal++;
    this.#lines[row] = this.line;
    this.#rows++;
  }

  /** Adds one line that was made elsewhere (BCF). No line end in it. */
  addLine(bytes: Buffer): void {
    const start = this.#length;
    this.#reserve(bytes.length + 1);
    bytes.copy(this.#buffer, start);
    this.#length += bytes.length;
    this.#buffer[this.#length++] = NEWLINE;
    this.#lineStart = this.#length;
    this.line++;
    this.#textBytes += bytes.length + 1;
    this.#takeRecord(this.#buffer, start, start + bytes.length);
  }

  /** Rejects one record that could not even be made a line (BCF). */
  addFault(fault: { code: string; field: string; message: string }, text: string): void {
    this.line++;
    this.#pushRejected(fault, 0, text);
  }

  /**
   * The text has ended: takes a last line without line end. When the container is damaged such a line may be half a
   * line, and is rejected.
   */
  finish(damaged: boolean): void {
    if (this.#skipped > 0) this.#endSkip(0);
    else if (this.#length > this.#lineStart && damaged) {
      this.line++;
      const message = 'the file ends in the middle of this line';
      this.#reject(this.#lineStart, this.#length, { code: 'LINE_TRUNCATED', field: 'line', at: this.#length, message });
      this.#lineStart = this.#length;
    } else if (this.#length > this.#lineStart) {
      this.#takeLine(this.#buffer.subarray(0, this.#length), this.#length);
      this.#lineStart = this.#length;
    }
    if (this.#emptyRun > 0) this.#warnEmptyLines(this.line);
  }

  #beginSkip(): void {
    this.#skipped = this.#length - this.#lineStart;
    // Only the first characters are shown later; the rest goes.
    this.#length = this.#lineStart + Math.min(this.#skipped, 4 * REJECTED_TEXT_CHARACTERS);
  }

  #skipLine(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(NEWLINE, from);
    const taken = newline === -1 ? bytes.length - from : newline + 1 - from;
    this.#skipped += taken;
    if (newline !== -1) this.#endSkip(1);
    return taken;
  }

  #endSkip(lineEndBytes: number): void {
    if (this.#emptyRun > 0) this.#warnEmptyLines(this.line);
    this.line++;
    this.#textBytes += this.#skipped;
    this.#reject(this.#lineStart, this.#length, this.#tooLong(this.#skipped - lineEndBytes));
    this.#length = this.#lineStart;
    this.#skipped = 0;
  }

  #tooLong(length: number): RowFault {
    const message = `a line of ${length} bytes; the limit is ${this.#limits.lineBytes}`;
    return { code: 'LINE_TOO_LONG', field: 'line', at: this.#lineStart, message };
  }

  #warnEmptyLines(lastLine: number): void {
    const message = this.#emptyRun === 1 ? 'an empty line' : `${this.#emptyRun} empty lines`;
    const line = lastLine - this.#emptyRun + 1;
    this.warnings.push({ code: 'EMPTY_LINE', severity: 'warning', line, column: 1, field: 'line', message });
    this.#emptyRun = 0;
  }

  #reject(start: number, end: number, fault: RowFault): void {
    const column = this.#buffer.toString('utf8', start, Math.min(fault.at, end)).length + 1;
    this.#pushRejected(fault, column, this.#excerpt(start, end));
  }

  #pushRejected(fault: { code: string; field: string; message: string }, column: number, text: string): void {
    const { code, field, message } = fault;
    const problem: Problem = { code, severity: 'error', line: this.line, column, field, message };
    this.rejected.push({ ordinal: this.ordinal++, problem, text });
  }

  #excerpt(start: number, end: number): string {
    const text = this.#buffer.toString('utf8', start, Math.min(end, start + 4 * REJECTED_TEXT_CHARACTERS));
    return text.slice(0, REJECTED_TEXT_CHARACTERS);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.floor(this.#buffer.length * 1.5)));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  #growRows(): void {
    const rows = Math.min(this.#limits.maxRecords, this.#rows * 2);
    this.#bounds = grow(this.#bounds, rows * BOUNDS_STRIDE);
    this.#ordinals = grow(this.#ordinals, rows);
    this.#lines = grow(this.#lines, rows);
  }

  /** The rows collected. Bytes that no text may hold are looked for here, over the whole batch at once. */
  build(): { block: VariantBlock; lines: Uint32Array } {
    const bytes = this.#buffer.subarray(0, this.#length);
    if (hasForeignBytes(bytes)) this.#rejectForeignBytes(bytes);
    const count = this.#rows;
    const block = {
      bytes,
      count,
      bounds: this.#bounds,
      ordinals: this.#ordinals.subarray(0, count),
      alleles: new Uint16Array(count),
    };
    return { block, lines: this.#lines.subarray(0, count) };
  }

  #rejectForeignBytes(bytes: Buffer): void {
    let kept = 0;
    for (let row = 0; row < this.#rows; row++) {
      const base = row * BOUNDS_STRIDE;
      const start = this.#bounds[base + LINE_START]!;
      const end = this.#bounds[base + LINE_END]!;
      const fault = findForeignByte(bytes.subarray(start, end), start);
      if (fault === undefined) {
        this.#bounds.copyWithin(kept * BOUNDS_STRIDE, base, base + BOUNDS_STRIDE);
        this.#ordinals[kept] = this.#ordinals[row]!;
        this.#lines[kept] = this.#lines[row]!;
        kept++;
        continue;
      }
      const { code, field, message } = fault;
      const column = bytes.toString('utf8', start, fault.at).length + 1;
      const problem: Problem = { code, severity: 'error', line: this.#lines[row]!, column, field, message };
      this.rejected.push({ ordinal: this.#ordinals[row]!, problem, text: this.#excerpt(start, end) });
    }
    this.#rows = kept;
    this.rejected.sort((a, b) => a.ordinal - b.ordinal);
  }
}

function grow(array: Uint32Array, length: number): Uint32Array {
  const grown = new Uint32Array(length);
  grown.set(array);
  return grown;
}
