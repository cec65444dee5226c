import { VcfAgentError } from '../../core/errors.ts';
import type { Problem } from '../../core/problem.ts';
import { TextDigest } from './text-digest.ts';
import type { TextChunk, TextSource } from './text-source.ts';

const NEWLINE = 10;

/** A place in a source's text: the chunk at hand and how much of it is used. */
export class TextCursor {
  readonly source: TextSource;
  /** SHA-256 (hex) of the whole text, when asked for; undefined before its end, and after a seek. */
  digest: string | undefined;
  #chunk: TextChunk | undefined;
  #digesting: TextDigest | undefined;
  /** Next unused byte of `bytes`. */
  index = 0;

  constructor(source: TextSource, { digest = false }: { readonly digest?: boolean | undefined } = {}) {
    this.source = source;
    if (digest) this.#digesting = new TextDigest();
  }

  /** The chunk at hand; empty before the first `advance` and at the end. */
  get bytes(): Buffer {
    return this.#chunk?.bytes ?? EMPTY;
  }

  /** True when there is an unused byte, fetching the next chunk if need be; false at the end or at damage. */
  async advance(): Promise<boolean> {
    if (this.index < this.bytes.length) return true;
    const chunk = await this.source.next();
    if (chunk === undefined) {
      this.digest ??= this.#digesting?.end(this.damage);
      this.#digesting = undefined;
      return false;
    }
    this.#digesting?.update(chunk.bytes);
    this.#chunk = chunk;
    this.index = 0;
    return true;
  }

  get damage(): Problem | undefined {
    return this.source.damage;
  }

  /** Where the next unused byte lies in the file. */
  position(): string {
    return this.#chunk?.locate(this.index) ?? '0';
  }

  async seek(offset: string): Promise<void> {
    this.#digesting = undefined;
    this.digest = undefined;
    this.#chunk = undefined;
    this.index = 0;
    await this.source.seek(offset);
  }

  /** Drops `count` line ends and what stands before them. */
  async skipLines(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      if (!(await this.advance())) throw new VcfAgentError('CHECKPOINT_CORRUPT', `${this.source.name} has fewer lines`);
      const newline = this.bytes.indexOf(NEWLINE, this.index);
      this.index = newline === -1 ? this.bytes.length : newline + 1;
      if (newline !== -1) left--;
    }
  }

  /** Fills `target`; returns how many bytes there were, fewer only at the end or at damage. */
  async read(target: Buffer): Promise<number> {
    let filled = 0;
    while (filled < target.length && (await this.advance())) {
      const copied = this.bytes.copy(target, filled, this.index);
      this.index += copied;
      filled += copied;
    }
    return filled;
  }
}

const EMPTY = Buffer.alloc(0);
