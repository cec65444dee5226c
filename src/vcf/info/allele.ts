import { BOUNDS_STRIDE, END_ALT, END_ID, END_REF, type VariantBlock } from '../../core/variant-block.ts';

/**
 * How an annotation names the allele it is about. `vep`: when a record holds an indel and all its alleles begin with the
 * same base, VEP cuts that base off (`-` for nothing); `full`: as ALT says it (SnpEff, SpliceAI).
 */
export type AlleleStyle = 'vep' | 'full';

/** How well an entry's allele fits the row: the best among a row's entries is used. NONE may still be taken, see `mayGuess`. */
export const FIT_NONE = 0;
export const FIT_EXACT = 3;
const FIT_OTHER_FORM = 2;
const FIT_MINIMAL = 1;

const COMMA = 0x2c;
const DASH = 0x2d;
const STAR = 0x2a;

function sameBytes(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/**
 * Decides which entries of an annotation speak of a row's own ALT. After a multi-allelic record is split, each row still
 * carries the annotation of all its alleles; to take another allele's is the classic silent error, so a row of such a
 * record accepts only a certain match.
 */
export class AlleleMatcher {
  /** The row is one of several of its record. */
  multiallelic = false;
  /** Number of the row's ALT in its record, from 1. */
  number = 1;
  private bytes: Uint8Array = new Uint8Array();
  private altStart = 0;
  private altEnd = 0;
  private anyAllele = false;
  private sharesFirst = false;
  private cutsFirst = false;
  private minimalStart = 0;
  private minimalEnd = 0;

  /** Turns to a row. */
  aim(block: VariantBlock, row: number): void {
    const { bytes, bounds, ordinals, count } = block;
    const at = row * BOUNDS_STRIDE;
    this.bytes = bytes;
    this.altStart = bounds[at + END_REF]! + 1;
    this.altEnd = bounds[at + END_ALT]!;
    this.number = block.alleles[row]!;
    const ordinal = ordinals[row]!;
    this.multiallelic =
      this.number > 1 ||
      (row > 0 && ordinals[row - 1] === ordinal) ||
      (row + 1 < count && ordinals[row + 1] === ordinal);
    const refStart = bounds[at + END_ID]! + 1;
    const refEnd = bounds[at + END_REF]!;
    this.sharesFirst = bytes[refStart] === bytes[this.altStart];
    this.anyAllele = false;
    this.minimalStart = this.altStart;
    this.minimalEnd = this.altEnd;
    if (refEnd - refStart === 1 && this.altEnd - this.altStart === 1 && !this.multiallelic) {
      this.cutsFirst = false;
      return;
    }
    for (let i = this.altStart; i < this.altEnd; i++) this.anyAllele ||= bytes[i] === COMMA;
    this.cutsFirst = this.multiallelic
      ? recordCutsFirst(block, row)
      : this.sharesFirst && refEnd - refStart !== this.altEnd - this.altStart;
    this.trimFully(refStart, refEnd);
  }

  private trimFully(refStart: number, refEnd: number): void {
    const { bytes } = this;
    let ref = refStart;
    let end = refEnd;
    while (ref < end && this.minimalStart < this.minimalEnd && bytes[end - 1] === bytes[this.minimalEnd - 1]) {
      end--;
      this.minimalEnd--;
    }
    while (ref < end && this.minimalStart < this.minimalEnd && bytes[ref] === bytes[this.minimalStart]) {
      ref++;
      this.minimalStart++;
    }
  }

  /** How well `bytes[start..end)`, an annotation's allele, fits the row. */
  fit(start: number, end: number, style: AlleleStyle): number {
    if (this.anyAllele) return FIT_EXACT;
    const full = this.equals(this.altStart, this.altEnd, start, end);
    const cuts = style === 'vep' && this.cutsFirst;
    if (full && !cuts) return FIT_EXACT;
    if (this.sharesFirst && this.equals(this.altStart + 1, this.altEnd, start, end)) {
      if (cuts) return FIT_EXACT;
      if (!this.multiallelic) return FIT_OTHER_FORM;
    }
    if (full && !this.multiallelic) return FIT_OTHER_FORM;
    return this.equals(this.minimalStart, this.minimalEnd, start, end) ? FIT_MINIMAL : FIT_NONE;
  }

  private equals(ownStart: number, ownEnd: number, start: number, end: number): boolean {
    const length = end - start;
    if (ownStart === ownEnd) return length === 1 && this.bytes[start] === DASH;
    return length === ownEnd - ownStart && sameBytes(this.bytes, ownStart, start, length);
  }
}

/** VEP's rule over all alleles of a split record: some length differs, and all but `*` begin with the base of REF. */
function recordCutsFirst(block: VariantBlock, row: number): boolean {
  const { bytes, bounds, ordinals, count } = block;
  const ordinal = ordinals[row]!;
  let first = row;
  while (first > 0 && ordinals[first - 1] === ordinal) first--;
  let indel = false;
  for (let sibling = first; sibling < count && ordinals[sibling] === ordinal; sibling++) {
    const at = sibling * BOUNDS_STRIDE;
    const refStart = bounds[at + END_ID]! + 1;
    const altStart = bounds[at + END_REF]! + 1;
    if (bytes[altStart] !== STAR && bytes[altStart] !== bytes[refStart]) return false;
    indel ||= altStart - 1 - refStart !== bounds[at + END_ALT]! - altStart;
  }
  return indel;
}

/** Whether the row's ALT equals the bytes: for annotations keyed by ALT as the file writes it. */
export function isAlt(block: VariantBlock, row: number, start: number, end: number): boolean {
  const at = row * BOUNDS_STRIDE;
  const altStart = block.bounds[at + END_REF]! + 1;
  return end - start === block.bounds[at + END_ALT]! - altStart && sameBytes(block.bytes, altStart, start, end - start);
}
