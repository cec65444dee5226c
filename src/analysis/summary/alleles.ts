import { BOUNDS_STRIDE, END_ALT, END_ID, END_REF, type VariantBlock } from '../../core/variant-block.ts';

const COMMA = 0x2c;
const DOT = 0x2e;
const STAR = 0x2a;
const LESS = 0x3c;
const OPENING = 0x5b;
const CLOSING = 0x5d;
/** Makes an ASCII letter lower case. */
const LOWER = 0x20;

/** What an ALT is beside its REF, as bits, so that those of a record add up. */
export const ALLELE = { reference: 0, snp: 1, mnp: 2, indel: 4, other: 8, breakend: 16, overlap: 32 } as const;

/** No base of the four. */
export const NO_BASE = 4;
/** `A`, `C`, `G`, `T` in either case → 0 to 3. Two bases whose places differ by 2 are a transition. */
const BASE_OF = new Uint8Array(256).fill(NO_BASE);
for (const [base, letter] of [...'ACGT'].entries()) {
  BASE_OF[letter.charCodeAt(0)] = base;
  BASE_OF[letter.charCodeAt(0) | LOWER] = base;
}

/** Symbolic alleles that stand for the reference or for anything at all, not for a variant. */
const NOT_A_VARIANT: readonly Uint8Array[] = ['<*>', '<X>', '<NON_REF>'].map((text) => Buffer.from(text));

/**
 * The alleles of one record at a time. An ALT is what is left of it and of REF when the bases that both begin with, then
 * those that both end with, are taken away: nothing (reference), one base each (SNP), as many each (MNP), bases in one
 * only (indel), else other. So `bcftools stats` counts, as far as its output tells.
 */
export class Alleles {
  /** ALT alleles; 0 when ALT is `.`. */
  count = 0;
  /** What each ALT is: `ALLELE`. */
  types = new Uint8Array(16);
  /** Bases of each ALT more than REF has, fewer when negative. */
  lengthChanges = new Int32Array(16);
  /** First base of each ALT, 0 to 3, or NO_BASE. */
  bases = new Uint8Array(16);
  /** First base of REF, 0 to 3, or NO_BASE. */
  referenceBase = NO_BASE;
  /** All types together. */
  union = 0;

  read({ bounds }: VariantBlock, bytes: Buffer, row: number): void {
    const base = row * BOUNDS_STRIDE;
    const refStart = bounds[base + END_ID]! + 1;
    const refEnd = bounds[base + END_REF]!;
    const altEnd = bounds[base + END_ALT]!;
    this.count = 0;
    this.union = 0;
    this.referenceBase = BASE_OF[bytes[refStart]!]!;
    let start = refEnd + 1;
    if (altEnd - start === 1 && bytes[start] === DOT) return;
    for (let at = start; at <= altEnd; at++) {
      if (at < altEnd && bytes[at] !== COMMA) continue;
      this.#add(bytes, refStart, refEnd, start, at);
      start = at + 1;
    }
  }

  #add(bytes: Buffer, refStart: number, refEnd: number, start: number, end: number): void {
    const index = this.count++;
    if (index === this.types.length) this.#grow();
    const type = typeOf(bytes, refStart, refEnd, start, end);
    this.types[index] = type;
    this.union |= type;
    this.lengthChanges[index] = end - start - (refEnd - refStart);
    this.bases[index] = BASE_OF[bytes[start]!]!;
  }

  #grow(): void {
    const { types, lengthChanges, bases } = this;
    this.types = new Uint8Array(types.length * 2);
    this.lengthChanges = new Int32Array(types.length * 2);
    this.bases = new Uint8Array(types.length * 2);
    this.types.set(types);
    this.lengthChanges.set(lengthChanges);
    this.bases.set(bases);
  }
}

function typeOf(bytes: Buffer, refStart: number, refEnd: number, altStart: number, altEnd: number): number {
  if (refEnd - refStart === 1 && altEnd - altStart === 1) return singleBase(bytes[refStart]!, bytes[altStart]!);
  if (bytes[altStart] === LESS) return isNoVariant(bytes, altStart, altEnd) ? ALLELE.reference : ALLELE.other;
  if (altEnd - altStart === 1 && bytes[altStart] === STAR) return ALLELE.overlap;
  let ref = refStart;
  let alt = altStart;
  while (ref < refEnd && alt < altEnd && isSameBase(bytes[ref]!, bytes[alt]!)) {
    ref++;
    alt++;
  }
  if (alt < altEnd && (bytes[alt] === OPENING || bytes[alt] === CLOSING)) return ALLELE.breakend;
  let refLast = refEnd;
  let altLast = altEnd;
  while (refLast > ref && altLast > alt && isSameBase(bytes[refLast - 1]!, bytes[altLast - 1]!)) {
    refLast--;
    altLast--;
  }
  const deleted = refLast - ref;
  const inserted = altLast - alt;
  if (deleted === 0 || inserted === 0) return deleted === inserted ? ALLELE.reference : ALLELE.indel;
  if (deleted !== inserted) return ALLELE.other;
  return deleted === 1 ? ALLELE.snp : ALLELE.mnp;
}

function singleBase(ref: number, alt: number): number {
  if (alt === STAR) return ALLELE.overlap;
  return alt === DOT || isSameBase(ref, alt) ? ALLELE.reference : ALLELE.snp;
}

function isSameBase(a: number, b: number): boolean {
  return a === b || (a | LOWER) === (b | LOWER);
}

function isNoVariant(bytes: Buffer, start: number, end: number): boolean {
  return NOT_A_VARIANT.some((name) => name.length === end - start && bytes.subarray(start, end).equals(name));
}
