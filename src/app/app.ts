import type { Readable } from 'node:stream';
import { type Proof, type ProveOptions, prove } from '../consume/prove.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import { CheckpointFolder } from '../delivery/checkpoint.ts';
import { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { openPostgresStore } from '../stores/postgres/store.ts';
import { systemClock } from './clock.ts';
import { HomeLock, homeFolders, storeFolders } from './home.ts';
import { Ingestion, type IngestOptions, type IngestSummary } from './ingestion.ts';
import { openRoute, type PlatformSettings, type RouteObserver } from './platforms.ts';

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

  /** Reads a file (or a stream, kept on disk first) into the store, exactly once. */
  async ingest(input: string | Readable, options: IngestOptions): Promise<IngestSummary> {
    return this.#withLog((ingestion) => ingestion.run(input, options));
  }

  /** Recomputes a file from the tables and compares it with its receipt. Throws NOT_FOUND. */
  async prove(fileId: number, options: ProveOptions = {}): Promise<Proof> {
    return prove(this.store, await this.#file(fileId), options);
  }

  /** Removes a file and everything that came from it; what the log still holds of it is applied first, so it cannot return. */
  async deleteFile(fileId: number, options: Cancellable = {}): Promise<{ readonly variants: number }> {
    const file = await this.#file(fileId);
    return this.#withLog(async (ingestion, checkpoints) => {
      await ingestion.drain(options);
      await checkpoints.remove(this.tenant, file.digest);
      return this.store.deleteFile(this.tenant, fileId);
    });
  }

  async #file(fileId: number): Promise<StoredFile> {
    const file = (await this.store.files(this.tenant)).find((candidate) => candidate.fileId === fileId);
    if (file === undefined) throw new VcfAgentError('NOT_FOUND', `there is no file ${fileId}`);
    return file;
  }

  async #withLog<T>(work: (ingestion: Ingestion, checkpoints: CheckpointFolder) => Promise<T>): Promise<T> {
    const { home, logMaxBytes, platforms } = this.#options;
    const folders = storeFolders(home, await this.store.identity());
    using _lock = new HomeLock(home);
    const routePorts = { clock: systemClock, observer: this.#observer };
    await using route = await openRoute(platforms, { home, folders, logMaxBytes }, routePorts);
    const checkpoints = new CheckpointFolder(folders.checkpoints);
    const deadLetters = new DeadLetterFolder(folders.deadLetters);
    const ports = {
      route,
      checkpoints,
      deadLetters,
      store: this.store,
      clock: systemClock,
      spoolFolder: homeFolders(home).spool,
    };
    return await work(new Ingestion(ports, this.#options), checkpoints);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.store.close();
  }
}
