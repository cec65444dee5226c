import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import type { Output } from './output.ts';

const deflate = promisify(deflateRaw);

/** Text in one block, as bgzip has it: even incompressible text then fits into 64 KiB. */
const BLOCK_TEXT_BYTES = 0xff00;
/** Blocks compressed at a time on the thread pool. */
const IN_FLIGHT = 8;
const HEADER_BYTES = 18;
const FOOTER_BYTES = 8;

/** The empty block that ends every BGZF file (SAM specification, section 4.1.2). */
export const BGZF_EOF = Buffer.from('1f8b08040000000000ff0600424302001b0003000000000000000000', 'hex');

/** One BGZF block holding `text`, at most BLOCK_TEXT_BYTES of it. */
export async function bgzfBlock(text: Uint8Array): Promise<Buffer> {
  const deflated = await deflate(text);
  const size = HEADER_BYTES + deflated.length + FOOTER_BYTES;
  const block = Buffer.alloc(size);
  BGZF_EOF.copy(block, 0, 0, HEADER_BYTES);
  block.writeUInt16LE(size - 1, HEADER_BYTES - 2);
  deflated.copy(block, HEADER_BYTES);
  block.writeUInt32LE(crc32(text), size - 8);
  block.writeUInt32LE(text.length, size - 4);
  return block;
}

/** Cuts text into blocks, compresses several at once and writes them in order. */
export class BgzfOutput implements Output {
  readonly #output: Output;
  readonly #starts: number[] = [];
  #text = Buffer.allocUnsafe(BLOCK_TEXT_BYTES);
  #used = 0;
  #blocks = 0;
  #offset = 0;
  #pending: Promise<Buffer>[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** Where the next byte written will stand: its block's number, and the offset within that block's text. */
  get position(): { readonly block: number; readonly within: number } {
    return { block: this.#blocks, within: this.#used };
  }

  /** Offsets in the file of every block written, and one more: of the end-of-file marker. Whole after `close`. */
  get blockStarts(): readonly number[] {
    return this.#starts;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let from = 0;
    while (from < bytes.length) {
      const taken = Math.min(BLOCK_TEXT_BYTES - this.#used, bytes.length - from);
      this.#text.set(bytes.subarray(from, from + taken), this.#used);
      this.#used += taken;
      from += taken;
      if (this.#used === BLOCK_TEXT_BYTES) await this.#cut();
    }
  }

  async #cut(): Promise<void> {
    const block = bgzfBlock(this.#text.subarray(0, this.#used));
    // A later block may fail to be awaited because an earlier one threw.
    block.catch(() => {});
    this.#pending.push(block);
    this.#text = Buffer.allocUnsafe(BLOCK_TEXT_BYTES);
    this.#used = 0;
    this.#blocks++;
    if (this.#pending.length >= IN_FLIGHT) await this.#writeFirst();
  }

  async #writeFirst(): Promise<void> {
    const block = await this.#pending.shift()!;
    this.#starts.push(this.#offset);
    this.#offset += block.length;
    await this.#output.write(block);
  }

  async close(): Promise<void> {
    if (this.#used > 0) await this.#cut();
    while (this.#pending.length > 0) await this.#writeFirst();
    this.#starts.push(this.#offset);
    await this.#output.write(BGZF_EOF);
    await this.#output.close();
  }

  async discard(): Promise<void> {
    this.#pending = [];
    await this.#output.discard();
  }
}
