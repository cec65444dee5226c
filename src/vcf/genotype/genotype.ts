const COLON = 0x3a;
const DOT = 0x2e;
const PIPE = 0x7c;
const SLASH = 0x2f;
const ZERO = 0x30;

/** Allele number of `.` in a Genotype. */
export const MISSING_ALLELE = -1;

/**
 * One GT value, taken apart (VCF 4.5 §1.6.2). An instance is reused from sample to sample: `parseGenotype` fills it and
 * nothing is allocated unless a ploidy was never seen before.
 */
export interface Genotype {
  /** How many alleles: 1 haploid, 2 diploid, …; 0 when the bytes were not a genotype. */
  ploidy: number;
  /** Allele numbers, 0 is REF, MISSING_ALLELE is `.`. Only the first `ploidy` are meaningful. */
  alleles: Int32Array;
  /**
   * 1 where the allele is phased. From the separator before it; for the first allele from the leading separator
   * (4.4 and later), else it is phased only when all the others are, and a lone haploid allele is.
   */
  phased: Uint8Array;
}

export function createGenotype(): Genotype {
  return { ploidy: 0, alleles: new Int32Array(4), phased: new Uint8Array(4) };
}

/** End (exclusive) of the first subfield of the sample column that is `bytes[start .. end)`: GT, when FORMAT has it, is first. */
export function endOfGenotype(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== COLON) at++;
  return at;
}

/**
 * Reads the GT value `bytes[start .. end)` into `genotype`. Returns false, with ploidy 0, when the bytes are not a
 * genotype; an empty value is one of them, a lone `.` is a missing haploid one.
 */
export function parseGenotype(bytes: Uint8Array, start: number, end: number, genotype: Genotype): boolean {
  genotype.ploidy = 0;
  let at = start;
  const leading = at < end && isSeparator(bytes[at]!) ? bytes[at++]! : 0;
  let ploidy = 0;
  let phase = 0;
  let allPhased = 1;
  for (;;) {
    const allele = alleleAt(bytes, at, end);
    if (allele < MISSING_ALLELE) return false;
    if (ploidy === genotype.alleles.length) grow(genotype);
    genotype.alleles[ploidy] = allele;
    genotype.phased[ploidy++] = phase;
    at = endOfAllele(bytes, at, end);
    if (at === end) break;
    if (!isSeparator(bytes[at]!)) return false;
    phase = bytes[at++] === PIPE ? 1 : 0;
    allPhased &= phase;
  }
  genotype.phased[0] = leading === 0 ? allPhased : leading === PIPE ? 1 : 0;
  genotype.ploidy = ploidy;
  return true;
}

/** True when the GT value `bytes[start .. end)` names an allele that is neither REF nor missing. */
export function carriesAlternate(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > ZERO && byte <= 0x39) return true;
  }
  return false;
}

/**
 * Writes the GT value `source[start .. end)` into `target` at `at` as seen by the row of one ALT: `allele` becomes 1, every
 * other ALT becomes `other` (`0` or `.` as a byte), REF, missing and the phasing stay. Needs at most `end - start` bytes.
 * Returns the new end. What is not a genotype is copied.
 */
export function writeSplitGenotype(
  source: Uint8Array,
  start: number,
  end: number,
  allele: number,
  other: number,
  target: Uint8Array,
  at: number,
): number {
  let from = start;
  let to = at;
  while (from < end) {
    const byte = source[from]!;
    if (byte <= ZERO || byte > 0x39) {
      target[to++] = byte;
      from++;
      continue;
    }
    let number = 0;
    while (from < end && isDigit(source[from]!)) number = number * 10 + source[from++]! - ZERO;
    target[to++] = number === allele ? 0x31 : other;
  }
  return to;
}

function isSeparator(byte: number): boolean {
  return byte === PIPE || byte === SLASH;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** The allele number at `at`, MISSING_ALLELE for `.`, less when there is neither. */
function alleleAt(bytes: Uint8Array, at: number, end: number): number {
  if (at < end && bytes[at] === DOT) return MISSING_ALLELE;
  let number = MISSING_ALLELE - 1;
  for (let i = at; i < end && isDigit(bytes[i]!); i++) number = Math.max(number, 0) * 10 + bytes[i]! - ZERO;
  return number > 0x7fffffff ? MISSING_ALLELE - 1 : number;
}

/** End (exclusive) of the allele at `at`. */
function endOfAllele(bytes: Uint8Array, at: number, end: number): number {
  let i = bytes[at] === DOT ? at + 1 : at;
  if (i === at) while (i < end && isDigit(bytes[i]!)) i++;
  return i;
}

function grow(genotype: Genotype): void {
  const alleles = new Int32Array(genotype.alleles.length * 2);
  const phased = new Uint8Array(alleles.length);
  alleles.set(genotype.alleles);
  phased.set(genotype.phased);
  genotype.alleles = alleles;
  genotype.phased = phased;
}
