import type { Readable } from 'node:stream';
import type { EmbedderSettings } from '../analysis/embeddings/text-embedder.ts';
import { DirectStoreWriter } from '../consume/direct-writer.ts';
import { type ProveOptions, prove } from '../consume/prove.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import type { EgressEntry } from '../core/narratives.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import type { Judgement } from '../core/verdicts.ts';
import { CheckpointFolder } from '../delivery/checkpoint.ts';
import { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { openPostgresStore } from '../stores/postgres/store.ts';
import type { Analysis, AnalysisOpenOptions } from './analysis.ts';
import type { AnalysisSettings } from './analysis-settings.ts';
import { systemClock } from './clock.ts';
import { type ConsumeOptions, type ConsumeSummary, consume } from './consume.ts';
import { followAlong, namesIn } from './follow-along.ts';
import { GraphQuestions } from './graph.ts';
import { HomeLock, homeFolders, type StoreFolders, storeFolders, WorkerSlot, workerName } from './home.ts';
import { Ingestion, type IngestionOptions, type IngestOptions, type IngestSummary } from './ingestion.ts';
import type { JudgeOptions, Judging, LoadedClinvar, RejudgedVariant } from './judge.ts';
import { openRoute, type PlatformSettings, type Route, type RouteObserver } from './platforms.ts';
import { OPENERS, type Openers } from './projection-openers.ts';
import { Projections, type UseOptions } from './projections.ts';
import { type FullProof, withProjections } from './prove-projections.ts';
import type { VerdictProof } from './prove-verdicts.ts';
import type { Reclassification } from './reclassify.ts';
import type { SearchAnswer, SearchOptions, SearchPorts } from './search.ts';
import type { SimilarAnswer, SimilarOptions } from './similar.ts';
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
  /** What makes text embeddings; left out: the model on this machine. */
  readonly embeddings?: EmbedderSettings | undefined;
  /** What `consume` keeps up to date beside the store: names, or `lazy` for none. */
  readonly projections?: string | undefined;
  /** What carries envelopes; left out: the embedded log alone. */
  readonly platforms?: PlatformSettings | undefined;
}

export interface OpenOptions extends Cancellable {
  /** Hears what happens on the way, for metrics and logs. */
  readonly observer?: RouteObserver | undefined;
}

export interface AnalysingOptions extends Pick<AnalysisOpenOptions, 'onCounted' | 'onTrouble'> {
  /** Hears of every request that leaves this machine, before it does. */
  readonly onEgress?: ((entry: EgressEntry) => void) | undefined;
}

/** The rules answer at once; of what models are asked, no more is taken than they are asked at a time. */
function messagesAtOnce({ providers }: AnalysisSettings): number {
  const atOnce = providers.reduce((sum, { concurrency }) => sum + concurrency, 0);
  return atOnce === 0 ? RULES_AT_ONCE : atOnce;
}

const RULES_AT_ONCE = 200;

/** The program without its command line: what `cli` and later the API are made of. */
export class App implements AsyncDisposable {
  readonly store: VariantStore;
  readonly tenant: string;
  /** What is derived from the store: opened by name, brought up to date before it is asked. */
  readonly projections: Projections<Openers>;
  readonly graph: GraphQuestions;
  readonly #options: AppOptions;
  readonly #observer: RouteObserver | undefined;

