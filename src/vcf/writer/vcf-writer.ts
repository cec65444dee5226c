import type { Writable } from 'node:stream';
import { VcfAgentError } from '../../core/errors.ts';
import { BOUNDS_STRIDE, LINE_END, LINE_START, type VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../header/model.ts';
import { scanBounds } from '../lines.ts';
import { BgzfOutput } from './bgzf.ts';
import { type Output, openOutput } from './output.ts';
import { placeOf, TabixBuilder } from './tabix.ts';

export interface VcfWriterOptions {
  /** Header text up to and including the `#CHROM` line and its line end, or a parsed header. */
  readonly header: Uint8Array | Header;
  readonly compression: 'none' | 'bgzf';
  /** Also write `<path>.tbi`. Needs a path, BGZF and sorted records. */
  readonly index?: 'tbi' | undefined;
}

/** Writes VCF text. Lines appear exactly as they are given, each with a line feed. */
export interface VcfWriter extends AsyncDisposable {
  write(block: VariantBlock): Promise<void>;
  /** One data line without line end. */
  writeLine(line: string): Promise<void>;
  /** Flushes and, for a path, moves the finished file into its place. Without it nothing is left behind. */
  close(): Promise<void>;
}

/**
 * Opens a writer on a path (written beside it and renamed by `close`) or on a stream (which stays open).
 * Errors: OPTION_CONFLICT for an index without path or BGZF; while writing DISK_FULL, OUTPUT_UNWRITABLE, ABORTED when a
 * pipe's reader went away, INPUT_UNSORTED and INPUT_LIMIT when an index is asked for and cannot be.
 */
export function createVcfWriter(target: Writable | string, options: VcfWriterOptions): VcfWriter {
  if (options.index === undefined) return new LineWriter(target, options, undefined);
  if (typeof target !== 'string' || options.compression !== 'bgzf') {
    throw new VcfAgentError('OPTION_CONFLICT', 'a tabix index needs BGZF compression and a file to stand beside');
  }
  return new LineWriter(target, options, `${target}.tbi`);
}

/** Text gathered before it goes to an output that takes any size. */
const STAGE_BYTES = 2 ** 18;
const NEWLINE = 10;

class LineWriter implements VcfWriter {
  readonly #output: Output;
  readonly #bgzf: BgzfOutput | undefined;
  readonly #indexPath: string | undefined;
  readonly #index = new TabixBuilder();
  #header: Uint8Array | undefined;
  #closed = false;

  constructor(target: Writable | string, options: VcfWriterOptions, indexPath: string | undefined) {
    const output = openOutput(target);
    this.#bgzf = options.compression === 'bgzf' ? new BgzfOutput(output) : undefined;
    this.#output = this.#bgzf ?? new StagedOutput(output);
    this.#indexPath = indexPath;
    this.#header = options.header instanceof Uint8Array ? options.header : options.header.text;
  }

  async write(block: VariantBlock): Promise<void> {
    await this.#writeHeader();
    if (this.#indexPath === undefined) await this.#output.write(toText(block));
    else for (let row = 0; row < block.count; row++) await this.#writeIndexed(block, row);
  }

  async #writeIndexed(block: VariantBlock, row: number): Promise<void> {
    const from = placeOf(this.#bgzf!.position);
    await this.#output.write(toText(block, row, row + 1));
    this.#index.add(block, row, from, placeOf(this.#bgzf!.position));
  }

  async writeLine(line: string): Promise<void> {
    const bytes = Buffer.from(line);
    const bounds = new Uint32Array(BOUNDS_STRIDE);
    scanBounds(bytes, 0, bytes.length, bounds, 0);
    bounds[LINE_END] = bytes.length;
    await this.write({ bytes, count: 1, bounds, ordinals: new Uint32Array(1), alleles: new Uint16Array(1) });
  }

  async #writeHeader(): Promise<void> {
    const header = this.#header;
    this.#header = undefined;
    if (header !== undefined) await this.#output.write(header);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#writeHeader();
    await this.#output.close();
    this.#closed = true;
    if (this.#indexPath === undefined) return;
    const index = new BgzfOutput(openOutput(this.#indexPath));
    await index.write(this.#index.build(this.#bgzf!.blockStarts));
    await index.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#output.discard();
  }
}

/** The rows' lines, each with a line feed. */
function toText(block: VariantBlock, from = 0, to = block.count): Uint8Array {
  const { bytes, bounds } = block;
  let length = 0;
  for (let row = from; row < to; row++) {
    length += bounds[row * BOUNDS_STRIDE + LINE_END]! - bounds[row * BOUNDS_STRIDE + LINE_START]! + 1;
  }
  const text = Buffer.allocUnsafe(length);
  let at = 0;
  for (let row = from; row < to; row++) {
    const end = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    const start = bounds[row * BOUNDS_STRIDE + LINE_START]!;
    text.set(bytes.subarray(start, end), at);
    at += end - start;
    text[at++] = NEWLINE;
  }
  return text;
}

/** Gathers small writes into large ones. */
class StagedOutput implements Output {
  readonly #output: Output;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length >= STAGE_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const text = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    await this.#output.write(text);
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#output.close();
  }

  async discard(): Promise<void> {
    await this.#output.discard();
  }
}
