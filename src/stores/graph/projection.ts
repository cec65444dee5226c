import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cancellable, StoredEnvelope } from '../../core/ports.ts';
import type {
  ProjectedFile,
  Projection,
  ProjectionContents,
  ProjectionEntry,
  Watermark,
} from '../../core/projection.ts';
import type { TranscriptReading } from '../../core/transcript-effect.ts';
import { GraphBatch } from './batch.ts';
import { ContentSum, DigestSink } from './content-digest.ts';
import { databasePath, GraphDatabase } from './database.ts';
import { projectionError } from './process.ts';
import { firstRow, projectEnvelope, projectFile } from './project-envelope.ts';
import { projectVerdict, VerdictCursor, type VerdictPages } from './project-verdicts.ts';
import { type GraphAnswer, type QueryLimits, queryGraph } from './query.ts';
import { type GraphState, StateFile } from './state.ts';

export interface GraphOptions {
  /** Of this projection alone. */
  readonly folder: string;
  /** How the transcript annotation of a file with this header is read. */
  readonly readTranscripts: (header: Uint8Array) => TranscriptReading;
  /** The verdicts on a file's variants as they are kept now. */
  readonly verdicts?: ((tenant: string, fileId: number, options: Cancellable) => VerdictPages) | undefined;
}

/** A load of this many variants takes 0.3 GB of lines and CSV with five transcripts a variant. */
const BATCH_VARIANTS = 50_000;

type EnvelopeEntry = Extract<ProjectionEntry, { kind: 'envelope' }>;

/** A property graph for each tenant. What is in it and why: docs/graph.md. */
export class GraphProjection implements Projection {
  readonly name = 'graph';
  readonly batchVariants = BATCH_VARIANTS;
  readonly #options: GraphOptions;
  readonly #stateFile: StateFile;
  #state: GraphState;
  /** While a tenant's graph is written. */
  #database: GraphDatabase | undefined;

  private constructor(options: GraphOptions, stateFile: StateFile, state: GraphState) {
    this.#options = options;
    this.#stateFile = stateFile;
    this.#state = state;
  }

  /** Throws PROJECTION_DAMAGED after a kill while it was written. */
  static async open(options: GraphOptions): Promise<GraphProjection> {
    const stateFile = new StateFile(options.folder);
    return new GraphProjection(options, stateFile, await stateFile.read());
  }

  /** Of the process that is writing now, for tests that kill it. */
  get writerPid(): number | undefined {
    return this.#database?.pid;
  }

  async watermark(): Promise<Watermark | undefined> {
    return this.#state.watermark;
  }

