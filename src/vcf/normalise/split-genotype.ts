const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;

/**
 * Writes the GT value `source[start .. end)` into `target` at `at` as the row of one ALT sees it (VCF 4.5 §1.6.2): `allele`
 * becomes 1, every other ALT becomes `other` (`0` or `.` as a byte); REF, missing, ploidy and phasing stay, the leading
 * separator of 4.4 and later included. Needs at most `end - start` bytes. Returns the new end. What is no genotype is copied.
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
    if (byte <= ZERO || byte > NINE) {
      target[to++] = byte;
      from++;
      continue;
    }
    let number = 0;
    for (; from < end && source[from]! >= ZERO && source[from]! <= NINE; from++)
      number = number * 10 + source[from]! - ZERO;
    target[to++] = number === allele ? ONE : other;
  }
  return to;
}
