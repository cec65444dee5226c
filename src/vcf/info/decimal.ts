/** Largest and smallest magnitude of PostgreSQL's `real` (float4): beyond them its input function is an error, not a rounding. */
const REAL_MAX = 3.4e38;
const REAL_MIN = 1.2e-38;

const POWERS = Float64Array.from({ length: 60 }, (_, exponent) => Number(`1e${exponent}`));

function scale(mantissa: number, exponent: number): number {
  if (mantissa === 0 || exponent === 0) return mantissa;
  if (exponent > 0) return exponent < 60 ? mantissa * POWERS[exponent]! : Infinity;
  // Never down to 0, which would hide that the text is not 0.
  return exponent > -60 ? mantissa / POWERS[-exponent]! : Math.max(mantissa * 10 ** exponent, Number.MIN_VALUE);
}

/** Value of plain decimal text (`-1.5e-3`, `.5`, `7.`); NaN for anything else: empty, `.`, `nan`, `inf`, hexadecimal, spaces. */
function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const sign = bytes[at];
  if (at < end && (sign === 0x2d || sign === 0x2b)) at++;
  let mantissa = 0;
  let digits = 0;
  let exponent = 0;
  for (let digit = bytes[at]! - 0x30; at < end && digit >= 0 && digit <= 9; digit = bytes[++at]! - 0x30) {
    mantissa = mantissa * 10 + digit;
    digits++;
  }
  if (at < end && bytes[at] === 0x2e) {
    at++;
    for (let digit = bytes[at]! - 0x30; at < end && digit >= 0 && digit <= 9; digit = bytes[++at]! - 0x30) {
      mantissa = mantissa * 10 + digit;
      digits++;
      exponent--;
    }
  }
  if (digits === 0) return NaN;
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    const negative = bytes[++at] === 0x2d;
    if (negative || bytes[at] === 0x2b) at++;
    const first = at;
    let value = 0;
    for (let digit = bytes[at]! - 0x30; at < end && digit >= 0 && digit <= 9; digit = bytes[++at]! - 0x30) {
      value = Math.min(value * 10 + digit, 100_000);
    }
    if (at === first) return NaN;
    exponent += negative ? -value : value;
  }
  if (at !== end) return NaN;
  const magnitude = scale(mantissa, exponent);
  return sign === 0x2d ? -magnitude : magnitude;
}

/**
 * The largest of the numbers offered for one column of one row, kept as its bytes. Where a source gives several (`a&b` in
 * VEP, one a transcript in dbNSFP, `a,b` in an unsplit record) the largest is the cautious reading: the most common
 * allele frequency, the most damaging score.
 */
export class LargestNumber {
  /** Bounds of the number's text; start -1: none yet. */
  start = -1;
  end = -1;
  /** Too small for `real`: to be stored as 0. */
  tiny = false;
  private value = -Infinity;

  clear(): void {
    this.start = -1;
    this.value = -Infinity;
  }

  /** `bytes[start..end)` is one number or several joined by `&`, `,` or `|`; what is no number in range is passed over. */
  offer(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    for (let at = start; at <= end; at++) {
      const byte = bytes[at];
      if (at < end && byte !== 0x26 && byte !== 0x2c && byte !== 0x7c) continue;
      this.consider(bytes, from, at);
      from = at + 1;
    }
  }

  private consider(bytes: Uint8Array, start: number, end: number): void {
    if (start >= end) return;
    const value = parseDecimal(bytes, start, end);
    const magnitude = Math.abs(value);
    if (!(value > this.value) || magnitude > REAL_MAX) return;
    this.value = value;
    this.start = start;
    this.end = end;
    this.tiny = magnitude < REAL_MIN && magnitude !== 0;
  }
}
