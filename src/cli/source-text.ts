import { openText } from '../vcf/reader/open-text.ts';

/** Most of one line that is kept: enough for an excerpt around any column that people will look at. */
const KEPT_BYTES = 1 << 20;

/**
 * Gives lines of a file by number, in ascending order, by reading it a second time beside the validator. Decompressed and
 * streamed, so the size of the file does not matter.
 */
export class SourceLines implements AsyncDisposable {
  readonly #source: Awaited<ReturnType<typeof openText>>;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #line = 1;
  #kept: { line: number; text: string } | undefined;

  private constructor(source: Awaited<ReturnType<typeof openText>>) {
    this.#source = source;
  }

  static async open(path: string): Promise<SourceLines> {
    return new SourceLines(await openText(path));
  }

  /** Text of line `number` (1-based) without its end; undefined when it lies behind us or after the end. */
  async line(number: number): Promise<string | undefined> {
    if (this.#kept?.line === number) return this.#kept.text;
    while (this.#line < number) if (!(await this.#take(undefined))) return undefined;
    if (this.#line !== number) return undefined;
    const parts: Buffer[] = [];
    await this.#take(parts);
    const text = Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    this.#kept = { line: number, text };
    return text;
  }

  /** Moves behind the end of the current line, keeping its bytes in `parts`. False at the end of the file. */
  async #take(parts: Buffer[] | undefined): Promise<boolean> {
    let kept = 0;
    let any = false;
    for (;;) {
      if (this.#at >= this.#chunk.length) {
        const next = await this.#source.next();
        if (next === undefined) break;
        // A chunk is only valid until the next one: what is kept of it is copied below.
        this.#chunk = next.bytes;
        this.#at = 0;
      }
      any = true;
      const end = this.#chunk.indexOf(0x0a, this.#at);
      const until = end < 0 ? this.#chunk.length : end;
      if (parts !== undefined && kept < KEPT_BYTES) {
        const piece = Buffer.from(this.#chunk.subarray(this.#at, Math.min(until, this.#at + KEPT_BYTES - kept)));
        kept += piece.length;
        parts.push(piece);
      }
      this.#at = end < 0 ? until : end + 1;
      if (end >= 0) break;
    }
    this.#line++;
    return any;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source.close();
  }
}
