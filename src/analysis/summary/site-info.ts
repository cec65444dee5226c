import { BOUNDS_STRIDE, END_FILTER, END_INFO, type VariantBlock } from '../../core/variant-block.ts';
import { parseInteger } from '../../vcf/decimal-bytes.ts';
import { ByteFinder } from '../../vcf/info/byte-finder.ts';

const COMMA = 0x2c;
const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const A = 0x41;
const C = 0x43;
const D = 0x44;
const N = 0x4e;
const P = 0x50;
/** DP, AN, AC: when all are found, the rest of INFO is not looked at. */
const KEYS = 3;
/** Most values are shorter than this, where a loop beats a native search. */
const NEAR = 32;

/** The numbers that a summary takes from INFO, one row at a time: DP, AC and AN. */
export class SiteInfo {
  /** -1: none. */
  depth = -1;
  /** Alleles called (AN); -1: none. */
  called = -1;
  /** AC of each ALT; `altCounts` of them are valid. */
  counts = new Float64Array(16);
  altCounts = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #semicolons = new ByteFinder(this.#bytes, SEMICOLON);

  read({ bounds }: VariantBlock, bytes: Buffer, row: number): void {
    if (this.#bytes !== bytes) {
      this.#bytes = bytes;
      this.#semicolons = new ByteFinder(bytes, SEMICOLON);
    }
    this.depth = -1;
    this.called = -1;
    this.altCounts = 0;
    const end = bounds[row * BOUNDS_STRIDE + END_INFO]!;
    let wanted = KEYS;
    for (let at = bounds[row * BOUNDS_STRIDE + END_FILTER]! + 1; at < end && wanted > 0; ) {
      const first = bytes[at];
      const isShort = (first === A || first === D) && bytes[at + 2] === EQUALS;
      const valueEnd = this.#entryEnd(isShort ? at + 3 : at, end);
      if (isShort && this.#take(first, bytes[at + 1]!, at + 3, valueEnd)) wanted--;
      at = valueEnd + 1;
    }
  }

  /** Whether the key is one of those wanted. */
  #take(first: number, second: number, start: number, end: number): boolean {
    if (first === D && second === P) this.depth = wholeNumber(this.#bytes, start, end);
    else if (first === A && second === N) this.called = wholeNumber(this.#bytes, start, end);
    else if (first === A && second === C) this.#takeCounts(start, end);
    else return false;
    return true;
  }

  #takeCounts(start: number, end: number): void {
    this.altCounts = 0;
    let from = start;
    for (let at = start; at <= end; at++) {
      if (at < end && this.#bytes[at] !== COMMA) continue;
      if (this.altCounts === this.counts.length) this.#grow();
      this.counts[this.altCounts++] = wholeNumber(this.#bytes, from, at);
      from = at + 1;
    }
  }

  #grow(): void {
    const { counts } = this;
    this.counts = new Float64Array(counts.length * 2);
    this.counts.set(counts);
  }

  #entryEnd(from: number, end: number): number {
    const near = Math.min(from + NEAR, end);
    for (let at = from; at < near; at++) if (this.#bytes[at] === SEMICOLON) return at;
    return near === end ? end : Math.min(this.#semicolons.next(near), end);
  }
}

/** -1 for what is not a whole number, `.` included. */
function wholeNumber(bytes: Buffer, start: number, end: number): number {
  const value = parseInteger(bytes, start, end);
  return Number.isNaN(value) ? -1 : value;
}
