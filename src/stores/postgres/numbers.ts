const DOT = 0x2e;
const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const E = 0x65;
const MAX_FAST_DIGITS = 15;
const MAX_FAST_POWER = 22;
const MAX_FAST_LENGTH = 24;

const POWERS_OF_TEN = Float64Array.from({ length: MAX_FAST_POWER + 1 }, (_, n) => 10 ** n);

/**
 * Value of decimal text in `bytes[start, end)`, NaN if it is none (`.`, empty, `abc`). Up to 15 digits and powers of ten
 * up to 22 are exact as doubles, so one division or multiplication rounds correctly; the rest goes through `Number`.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  if (end - first > MAX_FAST_LENGTH) return parseSlowly(bytes, start, end);
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  let at = first;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
    } else if (bytes[at] === DOT && point < 0) {
      point = digits;
    } else {
      break;
    }
  }
  const exponent = at === end ? 0 : parseExponent(bytes, at, end);
  const power = exponent - (point < 0 ? 0 : digits - point);
  if (digits === 0 || digits > MAX_FAST_DIGITS || !(Math.abs(power) <= MAX_FAST_POWER))
    return parseSlowly(bytes, start, end);
  const value = power < 0 ? mantissa / POWERS_OF_TEN[-power]! : mantissa * POWERS_OF_TEN[power]!;
  return first === start ? value : -value;
}

/** `e-04` and the like; NaN for anything else. */
function parseExponent(bytes: Uint8Array, start: number, end: number): number {
  if ((bytes[start]! | 0x20) !== E) return Number.NaN;
  const sign = bytes[start + 1];
  const first = sign === MINUS || sign === PLUS ? start + 2 : start + 1;
  if (first >= end) return Number.NaN;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return sign === MINUS ? -value : value;
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  return decimalOf(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
}

/** The number that decimal text stands for; NaN for anything that `Number` would read but VCF does not mean. */
export function decimalOf(text: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** Unsigned integer text, which the reader has checked. */
export function parseUnsigned(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - ZERO;
  return value;
}
