import type { Readable } from 'node:stream';
import { DirectStoreWriter } from '../consume/direct-writer.ts';
import { type Proof, type ProveOptions, prove } from '../consume/prove.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import { CheckpointFolder } from '../delivery/checkpoint.ts';
import { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { openPostgresStore } from '../stores/postgres/store.ts';
import { systemClock } from './clock.ts';
import { type ConsumeOptions, type ConsumeSummary, consume } from './consume.ts';
import { HomeLock, homeFolders, type StoreFolders, storeFolders, WorkerSlot, workerName } from './home.ts';
import { Ingestion, type IngestionOptions, type IngestOptions, type IngestSummary } from './ingestion.ts';
import { openRoute, type PlatformSettings, type Route, type RouteObserver } from './platforms.ts';
import { topicOf } from './topics.ts';

/** What the composition root needs to know. */
export interface AppOptions {
  /** Folder of everything kept on this machine. */
  readonly home: string;
  /** A PostgreSQL server; without it the embedded one below `home`. */
  readonly databaseUrl?: string | undefined;
  readonly tenant: string;
  readonly maxInFlightVariants: number;
  readonly logMaxBytes: number;
  readonly compressionLevel: number;
  readonly lineBytes: number;
  /** What carries envelopes; left out: the embedded log alone. */
  readonly platforms?: PlatformSettings | undefined;
}

export interface OpenOptions extends Cancellable {
  /** Hears what happens on the way, for metrics and logs. */
  readonly observer?: RouteObserver | undefined;
}

/** The program without its command line: what `cli` and later the API are made of. */
export class App implements AsyncDisposable {
  readonly store: VariantStore;
  readonly tenant: string;
  readonly #options: AppOptions;
  readonly #observer: RouteObserver | undefined;

  private constructor(store: VariantStore, options: AppOptions, observer: RouteObserver | undefined) {
    this.store = store;
    this.tenant = options.tenant;
    this.#options = options;
    this.#observer = observer;
  }

  /** Opens (and on first use makes) the store. Throws DATABASE_UNAVAILABLE. */
  static async open(options: AppOptions, { signal, observer }: OpenOptions = {}): Promise<App> {
    const { databaseUrl, home } = options;
    const where = databaseUrl === undefined ? { home: homeFolders(home).postgres } : { url: databaseUrl };
    return new App(await openPostgresStore({ ...where, signal }), options, observer);
  }

  /** The same program for another tenant, on the same store: whoever opened this one closes it. */
  forTenant(tenant: string): App {
    return new App(this.store, { ...this.#options, tenant }, this.#observer);
  }

  /** What it keeps on this machine for its database. */
  async folders(): Promise<StoreFolders> {
    return storeFolders(this.#options.home, await this.store.identity());
  }

  /** Reads a file (or a stream, kept on disk first) into the store, exactly once. */
  ingest(input: string | Readable, options: IngestOptions): Promise<IngestSummary> {
    return this.ingesting((ingestion) => ingestion.run(input, options), options);
  }

  /** For several files in a row: the home is held, and the group joined, once. */
  ingesting<T>(work: (ingestion: Ingestion) => Promise<T>, options: Cancellable = {}): Promise<T> {
    return this.#writing(work, { ...options, drained: 'reachable platforms' });
  }

  /** Applies what others send, until its signal says stop or, if asked, until the log is drained. */
  async consume(options: ConsumeOptions): Promise<ConsumeSummary> {
    using slot = WorkerSlot.take(this.#options.home);
    const { folders, ports } = await this.#ports();
    await using route = await this.#openRoute(folders, slot.name);
    const { maxInFlightVariants } = this.#options;
    return await consume({ ...ports, route }, { topic: topicOf(this.#options), maxInFlightVariants }, options);
  }

  /** Recomputes a file from the tables and compares it with its receipt. Throws NOT_FOUND. */
  async prove(fileId: number, options: ProveOptions = {}): Promise<Proof> {
    return prove(this.store, await this.file(fileId), options);
  }

  /**
   * Removes a file and everything that came from it; what the log still holds of it is applied first, so it cannot return.
   * Rejects as a platform does that cannot be asked whether it holds something.
   */
  async deleteFile(fileId: number, options: Cancellable = {}): Promise<{ readonly variants: number }> {
    const file = await this.file(fileId);
    return this.#writing(
      async (ingestion) => {
        await ingestion.drain(options);
        await ingestion.forget(file.digest);
        return this.store.deleteFile(this.tenant, fileId);
      },
      { ...options, drained: 'every platform' },
    );
  }

  /** Throws NOT_FOUND. */
  async file(fileId: number): Promise<StoredFile> {
    const file = (await this.store.files(this.tenant)).find((candidate) => candidate.fileId === fileId);
    if (file === undefined)
      throw new VcfAgentError('NOT_FOUND', `there is no file ${fileId}`, { context: { file: fileId } });
    return file;
  }

  async #writing<T>(work: (ingestion: Ingestion) => Promise<T>, options: IngestionOptions): Promise<T> {
    const { home } = this.#options;
    const { folders, ports } = await this.#ports();
    using _lock = new HomeLock(home);
    await using route = await this.#openRoute(folders, workerName(home, 'ingest'));
    const checkpoints = new CheckpointFolder(folders.checkpoints);
    const ingestionPorts = { ...ports, route, checkpoints, spoolFolder: homeFolders(home).spool };
    await using ingestion = await Ingestion.open(ingestionPorts, this.#options, options);
    return await work(ingestion);
  }

  async #ports() {
    const folders = await this.folders();
    const deadLetters = new DeadLetterFolder(folders.deadLetters);
    return { folders, ports: { deadLetters, store: this.store, clock: systemClock, observer: this.#observer } };
  }

  #openRoute(folders: StoreFolders, worker: string): Promise<Route> {
    const { home, logMaxBytes, platforms } = this.#options;
    const ports = { clock: systemClock, observer: this.#observer, direct: new DirectStoreWriter(this.store) };
    return openRoute(platforms, { home, folders, logMaxBytes, worker }, ports);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.store.close();
  }
}
