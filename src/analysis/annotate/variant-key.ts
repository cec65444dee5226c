import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_ID,
  END_POS,
  END_REF,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';

const TAB = 0x09;
const M = 0x4d;
const T = 0x54;
/** Turns a small ASCII letter into a capital one. */
const CAPITAL = 0xdf;
/** A, C, G, T, N. */
const BASES: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  'ACGTNacgtn'.includes(String.fromCharCode(byte)),
);

/**
 * The key of a row with one ALT, as bytes in memory that is used again: chromosome without `chr` (M is MT), position, REF and ALT in
 * capital letters, with tabs between. Rows without ALT, symbolic alleles and breakends have none: their bases do not say what they are.
 */
export class VariantKey {
  bytes = Buffer.allocUnsafe(1024);
  length = 0;

  /** Whether the row has one. */
  read({ bytes, bounds }: VariantBlock, row: number): boolean {
    const at = row * BOUNDS_STRIDE;
    const longest = bounds[at + END_ALT]! - bounds[at + LINE_START]! + 1;
    if (longest > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * longest);
    this.length = 0;
    this.#chromosome(bytes, bounds[at + LINE_START]!, bounds[at + END_CHROM]!);
    this.#copy(bytes, bounds[at + END_CHROM]! + 1, bounds[at + END_POS]!);
    return (
      this.#alleles(bytes, bounds[at + END_ID]! + 1, bounds[at + END_REF]!) &&
      this.#alleles(bytes, bounds[at + END_REF]! + 1, bounds[at + END_ALT]!)
    );
  }

  /** FNV-1a over the key, 32 bits; another `seed` gives another hash. */
  hash(seed: number): number {
    let hash = seed;
    for (let i = 0; i < this.length; i++) hash = Math.imul(hash ^ this.bytes[i]!, 0x0100_0193);
    return (hash ^ (hash >>> 15)) >>> 0;
  }

  #chromosome(bytes: Uint8Array, start: number, end: number): void {
    const isPrefixed =
      end - start > 3 &&
      (bytes[start]! & CAPITAL) === 0x43 &&
      (bytes[start + 1]! & CAPITAL) === 0x48 &&
      (bytes[start + 2]! & CAPITAL) === 0x52;
    const from = isPrefixed ? start + 3 : start;
    if (end - from !== 1 || (bytes[from]! & CAPITAL) !== M) {
      this.#copy(bytes, from, end);
      return;
    }
    this.bytes[this.length++] = M;
    this.bytes[this.length++] = T;
    this.bytes[this.length++] = TAB;
  }

  #copy(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) this.bytes[this.length++] = bytes[i]!;
    this.bytes[this.length++] = TAB;
  }

  #alleles(bytes: Uint8Array, start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      if (!BASES[bytes[i]!]) return false;
      this.bytes[this.length++] = bytes[i]! & CAPITAL;
    }
    this.bytes[this.length++] = TAB;
    return end > start;
  }
}
