import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VariantKey } from './variant-key.ts';

const CHUNK_BYTES = 1 << 20;
/** Of files in one order the next value is often in the same page. */
const PAGE_BYTES = 1 << 16;
/** Length of the key, length of the value, and where the one before it of the same number begins. */
const HEAD_BYTES = 16;
const NONE = -1;

/**
 * What an annotation says about variants, by their numbers, in a temporary file: memory holds one number a variant, however much is
 * said. Filled, then read.
 */
export class FoundValues implements Disposable {
  readonly #folder: string;
  readonly #file: number;
  /** Where the first that was said of each number begins. */
  readonly #starts: Float64Array;
  #chunk: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #filled = 0;
  #written = 0;
  /** A new one each time: values that were given stay as they are. */
  #page: Buffer = Buffer.alloc(0);
  #pageStart = 0;

  constructor(variants: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'vcf-agent-annotate-'));
    this.#file = openSync(join(this.#folder, 'values'), 'wx+');
    this.#starts = new Float64Array(variants).fill(NONE);
  }

  add(number: number, key: VariantKey, value: Uint8Array): void {
    const size = HEAD_BYTES + key.length + value.length;
    if (this.#filled + size > this.#chunk.length) this.#flush(size);
    const at = this.#filled;
    this.#chunk.writeUInt32LE(key.length, at);
    this.#chunk.writeUInt32LE(value.length, at + 4);
    this.#chunk.writeDoubleLE(this.#starts[number]!, at + 8);
    key.bytes.copy(this.#chunk, at + HEAD_BYTES, 0, key.length);
    this.#chunk.set(value, at + HEAD_BYTES + key.length);
    this.#starts[number] = this.#written + at;
    this.#filled += size;
  }

  /** Ends the filling. */
  seal(): void {
    this.#flush(0);
  }

  /** The first that was said of exactly this variant; undefined when nothing was. */
  get(number: number, key: VariantKey): Uint8Array | undefined {
    let found: Uint8Array | undefined;
    // Each leads to the one before it, so the last that fits was the first that was said.
    for (let start = this.#starts[number]!; start !== NONE; ) {
      const head = this.#read(start, HEAD_BYTES);
      const keyLength = head.readUInt32LE(0);
      const valueLength = head.readUInt32LE(4);
      const before = head.readDoubleLE(8);
      const body = this.#read(start + HEAD_BYTES, keyLength + valueLength);
      const isSame = keyLength === key.length && body.compare(key.bytes, 0, keyLength, 0, keyLength) === 0;
      if (isSame) found = body.subarray(keyLength);
      start = before;
    }
    return found;
  }

  #read(start: number, length: number): Buffer {
    const end = start + length;
    if (start < this.#pageStart || end > this.#pageStart + this.#page.length) {
      const page = Buffer.allocUnsafe(Math.max(length, PAGE_BYTES));
      const read = readSync(this.#file, page, 0, Math.min(page.length, this.#written - start), start);
      this.#page = page.subarray(0, read);
      this.#pageStart = start;
    }
    return this.#page.subarray(start - this.#pageStart, end - this.#pageStart);
  }

  #flush(needed: number): void {
    for (let at = 0; at < this.#filled; ) at += writeSync(this.#file, this.#chunk, at, this.#filled - at);
    this.#written += this.#filled;
    this.#filled = 0;
    if (needed > this.#chunk.length) this.#chunk = Buffer.allocUnsafe(needed);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
