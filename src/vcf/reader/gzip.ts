import { createGunzip, type Gunzip } from 'node:zlib';
import type { Problem } from '../../core/problem.ts';
import type { ByteSource } from './byte-source.ts';
import { damageAt, type TextChunk, type TextSource } from './text-source.ts';

/**
 * Compressed bytes handed to zlib at a time. Deflate expands at most 1,032 times, so what one piece can become (17 MB)
 * bounds the memory that a gzip bomb takes. Pieces are always full: damage then costs the same records on every read.
 */
const PIECE_BYTES = 2 ** 14;
/** What zlib has written of its last piece when it finds damage is lost, so pieces are small. */
const OUTPUT_BYTES = 2 ** 16;

/** Ordinary gzip, any number of members: readable from the beginning only. */
export class GzipText implements TextSource {
  readonly container = 'gzip';
  damage: Problem | undefined;
  readonly #source: ByteSource;
  readonly #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #lookahead: Buffer;
  #gunzip: Gunzip;
  #inflated: Buffer[] = [];
  #ended = false;

  constructor(source: ByteSource, lookahead: Buffer) {
    this.#source = source;
    this.#lookahead = lookahead;
    this.#gunzip = this.#start();
  }

  get name(): string {
    return this.#source.name;
  }

  get totalBytes(): number {
    return this.#source.totalBytes;
  }

  get bytesRead(): number {
    return this.#source.position - this.#lookahead.length;
  }

  get seekable(): boolean {
    return this.#source.seekable;
  }

  async next(): Promise<TextChunk | undefined> {
    for (;;) {
      const bytes = this.#inflated.shift();
      if (bytes !== undefined) return { bytes, locate: () => '0' };
      if (this.#ended || this.damage !== undefined) return undefined;
      const length = await this.#fillPiece();
      await (length === 0 ? this.#finish() : this.#write(this.#piece.subarray(0, length)));
    }
  }

  #start(): Gunzip {
    const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
    // Taken as they come: output that waits inside a stream is thrown away when the stream fails.
    gunzip.on('data', (bytes: Buffer) => this.#inflated.push(bytes));
    gunzip.on('error', (error) => {
      const truncated = error.message === 'unexpected end of file';
      this.damage = truncated
        ? damageAt('GZIP_TRUNCATED', 'the file ends before the end of its gzip data')
        : damageAt('GZIP_CORRUPT', `gzip data damaged before byte ${this.bytesRead}: ${error.message}`);
    });
    return gunzip;
  }

  async #fillPiece(): Promise<number> {
    let length = this.#lookahead.copy(this.#piece);
    this.#lookahead = this.#lookahead.subarray(length);
    while (length < PIECE_BYTES) {
      const read = await this.#source.read(this.#piece, length);
      if (read === 0) break;
      length += read;
    }
    return length;
  }

  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#gunzip.once('close', resolve);
      this.#gunzip.write(piece, () => {
        this.#gunzip.off('close', resolve);
        resolve();
      });
    });
  }

  #finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#gunzip.once('close', () => {
        this.#ended = true;
        resolve();
      });
      this.#gunzip.end();
    });
  }

  async seek(): Promise<void> {
    this.#source.seek(0);
    this.#gunzip.destroy();
    this.#lookahead = this.#lookahead.subarray(0, 0);
    this.#inflated = [];
    this.damage = undefined;
    this.#ended = false;
    this.#gunzip = this.#start();
  }

  async close(): Promise<void> {
    this.#gunzip.destroy();
    await this.#source.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