  async apply(
    entries: readonly ProjectionEntry[],
    files: ReadonlyMap<number, ProjectedFile>,
    upTo: Watermark,
    options: Cancellable = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const tenants = new Map(this.#state.tenants);
    await this.#stateFile.remove();
    try {
      for (const [tenant, ofTenant] of Map.groupBy(entries, (entry) => entry.tenant)) {
        await this.#applyTenant(tenant, ofTenant, { files, tenants, options });
      }
      await this.#keep({ watermark: upTo, tenants });
    } catch (error) {
      // Between two loads everything is sound, and what was loaded is known to be when it comes again.
      if (isAbort(error, options)) await this.#keep({ watermark: this.#state.watermark, tenants });
      throw projectionError(error);
    }
  }

  async contents(fileId: number, options: Cancellable = {}): Promise<ProjectionContents> {
    const tenant = this.#state.tenants.get(fileId);
    if (tenant === undefined) return new ContentSum().contents;
    const work = (database: GraphDatabase) => database.contents(fileId, options);
    return await this.#using(tenant, work, { ...options, readOnly: true });
  }

  async expected(
    file: ProjectedFile,
    envelopes: AsyncIterable<StoredEnvelope>,
    options: Cancellable = {},
  ): Promise<ProjectionContents> {
    const sink = new DigestSink();
    const readTranscripts = this.#options.readTranscripts(file.header);
    const verdicts = new VerdictCursor(this.#verdicts(file.tenant, file.fileId, options));
    let isTold = false;
    try {
      for await (const envelope of envelopes) {
        options.signal?.throwIfAborted();
        if (envelope.block.count === 0) continue;
        if (!isTold) projectFile(file, sink);
        isTold = true;
        const keys = projectEnvelope(file, envelope, readTranscripts, sink);
        const first = firstRow(file.fileId) + envelope.firstVariant;
        for (const verdict of await verdicts.before(first + keys.length)) {
          const key = keys[verdict.row - first];
          if (key !== undefined) projectVerdict(verdict, key, sink);
        }
      }
    } finally {
      await verdicts.close();
    }
    return sink.sum.contents;
  }

  /** Asks the tenant's graph. Throws USAGE for what is not one statement that reads, and OVERLOADED at a limit. */
  async query(tenant: string, statement: string, limits: QueryLimits): Promise<GraphAnswer> {
    return await queryGraph(databasePath(this.#folderOf(tenant)), statement, limits);
  }

  async close(): Promise<void> {
    await this.#database?.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #applyTenant(
    tenant: string,
    entries: readonly ProjectionEntry[],
    {
      files,
      tenants,
      options,
    }: {
      readonly files: ReadonlyMap<number, ProjectedFile>;
      readonly tenants: Map<number, string>;
      readonly options: Cancellable;
    },
  ): Promise<void> {
    // A deletion ends a run of envelopes: what came before it must be there to be deleted.
    const isGone = (entry: ProjectionEntry) => entry.kind === 'deletion' && tenants.has(entry.fileId);
    const only = new Set([...tenants].filter(([, of]) => of === tenant).map(([fileId]) => fileId));
    if (entries.every(isGone) && entries.every(({ fileId }) => only.delete(fileId)) && only.size === 0) {
      for (const { fileId } of entries) tenants.delete(fileId);
      await rm(this.#folderOf(tenant), { recursive: true, force: true });
      return;
    }
    const work = async (database: GraphDatabase): Promise<void> => {
      let run: EnvelopeEntry[] = [];
      const flush = async (): Promise<void> => {
        options.signal?.throwIfAborted();
        await this.#load(database, run, files);
        for (const { fileId, stored } of run) if (stored.block.count > 0) tenants.set(fileId, tenant);
        run = [];
      };
      for (const entry of entries) {
        if (entry.kind === 'envelope') run.push(entry);
        else if (entry.kind === 'deletion') {
          await flush();
          if (!tenants.has(entry.fileId)) continue;
          await database.deleteFile(entry.fileId);
          tenants.delete(entry.fileId);
        }
      }
      await flush();
      const judged = new Set(entries.filter(({ kind }) => kind === 'analysis').map(({ fileId }) => fileId));
      for (const fileId of judged) {
        options.signal?.throwIfAborted();
        if (tenants.has(fileId)) await this.#loadVerdicts(database, tenant, fileId);
      }
    };
    await this.#using(tenant, work, options);
  }

  /** Verdicts as they are now in the place of those that were. */
  async #loadVerdicts(database: GraphDatabase, tenant: string, fileId: number): Promise<void> {
    await database.forgetVerdicts(fileId);
    let keys: ReadonlyMap<number, string> | undefined;
    for await (const page of this.#verdicts(tenant, fileId, {})) {
      keys ??= await database.keysByRow(fileId);
      const batch = new GraphBatch();
      for (const verdict of page) {
        const key = keys.get(verdict.row);
        if (key !== undefined) projectVerdict(verdict, key, batch);
      }
      await database.load(batch, []);
    }
  }

  async *#verdicts(tenant: string, fileId: number, options: Cancellable): VerdictPages {
    if (this.#options.verdicts !== undefined) yield* this.#options.verdicts(tenant, fileId, options);
  }

  async #load(
    database: GraphDatabase,
    entries: readonly EnvelopeEntry[],
    files: ReadonlyMap<number, ProjectedFile>,
  ): Promise<void> {
    const firstOf = ({ fileId, stored }: EnvelopeEntry) => firstRow(fileId) + stored.firstVariant;
    const filled = entries.filter(({ stored }) => stored.block.count > 0);
    const loaded = new Set(await database.loaded(filled.map(firstOf)));
    const batch = new GraphBatch();
    const firstRows: number[] = [];
    for (const [fileId, ofFile] of Map.groupBy(filled, (entry) => entry.fileId)) {
      const file = files.get(fileId);
      const missing = ofFile.filter((entry) => !loaded.has(firstOf(entry)));
      if (file === undefined || missing.length === 0) continue;
      if (!(await database.hasFile(fileId))) projectFile(file, batch);
      const readTranscripts = this.#options.readTranscripts(file.header);
      for (const entry of missing) {
        // The same envelope may be told twice in one batch.
        if (loaded.has(firstOf(entry))) continue;
        loaded.add(firstOf(entry));
        firstRows.push(firstOf(entry));
        projectEnvelope(file, entry.stored, readTranscripts, batch);
      }
    }
    if (firstRows.length > 0) await database.load(batch, firstRows);
  }

  /** Opens the tenant's graph for `work`, and closes it whole; but after a failure nothing in it is trusted. */
  async #using<T>(
    tenant: string,
    work: (database: GraphDatabase) => Promise<T>,
    options: Cancellable & { readonly readOnly?: boolean },
  ): Promise<T> {
    try {
      const database = await GraphDatabase.open(this.#folderOf(tenant), options);
      this.#database = database;
      try {
        const result = await work(database);
        await database.close();
        return result;
      } catch (error) {
        if (isAbort(error, options)) await database.close();
        else await database.kill();
        throw error;
      } finally {
        this.#database = undefined;
      }
    } catch (error) {
      throw projectionError(error);
    }
  }

  async #keep(state: GraphState): Promise<void> {
    await this.#stateFile.write(state);
    this.#state = state;
  }

  /** Users of one tenant have no way to another's: no name of a tenant is a path. */
  #folderOf(tenant: string): string {
    const name = createHash('sha256').update(tenant).digest('hex').slice(0, 32);
    return join(this.#options.folder, 'tenants', name);
  }
}

function isAbort(error: unknown, { signal }: Cancellable): boolean {
  return signal?.aborted === true && error === signal.reason;
}
