const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const MINUS = 0x2d;

export const END_KEY = Buffer.from('END');
export const SVLEN_KEY = Buffer.from('SVLEN');

/** Start of the value of `key` in the INFO column `bytes[start .. end)`, -1 without it. */
export function findInfo(bytes: Uint8Array, start: number, end: number, key: Uint8Array): number {
  for (let at = start; at < end; ) {
    let matched = 0;
    while (matched < key.length && bytes[at + matched] === key[matched]) matched++;
    const value = at + key.length + 1;
    if (matched === key.length && value <= end && bytes[value - 1] === EQUALS) return value;
    at = endOfInfoValue(bytes, at, end) + 1;
  }
  return -1;
}

/** End (exclusive) of the INFO value, or entry, that starts at `start`. */
export function endOfInfoValue(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SEMICOLON) at++;
  return at;
}

/** The one integer that `key` has in INFO, undefined when it is absent, not an integer, or a list. */
export function infoInteger(bytes: Uint8Array, start: number, end: number, key: Uint8Array): number | undefined {
  const value = findInfo(bytes, start, end, key);
  if (value === -1) return undefined;
  const negative = bytes[value] === MINUS;
  return wholeNumber(bytes, negative ? value + 1 : value, endOfInfoValue(bytes, value, end), negative ? -1 : 1);
}

/** The decimal number `bytes[start .. end)` times `sign`, undefined when there is anything but 1 to 15 digits. */
export function wholeNumber(bytes: Uint8Array, start: number, end: number, sign = 1): number | undefined {
  if (start >= end || end - start > 15) return undefined;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number * sign;
}

export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
