import { createHash } from 'node:crypto';
import type { Problem } from '../../core/problem.ts';
import type { Container, TextChunk, TextSource } from './text-source.ts';

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

/** A file's decompressed bytes, digested while somebody reads them. */
export class DigestedText implements TextSource {
  /** Of the whole text; undefined before its end, and when the reading did not begin at its beginning. */
  digest: string | undefined;
  readonly #source: TextSource;
  #running: TextDigest | undefined = new TextDigest();

  constructor(source: TextSource) {
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  get container(): Container {
    return this.#source.container;
  }

  get totalBytes(): number {
    return this.#source.totalBytes;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  get seekable(): boolean {
    return this.#source.seekable;
  }

  get damage(): Problem | undefined {
    return this.#source.damage;
  }

  async next(): Promise<TextChunk | undefined> {
    const chunk = await this.#source.next();
    if (chunk !== undefined) {
      this.#running?.update(chunk.bytes);
    } else if (this.#running !== undefined) {
      this.digest = this.#running.end(this.#source.damage);
      this.#running = undefined;
    }
    return chunk;
  }

  async seek(offset: string): Promise<void> {
    this.#running = undefined;
    this.digest = undefined;
    await this.#source.seek(offset);
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
