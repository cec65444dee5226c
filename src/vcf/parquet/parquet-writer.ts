import { createReadStream } from 'node:fs';
import { lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { VcfAgentError } from '../../core/errors.ts';
import type { StoredEnvelope } from '../../core/ports.ts';
import { bufferOf } from '../../core/variant-block.ts';
import type { Header } from '../header/model.ts';
import { openOutput, toOutputError } from '../writer/output.ts';
import { PARQUET_SCHEMA, type ParquetColumns, parquetColumns } from './columns.ts';
import { type ParquetRow, RowReader } from './rows.ts';
import { StagingTable, tableColumns } from './staging-table.ts';

export interface ParquetOptions {
  readonly header: Header;
  readonly genotypes: boolean;
  /** Each row has one ALT. */
  readonly isSplit: boolean;
  /** Facts kept in the file's own metadata: keys are names, values any text. */
  readonly facts: Readonly<Record<string, string>>;
}

/** DuckDB's own buffers; what does not fit lies on disk, beside the file that is written. */
const MEMORY_LIMIT = '512MB';
const THREADS = '2';
/** Rows of a row group: DuckDB's own default, and with many samples as many as hold this many genotypes. */
const GROUP_ROWS = 122_880;
const GROUP_GENOTYPES = 8_000_000;
/** Rows handed over at a time: what DuckDB's vectors hold, or as many as have this many values. */
const CHUNK_ROWS = 2048;
const CHUNK_VALUES = 400_000;
/** The appender holds 200,000 rows unless it is told otherwise: with thousands of samples, gigabytes. */
const CHUNKS_HELD = 4;

/**
 * Writes stored envelopes as one Parquet file (zstd). A file appears under its name only when it is whole: rows gather in a
 * table on disk beside it, because DuckDB writes Parquet from what it can read to the end. So memory stays bounded.
 */
export class ParquetWriter implements AsyncDisposable {
  readonly #target: Writable | string;
  readonly #folder: string;
  readonly #options: ParquetOptions;
  readonly #reader: RowReader;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #table: StagingTable;
  readonly #chunkRows: number;
  #rows: ParquetRow[] = [];
  #chunks = 0;

  private constructor(
    target: Writable | string,
    folder: string,
    options: ParquetOptions,
    opened: {
      readonly instance: DuckDBInstance;
      readonly connection: DuckDBConnection;
      readonly table: StagingTable;
      readonly columns: ParquetColumns;
    },
  ) {
    const { samples } = options.header;
    this.#target = target;
    this.#folder = folder;
    this.#options = options;
    this.#instance = opened.instance;
    this.#connection = opened.connection;
    this.#table = opened.table;
    this.#reader = new RowReader(opened.columns, samples);
    const { info, format = [] } = opened.columns;
    const valuesOfRow = info.length + format.length * samples.length;
    this.#chunkRows = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_VALUES / Math.max(1, valuesOfRow))));
  }

  /** `target`: a path, or a stream that gets the bytes in the end. Throws OUTPUT_UNWRITABLE, DISK_FULL. */
  static async open(target: Writable | string, options: ParquetOptions): Promise<ParquetWriter> {
    const duckdb = await import('@duckdb/node-api');
    const folder = await stagingFolder(target);
    try {
      const columns = parquetColumns(options.header, options);
      const settings = { memory_limit: MEMORY_LIMIT, threads: THREADS, temp_directory: join(folder, 'spill') };
      const instance = await duckdb.DuckDBInstance.create(join(folder, 'rows.duckdb'), settings);
      const connection = await instance.connect();
      const table = await StagingTable.create(duckdb, connection, tableColumns(columns));
      return new ParquetWriter(target, folder, options, { instance, connection, table, columns });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw toDuckError(target, error);
    }
  }

  async write({ block, annotations }: Pick<StoredEnvelope, 'block' | 'annotations'>): Promise<void> {
    const bytes = bufferOf(block);
    for (let row = 0; row < block.count; row++) {
      this.#rows.push(this.#reader.row(block, bytes, row, annotations));
      if (this.#rows.length >= this.#chunkRows) this.#flush();
    }
  }

  #flush(): void {
    try {
      this.#table.append(this.#rows);
      if (++this.#chunks % CHUNKS_HELD === 0) this.#table.flush();
    } catch (error) {
      throw toDuckError(this.#target, error);
    }
    this.#rows = [];
  }

  /** Writes the file and lets it appear. */
  async close(): Promise<void> {
    const whole = join(this.#folder, 'whole.parquet');
    if (this.#rows.length > 0) this.#flush();
    try {
      this.#table.close();
      await this.#connection.run(`copy variants to ${quoted(whole)} (${this.#copyOptions()})`);
    } catch (error) {
      throw toDuckError(this.#target, error);
    }
    await place(whole, this.#target);
  }

  #copyOptions(): string {
    const { header, genotypes, facts } = this.#options;
    const samples = genotypes ? Math.max(1, header.samples.length) : 1;
    const groupRows = Math.min(GROUP_ROWS, Math.max(CHUNK_ROWS, Math.floor(GROUP_GENOTYPES / samples)));
    const metadata = Object.entries({ ...facts, 'vcf-agent.schema': String(PARQUET_SCHEMA) });
    const pairs = metadata.map(([key, value]) => `${quoted(key)}: ${quoted(value)}`).join(', ');
    return `format parquet, compression zstd, row_group_size ${groupRows}, kv_metadata {${pairs}}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function nameOf(target: Writable | string): string {
  return typeof target === 'string' ? target : 'the output';
}

/** Beside the file, so that it only has to be renamed. */
async function stagingFolder(target: Writable | string): Promise<string> {
  const prefix =
    typeof target === 'string' ? join(dirname(target), `.${basename(target)}.`) : join(tmpdir(), 'vcf-agent-');
  try {
    return await mkdtemp(prefix);
  } catch (error) {
    throw toOutputError(nameOf(target), error);
  }
}

/** Renamed onto a file; a device, a pipe or a stream gets the bytes. */
async function place(whole: string, target: Writable | string): Promise<void> {
  const present = typeof target === 'string' ? await lstat(target).catch(() => undefined) : undefined;
  try {
    if (typeof target === 'string' && (present === undefined || present.isFile())) return await rename(whole, target);
  } catch (error) {
    throw toOutputError(nameOf(target), error);
  }
  const output = openOutput(target);
  for await (const chunk of createReadStream(whole)) await output.write(chunk as Buffer);
  await output.close();
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB tells what the file system said in words alone. */
function toDuckError(target: Writable | string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof VcfAgentError) return error;
  const isFull = /no space left|disk quota/i.test(error.message);
  const isIo = isFull || /^(IO|Out of Memory) Error/.test(error.message);
  if (!isIo) return error;
  return new VcfAgentError(isFull ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE', `${nameOf(target)}: ${error.message}`, {
    cause: error,
  });
}
