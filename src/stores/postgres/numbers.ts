const DOT = 0x2e;
const ZERO = 0x30;
const MINUS = 0x2d;
const MAX_FAST_DIGITS = 15;

const POWERS_OF_TEN = Float64Array.from({ length: MAX_FAST_DIGITS + 1 }, (_, n) => 10 ** n);

/**
 * Value of decimal text in `bytes[start, end)`, NaN if it is none (`.`, empty, `abc`). Plain decimals of up to 15 digits
 * are exact divisions of integers; whatever is longer or has an exponent goes through `Number`.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  if (end - first > MAX_FAST_DIGITS + 1) return parseSlowly(bytes, start, end);
  let mantissa = 0;
  let digits = 0;
  let fraction = -1;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
    } else if (bytes[at] === DOT && fraction < 0) {
      fraction = digits;
    } else {
      return parseSlowly(bytes, start, end);
    }
  }
  if (digits === 0 || digits > MAX_FAST_DIGITS) return parseSlowly(bytes, start, end);
  const value = fraction < 0 ? mantissa : mantissa / POWERS_OF_TEN[digits - fraction]!;
  return first === start ? value : -value;
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
