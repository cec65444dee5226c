import { VcfAgentError } from '../../core/errors.ts';
import type { VariantKey } from './variant-key.ts';

const FIRST_SLOTS = 1 << 16;
/** 12 bytes a key and slot: 1.6 GB at the most. */
const MOST_KEYS = 2 ** 26;
const SEED = 0x811c_9dc5;
const OTHER_SEED = 0x9747_b28c;

/**
 * Numbers for variant keys, from 0 in the order in which they came. A key is known by 64 bits of hash: whoever has to be sure compares
 * the key itself.
 */
export class KeyTable {
  count = 0;
  #slots = new Uint32Array(FIRST_SLOTS);
  #hashes = new Uint32Array(FIRST_SLOTS);
  #checks = new Uint32Array(FIRST_SLOTS);

  /** The number of a key; -1 when it is not in. */
  find(key: VariantKey): number {
    return this.#slots[this.#slotOf(key.hash(SEED), key.hash(OTHER_SEED))]! - 1;
  }

  /** Puts a key in unless it is. Throws INPUT_LIMIT. */
  add(key: VariantKey): void {
    const hash = key.hash(SEED);
    const check = key.hash(OTHER_SEED);
    const slot = this.#slotOf(hash, check);
    if (this.#slots[slot] !== 0) return;
    if (this.count >= MOST_KEYS) {
      throw new VcfAgentError('INPUT_LIMIT', `a file of more than ${MOST_KEYS} variants cannot be annotated in one go`);
    }
    this.#hashes[this.count] = hash;
    this.#checks[this.count] = check;
    this.#slots[slot] = ++this.count;
    if (this.count * 2 > this.#slots.length) this.#grow();
  }

  #slotOf(hash: number, check: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]!;
      if (number === 0) return slot;
      if (this.#hashes[number - 1] === hash && this.#checks[number - 1] === check) return slot;
    }
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    this.#slots = new Uint32Array(size);
    this.#hashes = enlarged(this.#hashes, size);
    this.#checks = enlarged(this.#checks, size);
    for (let number = 0; number < this.count; number++) {
      this.#slots[this.#slotOf(this.#hashes[number]!, this.#checks[number]!)] = number + 1;
    }
  }
}

function enlarged(numbers: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(size);
  larger.set(numbers);
  return larger;
}
