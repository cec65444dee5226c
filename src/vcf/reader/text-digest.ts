import { createHash } from 'node:crypto';
import type { Problem } from '../../core/problem.ts';

const HASH = 0x23;
const NEWLINE = 0x0a;
/** Follows the text of a damaged file that ends in the middle of a line. */
const UNFINISHED = '\0unfinished';

/** SHA-256 over the decompressed bytes of a file. */
export class TextDigest {
  readonly #hash = createHash('sha256');
  #first: number | undefined;
  #last: number | undefined;

  update(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#first ??= bytes[0];
    this.#last = bytes.at(-1) ?? this.#last;
  }

  /**
   * Damage ended the text in the middle of a line. A sound file of the same bytes has one record more: its last line is
   * whole there and rejected here.
   */
  isUnfinished(damage: Problem | undefined): boolean {
    return damage !== undefined && this.#first === HASH && this.#last !== NEWLINE;
  }

  /** Hex. `damage`: what ended the file early, if anything did. Once. */
  end(damage: Problem | undefined): string {
    if (this.isUnfinished(damage)) this.#hash.update(UNFINISHED);
    return this.#hash.digest('hex');
  }
}
