import { VcfAgentError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { bcfBatches, isBcf, readBcfHeader, skipBcfRecords } from './bcf/bcf-batches.ts';
import type { Header } from './header/model.ts';
import { parseHeader } from './header/parse.ts';
import type { BatchLimits } from './reader/batch-builder.ts';
import { throwIfAborted } from './reader/byte-source.ts';
import { readHeaderText } from './reader/header-text.ts';
import { DEFAULT_LIMITS, type Limits } from './reader/limits.ts';
import { openText } from './reader/open-text.ts';
import { type BatchShape, DEFAULT_BATCH_BYTES, type RecordBatch, type ResumePoint } from './reader/record-batch.ts';
import { textBatches } from './reader/text-batches.ts';
import { TextCursor } from './reader/text-cursor.ts';
import type { Container, TextSource } from './reader/text-source.ts';

export type { RecordBatch, ResumePoint };

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** What `-` reads; default `process.stdin`. */
  readonly stdin?: NodeJS.ReadableStream | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Digest the text on the way. */
  readonly digest?: boolean | undefined;
}

export interface BatchOptions extends BatchShape {
  /** Go on after an earlier batch of the same file. */
  readonly from?: ResumePoint | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An open VCF or BCF file whose header has been read. */
export interface VcfReader extends AsyncDisposable {
  readonly header: Header;
  readonly headerProblems: readonly Problem[];
  readonly container: Container;
  readonly kind: 'vcf' | 'bcf';
  /** Compressed size; 0 for a pipe. */
  readonly totalBytes: number;
  /** Compressed bytes consumed so far. */
  readonly bytesRead: number;
  /** SHA-256 (hex) of the decompressed bytes, when asked for and all were read in order; undefined before the end. */
  readonly contentDigest: string | undefined;
  /** The records in order. One iteration at a time; a second one starts over, which a pipe cannot. */
  batches(options: BatchOptions): AsyncIterable<RecordBatch>;
  close(): Promise<void>;
}

/**
 * Opens VCF text (plain, gzip, BGZF) or BCF, from a path or from standard input (`-`), and reads its header.
 * Throws INPUT_NOT_FOUND, INPUT_IS_DIRECTORY, INPUT_UNREADABLE; INPUT_FORMAT when it is no VCF; INPUT_LIMIT,
 * INPUT_TRUNCATED or INPUT_CORRUPT when the header cannot be had. Whatever is wrong later is data in the batches.
 */
export async function openVcf(input: string, options: OpenOptions = {}): Promise<VcfReader> {
  const source = await openText(input, options);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  try {
    const cursor = new TextCursor(source, options);
    await cursor.advance();
    return isBcf(cursor.bytes) ? await openBcf(cursor, limits) : await openLines(cursor, limits);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openLines(cursor: TextCursor, limits: Limits): Promise<VcfReader> {
  const { bytes, lines } = await readHeaderText(cursor, limits);
  const { header, problems } = parseHeaderOf(cursor, bytes, lines);
  const start = { offset: cursor.position(), ordinal: 0, line: lines };
  return new Reader('vcf', cursor, start, { header, problems }, limits, {
    cut: textBatches,
    skip: (from, rewound) => cursor.skipLines(rewound ? from.line : from.line - lines),
  });
}

/** `parseHeader` whose error names the file, and the line where the header ended without a `#CHROM` line. */
function parseHeaderOf({ source }: TextCursor, bytes: Uint8Array, lines: number): ReturnType<typeof parseHeader> {
  try {
    return storable(parseHeader(bytes));
  } catch (error) {
    if (!(error instanceof VcfAgentError)) throw error;
    const context = { file: source.name, line: lines + 1, column: 1 };
    throw new VcfAgentError(error.code, `${source.name}, line ${lines + 1}: ${error.message}`, {
      context,
      cause: error,
    });
  }
}

/** No text column holds a NUL; in records it is a rejection, in the names of the columns there is nothing left to read. */
function storable(parsed: ReturnType<typeof parseHeader>): ReturnType<typeof parseHeader> {
  if (!parsed.header.samples.some((name) => name.includes('\0'))) return parsed;
  throw new VcfAgentError('INPUT_FORMAT', "a sample's name has a NUL byte");
}

async function openBcf(cursor: TextCursor, limits: Limits): Promise<VcfReader> {
  const { text, original, minor } = await readBcfHeader(cursor, limits.headerBytes);
  const { header } = parseHeader(original);
  const start = { offset: cursor.position(), ordinal: 0, line: 0 };
  return new Reader('bcf', cursor, start, storable(parseHeader(text)), limits, {
    cut: (...where) => bcfBatches(...where, header, minor),
    async skip(from, rewound) {
      if (rewound) await readBcfHeader(cursor, limits.headerBytes);
      await skipBcfRecords(cursor, from.ordinal);
    },
  });
}

/** What differs between text and BCF. */
interface RecordFormat {
  cut(cursor: TextCursor, from: ResumePoint, limits: BatchLimits): AsyncGenerator<RecordBatch>;
  /** Moves the cursor to `from` by reading; it stands behind the header, or at the file's beginning when `rewound`. */
  skip(from: ResumePoint, rewound: boolean): Promise<void>;
}

class Reader implements VcfReader {
  readonly kind: 'vcf' | 'bcf';
  readonly header: Header;
  readonly headerProblems: readonly Problem[];
  readonly #source: TextSource;
  readonly #cursor: TextCursor;
  readonly #start: ResumePoint;
  readonly #limits: Limits;
  readonly #format: RecordFormat;
  /** The cursor still stands where the header ended. */
  #fresh = true;

  constructor(
    kind: 'vcf' | 'bcf',
    cursor: TextCursor,
    start: ResumePoint,
    { header, problems }: ReturnType<typeof parseHeader>,
    limits: Limits,
    format: RecordFormat,
  ) {
    this.kind = kind;
    this.#source = cursor.source;
    this.#cursor = cursor;
    this.#start = start;
    this.header = header;
    this.headerProblems = problems;
    this.#limits = limits;
    this.#format = format;
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

  get contentDigest(): string | undefined {
    return this.#cursor.digest;
  }

  async *batches(options: BatchOptions): AsyncGenerator<RecordBatch> {
    const from = options.from ?? this.#start;
    await this.#moveTo(from);
    const limits = {
      maxRecords: options.maxRecords,
      maxBytes: options.maxBytes ?? DEFAULT_BATCH_BYTES,
      lineBytes: this.#limits.lineBytes,
      samples: this.header.samples.length,
    };
    for await (const batch of this.#format.cut(this.#cursor, from, limits)) {
      throwIfAborted(options.signal);
      yield batch;
    }
  }

  async #moveTo(from: ResumePoint): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = false;
    if (fresh && from === this.#start) return;
    if (!this.#source.seekable && !fresh) {
      throw new VcfAgentError('INPUT_UNREADABLE', `${this.#source.name} cannot be read twice`);
    }
    if (!this.#source.seekable) {
      await this.#format.skip(from, false);
    } else if (this.container === 'gzip') {
      await this.#cursor.seek('0');
      await this.#format.skip(from, true);
    } else {
      await this.#cursor.seek(from.offset);
    }
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