  private constructor(store: VariantStore, options: AppOptions, observer: RouteObserver | undefined) {
    this.store = store;
    this.tenant = options.tenant;
    this.#options = options;
    this.#observer = observer;
    const folderOf = (identity: string) => storeFolders(options.home, identity).projections;
    this.projections = new Projections({ store, clock: systemClock, openers: OPENERS, folderOf });
    this.graph = new GraphQuestions(this);
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
    const stop = new AbortController();
    const names = namesIn(this.#options.projections);
    const alongside = { names, clock: systemClock, signal: stop.signal, onNotice: options.onNotice };
    const following = followAlong(this.projections, alongside);
    const settings = { topic: topicOf(this.#options), maxInFlightVariants };
    const summary = await consume({ ...ports, route }, settings, options).finally(async () => {
      stop.abort();
      await following;
    });
    const { untilDrained, signal, onNotice } = options;
    if (untilDrained) for (const name of names) await this.projections.follow(name, { signal, onNotice });
    return summary;
  }

  /**
   * Recomputes a file from the tables and compares it with its receipt, then what is judged about it, then what the
   * projections hold of it that were made in this home. Throws NOT_FOUND.
   */
  async prove(
    fileId: number,
    options: ProveOptions & Pick<UseOptions, 'onNotice'> = {},
  ): Promise<FullProof & Pick<VerdictProof, 'verdicts'>> {
    const file = await this.file(fileId);
    const { onProgress: _, ...rest } = options;
    const proof = await prove(this.store, file, options);
    const { proveVerdicts } = await import('./prove-verdicts.ts');
    const { verdicts, failures: wrong } = await proveVerdicts(this.store, file, rest);
    const failures = [...proof.failures, ...wrong];
    const whole = { ...proof, ok: failures.length === 0, failures };
    return { ...(await withProjections(whole, file, this, rest)), verdicts };
  }

  /** Judges every variant of a stored file and keeps the verdicts. Throws NOT_FOUND, and as `judge` does. */
  async judge(fileId: number, options: JudgeOptions): Promise<Judgement> {
    const { judge } = await import('./judge.ts');
    return judge(this.store, await this.file(fileId), options);
  }

  /** The criteria of stored variants under the newest judgement, beside what is kept of them. Throws as `rejudge` does. */
  async *judged(
    fileId: number,
    options: Cancellable & { readonly ids?: readonly bigint[] | undefined } = {},
  ): AsyncGenerator<readonly RejudgedVariant[]> {
    const { judged } = await import('./judge.ts');
    yield* judged(this.store, await this.file(fileId), options);
  }

  /**
   * Asks narrators about judged variants, and meanwhile answers what others ask. Nothing is sent to anybody but what the
   * settings name. Throws CONFIG_INVALID, and as the platforms do.
   */
  async analysing<T>(
    settings: AnalysisSettings,
    work: (analysis: Analysis) => Promise<T>,
    { onEgress, ...hooks }: AnalysingOptions = {},
  ): Promise<T> {
    const [{ Analysis }, { createNarrator }] = await Promise.all([import('./analysis.ts'), import('./narrators.ts')]);
    const { store, tenant } = this;
    const narrator = await createNarrator(settings, {
      store,
      clock: systemClock,
      random: Math.random,
      fetch,
      onEgress,
    });
    using slot = WorkerSlot.take(this.#options.home);
    const { folders, ports } = await this.#ports();
    await using route = await this.#openRoute(folders, slot.name);
    const maxMessages = messagesAtOnce(settings);
    await using analysis = await Analysis.open({ ...ports, route, narrator, tenant }, { maxMessages, ...hooks });
    return await work(analysis);
  }

  /** Judges again what a newer ClinVar can change. Throws as `reclassify` does. */
  async reclassify(fileId: number, clinvar: LoadedClinvar, options: Judging = {}): Promise<Reclassification> {
    const { reclassify } = await import('./reclassify.ts');
    return reclassify(this.store, await this.file(fileId), clinvar, options);
  }

  /**
   * Removes a file and everything that came from it; what the log still holds of it is applied first, so it cannot return.
   * Rejects as a platform does that cannot be asked whether it holds something.
   */
  async deleteFile(fileId: number, options: UseOptions = {}): Promise<{ readonly variants: number }> {
    const file = await this.file(fileId);
    const deleted = await this.#writing(
      async (ingestion) => {
        await ingestion.drain(options);
        await ingestion.forget(file.digest);
        return this.store.deleteFile(this.tenant, fileId);
      },
      { signal: options.signal, drained: 'every platform' },
    );
    await this.projections.forget(options);
    return deleted;
  }

  /** The variants whose features are most like those of the first that `wanted` accepts. See similar.ts. */
  async similar(wanted: Filter, options: SimilarOptions = {}): Promise<SimilarAnswer> {
    const { similar } = await import('./similar.ts');
    return await similar(this, wanted, options);
  }

  /** Variants by words and meaning. See search.ts. */
  async search(words: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { search } = await import('./search.ts');
    return await search(this.#searchPorts(), words, options);
  }

  /** Makes every text embedding that is missing. */
  async embedTexts(options: SearchOptions = {}): Promise<SearchAnswer['texts']> {
    const { embedAllTexts } = await import('./search.ts');
    return await embedAllTexts(this.#searchPorts(), options);
  }

  #searchPorts(): SearchPorts {
    const { store, projections, tenant } = this;
    return { store, projections, tenant, embeddings: this.#options.embeddings ?? { provider: 'local' } };
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.projections.close();
    await this.store.close();
  }
}
