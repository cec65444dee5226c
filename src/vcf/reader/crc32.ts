/** x^0 in the order of bits that CRC-32 has: the highest coefficient is the lowest bit. */
const ONE = 0x80000000;
/** x^8: what appending one zero byte multiplies by. */
const BYTE = 0x00800000;
/** The polynomial of gzip (RFC 1952, section 8), without its x^32. */
const POLYNOMIAL = 0xedb88320;

/**
 * CRC-32 of two runs of bytes one after the other, from the CRC-32 of each and the length of the second, without the bytes:
 * a CRC is a remainder of polynomials, so appending `length` bytes multiplies what was there by x^(8 · length).
 */
export class Crc32Joiner {
  /** x^(8 · length) by length: nearly all blocks of a file have the same. */
  readonly #shifts = new Map<number, number>();

  join(first: number, second: number, length: number): number {
    let shift = this.#shifts.get(length);
    if (shift === undefined) {
      shift = power(BYTE, length);
      this.#shifts.set(length, shift);
    }
    return (multiply(shift, first) ^ second) >>> 0;
  }
}

function power(base: number, exponent: number): number {
  let result = ONE;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** Product modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let term = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= term;
    term = (term & 1) === 0 ? term >>> 1 : (term >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}
