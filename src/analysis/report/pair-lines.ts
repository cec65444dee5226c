import { VcfAgentError } from '../../core/errors.ts';
import type { StoredLines } from '../../core/ports.ts';
import { bufferOf, type VariantBlock } from '../../core/variant-block.ts';
import type { Classified } from '../acmg/classify-file.ts';
import { placeOfRow } from '../acmg/place.ts';

/** A judged variant and the row that it was judged by. */
export interface Paired<Judged extends Classified> {
  readonly judged: Judged;
  readonly block: VariantBlock;
  readonly bytes: Buffer;
  readonly row: number;
  /** Its number among all variants of the file, from 0. */
  readonly variant: number;
}

/**
 * Puts verdicts beside the lines that they are of. Both come in the file's order, and every verdict has its line; lines without
 * a variant have no verdict. Read side by side, so that neither has to be held, and both to their end. `visit` must not keep
 * the block. Throws INPUT_CHANGED when they part.
 */
export async function pairWithLines<Judged extends Classified>(
  verdicts: AsyncIterable<readonly Judged[]>,
  blocks: AsyncIterable<StoredLines>,
  visit: (paired: Paired<Judged>) => void,
): Promise<void> {
  const lines = new LineCursor(blocks);
  try {
    for await (const batch of verdicts) {
      for (const judged of batch) {
        while (!lines.find(judged, visit)) await lines.next();
      }
    }
    await lines.drain();
  } finally {
    await lines.close();
  }
}

class LineCursor {
  readonly #blocks: AsyncIterator<StoredLines>;
  #block: VariantBlock | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #row = 0;
  #firstVariant = 0;

  constructor(blocks: AsyncIterable<StoredLines>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Visits the next row of this variant; false: it is not in the present block. */
  find<Judged extends Classified>(judged: Judged, visit: (paired: Paired<Judged>) => void): boolean {
    const block = this.#block;
    if (block === undefined) return false;
    const { chrom, pos, ref, alt } = judged.evidence;
    while (this.#row < block.count) {
      const row = this.#row++;
      const place = placeOfRow(block, this.#bytes, row);
      if (place.pos !== pos || place.alt !== alt || place.ref !== ref || place.chrom !== chrom) continue;
      visit({ judged, block, bytes: this.#bytes, row, variant: this.#firstVariant + row });
      return true;
    }
    return false;
  }

  async next(): Promise<void> {
    const { done, value } = await this.#blocks.next();
    if (done === true) throw new VcfAgentError('INPUT_CHANGED', 'the file changed while it was read: run it again');
    this.#block = value.block;
    this.#firstVariant = value.firstVariant;
    this.#bytes = bufferOf(value.block);
    this.#row = 0;
  }

  /** Reads what is left: a file's digest is known at its end. */
  async drain(): Promise<void> {
    while ((await this.#blocks.next()).done !== true);
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }
}
