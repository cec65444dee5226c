import { crc32 } from 'node:zlib';

/** Letters that one bit tells apart. */
const [PLAIN, FLIPPED] = ['A', 'C'];
const LETTERS = 33;

/**
 * Two texts of the same length and CRC-32 that differ in `marker`, which stands in `text` once. Flipping one letter changes
 * the CRC-32 by a difference that does not depend on the others, and of 33 such differences of 32 bits some cancel out.
 */
export function twins(text: string, marker: string): readonly [string, string] {
  const withLetters = (letters: string) => text.replace(marker, letters);
  const first = PLAIN!.repeat(LETTERS);
  const flip = (letters: string, at: number) => letters.slice(0, at) + FLIPPED + letters.slice(at + 1);
  const crc = crc32(withLetters(first));
  // Gaussian elimination: every row is a difference and the letters (as bits) that make it.
  const basis = new Map<number, { readonly difference: number; readonly letters: bigint }>();
  for (let at = 0; at < LETTERS; at++) {
    let difference = (crc32(withLetters(flip(first, at))) ^ crc) >>> 0;
    let letters = 1n << BigInt(at);
    while (difference !== 0) {
      const row = basis.get(Math.clz32(difference));
      if (row === undefined) break;
      difference = (difference ^ row.difference) >>> 0;
      letters ^= row.letters;
    }
    if (difference !== 0) {
      basis.set(Math.clz32(difference), { difference, letters });
      continue;
    }
    const second = Array.from({ length: LETTERS }, (_, i) => ((letters >> BigInt(i)) & 1n) === 1n);
    return [withLetters(first), withLetters(second.map((flipped) => (flipped ? FLIPPED : PLAIN)).join(''))];
  }
  throw new Error('33 differences of 32 bits cannot be independent');
}
