const MINUS = 45;
const PLUS = 43;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const EXPONENT = 101;
const UPPER = 32;
/** Up to here digits and powers of ten are exact in a double, so one multiplication or division rounds correctly (Clinger 1990). */
const MAX_DIGITS = 15;
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** The integer that `bytes[from .. to)` spells, within the safe range; NaN when it is not one. */
export function parseInteger(bytes: Uint8Array, from: number, to: number): number {
  const first = bytes[from];
  let at = first === MINUS || first === PLUS ? from + 1 : from;
  if (at >= to || to - at > MAX_DIGITS) return Number.NaN;
  let value = 0;
  for (; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return first === MINUS ? -value : value;
}

/** The decimal number that `bytes[from .. to)` spells, as `Number` reads it; NaN when it is not one (`nan` included). */
export function parseFloatBytes(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  let at = negative || bytes[from] === PLUS ? from + 1 : from;
  let value = 0;
  /** Digits from the first that is not zero. */
  let digits = 0;
  let any = false;
  let scale = 0;
  let inFraction = false;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === DOT && !inFraction) inFraction = true;
    else if (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      any = true;
      if (value > 0) digits++;
      if (inFraction) scale--;
    } else break;
  }
  if (at < to && (bytes[at]! | UPPER) === EXPONENT) {
    const exponent = parseInteger(bytes, at + 1, to);
    if (!Number.isNaN(exponent)) {
      scale += exponent;
      at = to;
    }
  }
  if (at < to || !any || digits > MAX_DIGITS || Math.abs(scale) >= POWERS.length) return parseSlowly(bytes, from, to);
  const magnitude = scale < 0 ? value / POWERS[-scale]! : value * POWERS[scale]!;
  return negative ? -magnitude : magnitude;
}

function parseSlowly(bytes: Buffer, from: number, to: number): number {
  const text = bytes.toString('latin1', from, to);
  if (/^[+-]?inf(inity)?$/i.test(text)) return text[0] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
