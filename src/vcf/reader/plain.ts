import type { Problem } from '../../core/problem.ts';
import type { ByteSource } from './byte-source.ts';
import type { TextChunk, TextSource } from './text-source.ts';

const CHUNK_BYTES = 2 ** 19;

/** Text as it lies in the file. */
export class PlainText implements TextSource {
  readonly container = 'plain';
  readonly damage: Problem | undefined = undefined;
  readonly #source: ByteSource;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** What detection has read already. */
  #lookahead: Buffer;

  constructor(source: ByteSource, lookahead: Buffer) {
    this.#source = source;
    this.#lookahead = lookahead;
  }

  get name(): string {
    return this.#source.name;
  }

  get totalBytes(): number {
    return this.#source.totalBytes;
  }

  get bytesRead(): number {
    return this.#source.position;
  }

  get seekable(): boolean {
    return this.#source.seekable;
  }

  async next(): Promise<TextChunk | undefined> {
    const kept = this.#lookahead.copy(this.#buffer);
    this.#lookahead = this.#lookahead.subarray(kept);
    const length = kept > 0 ? kept : await this.#source.read(this.#buffer, 0);
    if (length === 0) return undefined;
    const start = this.#source.position - this.#lookahead.length - length;
    return { bytes: this.#buffer.subarray(0, length), locate: (index) => String(start + index) };
  }

  async seek(offset: string): Promise<void> {
    this.#lookahead = this.#lookahead.subarray(0, 0);
    this.#source.seek(Number(offset));
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
