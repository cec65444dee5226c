import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { EnvelopeHandoff } from '../codec/handoff.ts';
import type { AppliedEnvelope } from '../consume/consumer.ts';
import type { IngestPlan, Source } from '../core/envelope.ts';
import type { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, VariantStore } from '../core/ports.ts';
import type { Problem, RejectedRecord } from '../core/problem.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Checkpoint, CheckpointFolder } from '../delivery/checkpoint.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { InFlight } from '../ingest/backpressure.ts';
import { IngestJob, type JobResult } from '../ingest/job.ts';
import { besideLedger } from '../ingest/ledger-watch.ts';
import { SourceReader } from '../ingest/source-reader.ts';
import { referenceDigest } from '../vcf/reference.ts';
import { hashSource, type IdentityOptions, identifySource } from '../vcf/source-identity.ts';
import { FileStamp } from './file-stamp.ts';
import { lookUpSource, whereToBegin } from './known-source.ts';
import type { PlatformSettings, Route, RouteObserver } from './platforms.ts';
import { firstReceipt, repeatReceipt } from './receipts.ts';
import { spool } from './spool.ts';
import { StoreMember } from './store-member.ts';
import { STORE_GROUP, topicOf } from './topics.ts';

const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024;
const RETRY_FOR_MS = 60_000;

export interface IngestionPorts {
  readonly route: Route;
  readonly checkpoints: CheckpointFolder;
  readonly deadLetters: DeadLetterFolder;
  readonly store: VariantStore;
  readonly clock: Clock;
  readonly spoolFolder: string;
  readonly observer?: RouteObserver | undefined;
}

export interface IngestionSettings {
  readonly tenant: string;
  readonly maxInFlightVariants: number;
  readonly compressionLevel: number;
  readonly lineBytes: number;
  readonly platforms?: Pick<PlatformSettings, 'topicPerTenant'> | undefined;
}

export interface IngestProgress {
  readonly phase: 'spool' | 'hash' | 'ingest';
  readonly bytesRead: number;
  readonly totalBytes: number;
  readonly recordsRead: number;
  readonly variantsSent: number;
  readonly variantsApplied: number;
}

export interface IngestOptions extends Cancellable {
  readonly batchSize: number;
  readonly split: IngestPlan['split'];
  /** Path of a FASTA with its .fai, for left-alignment. */
  readonly reference?: string | undefined;
  /** Continue where a killed run stopped (default); false reads again from the start, which the ledger makes harmless. */
  readonly resume: boolean;
  /** Name of the source for people, when it is a stream. */
  readonly name?: string | undefined;
  readonly onProgress?: ((progress: IngestProgress) => void) | undefined;
}

export interface IngestSummary {
  readonly receipt: Receipt;
  /** The very same source was complete before: nothing was read again, no row is new. */
  readonly alreadyStored: boolean;
  /** Record ordinal at which a killed run was taken up again. */
  readonly resumedFrom: number | undefined;
  /** The first few, for people; all are in the store. */
  readonly rejected: readonly RejectedRecord[];
  readonly truncation: Problem | undefined;
  /** The stored file was cut or normalised in another way than asked now; the stored way stands. */
  readonly planDiffers: boolean;
  readonly elapsedMs: number;
}

/** A file on its way: what it is, and where to begin in it. */
interface Input {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly source: Source;
  readonly saved: Checkpoint | undefined;
  /** Variants that were in the store before its job began. */
  readonly storedBefore: number;
}

export interface IngestionOptions extends Cancellable {
  /**
   * What has to be read before what the log held is said to be applied: all platforms, or those that can be reached. The
   * second is enough for an ingest, which only has to send again what it cannot know to be stored.
   */
  readonly drained: 'every platform' | 'reachable platforms';
}

/**
 * Ingests files, one after the other: identity first, then the job, then the receipt. It is a member of the group that
 * writes to the store from when it is opened until it is closed; other workers may apply its envelopes, and it theirs.
 */
export class Ingestion implements AsyncDisposable {
  readonly route: Route;
  readonly #ports: IngestionPorts;
  readonly #settings: IngestionSettings;
  readonly #topic: string;
  readonly #handoff = new EnvelopeHandoff();
  readonly #member: StoreMember;
  /** Of the file under way. */
  #inFlight = new InFlight({ maxVariants: 0, maxBytes: 0 });
  #job: IngestJob | undefined;
  #progress: IngestProgress = emptyProgress();
  #onProgress: IngestOptions['onProgress'];

  private constructor(ports: IngestionPorts, settings: IngestionSettings, member: (own: Ingestion) => StoreMember) {
    this.route = ports.route;
    this.#ports = ports;
    this.#settings = settings;
    this.#topic = topicOf(settings);
    this.#member = member(this);
  }

  /** Joins the group. Rejects as the platforms do. */
  static async open(
    ports: IngestionPorts,
    settings: IngestionSettings,
    { drained, signal }: IngestionOptions,
  ): Promise<Ingestion> {
    signal?.throwIfAborted();
    const consumer = await ports.route.consumer(topicOf(settings), STORE_GROUP, { drained });
    return new Ingestion(ports, settings, (own) => {
      const memberPorts = { ...ports, consumer, drained, handoff: own.#handoff };
      return new StoreMember(memberPorts, {
        maxInFlightVariants: settings.maxInFlightVariants,
        retryForMs: RETRY_FOR_MS,
        onApplied: (envelopes) => own.#applied(envelopes),
        onBuried: (id, error) => own.#buried(id, error),
      });
    });
  }

  async run(input: string | Readable, options: IngestOptions): Promise<IngestSummary> {
    this.#progress = emptyProgress();
    this.#onProgress = options.onProgress;
    if (typeof input === 'string') return this.#runPath(input, options);
    this.#report({ phase: 'spool' });
    await using spooled = await spool(input, this.#ports.spoolFolder, options);
    return await this.#runPath(spooled.path, { name: 'stdin', ...options });
  }

  /** Resolves when everything is applied that the log holds now. */
  drain(options: Cancellable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    return this.#member.drained(options);
  }

  /** Forgets where a source was left off. */
  async forget(sourceDigest: string): Promise<void> {
    await this.#ports.checkpoints.remove(this.#settings.tenant, sourceDigest);
  }

  close(): Promise<void> {
    return this.#member.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #applied(envelopes: readonly AppliedEnvelope[]): void {
    this.#release(envelopes.map(({ envelopeId }) => envelopeId));
    this.#ports.observer?.onApplied?.(envelopes);
  }

  #release(envelopeIds: readonly string[]): void {
    const applied = envelopeIds.reduce((sum, id) => sum + this.#inFlight.release(id), 0);
    this.#job?.applied(envelopeIds);
    this.#report({ variantsApplied: this.#progress.variantsApplied + applied });
  }

  /** On a log of our own whatever is refused is our matter; on one that is shared only what is of our file. */
  #buried(envelopeId: string, error: VcfAgentError): void {
    if (this.route.control === undefined || this.#inFlight.has(envelopeId)) throw error;
    this.#ports.observer?.onTrouble?.('store', error);
  }

  async #runPath(path: string, options: IngestOptions): Promise<IngestSummary> {
    const { store, checkpoints, clock } = this.#ports;
    const { tenant } = this.#settings;
    const begunMs = clock.monotonicMs();
    await store.ensureTenant(tenant);
    const stamp = await FileStamp.of(path);
    await using reading = new SourceReader();
    const told = await identifySource(path, this.#hashing(options));
    const wanted = {
      batchSize: options.batchSize,
      split: options.split,
      reference: options.reference === undefined ? null : referenceDigest(options.reference),
    };
    // What a killed run left in the log goes first: then the store knows all that was ever acknowledged.
    await this.drain(options);
    const { identity, stored } = await lookUpSource(store, { tenant, path, told }, this.#hashing(options));
    const { digest, bytes, damage } = identity;
    const plan = stored?.plan ?? wanted;
    const common = { planDiffers: !isDeepStrictEqual(plan, wanted), rejected: [], truncation: damage };
    if (stored?.status === 'complete') {
      const receipt = await repeatReceipt(this.#ports, stored, damage !== undefined);
      const elapsedMs = clock.monotonicMs() - begunMs;
      return { ...common, receipt, alreadyStored: true, resumedFrom: undefined, elapsedMs };
    }
    const source: Source = { digest, kind: 'file', name: options.name ?? basename(path), bytes, plan };
    const saved = options.resume ? await checkpoints.read(tenant, digest) : undefined;
    const checkpoint = await whereToBegin(this.#ports, { source, stamp, stored, saved });
    const input = { path, stamp, source, ...checkpoint };
    const result = await this.#readAndApply(reading, input, options).finally(() => this.#checkInput(input));
    const { storedBefore } = checkpoint;
    // A run that went on in the middle has not seen the whole text.
    const contentDigest =
      identity.contentDigest ?? result.contentDigest ?? (await hashSource(path, this.#hashing(options))).contentDigest;
    const receipt = await firstReceipt(this.#ports, { tenant, source, contentDigest, result, storedBefore });
    await this.forget(source.digest);
    const elapsedMs = clock.monotonicMs() - begunMs;
    const resumedFrom = checkpoint.saved?.resume.ordinal;
    const { rejected, truncation } = result;
    return { ...common, receipt, rejected, truncation, alreadyStored: false, resumedFrom, elapsedMs };
  }

  #hashing(options: IngestOptions): IdentityOptions {
    return {
      signal: options.signal,
      onProgress: (bytesRead, totalBytes) => this.#report({ phase: 'hash', bytesRead, totalBytes }),
    };
  }

  /** What was applied of a file that changed meanwhile is of neither version: it goes, so that no later run continues it. */
  async #checkInput({ stamp, source }: Input): Promise<void> {
    if (await stamp.isUnchanged()) return;
    const { store } = this.#ports;
    const { tenant } = this.#settings;
    await this.forget(source.digest);
    await this.drain();
    const stored = await store.file(tenant, source.digest);
    if (stored?.status === 'ingesting') await store.deleteFile(tenant, stored.fileId);
    await stamp.check();
  }

  async #readAndApply(reading: SourceReader, input: Input, options: IngestOptions): Promise<JobResult> {
    const { path, stamp, source, saved, storedBefore } = input;
    const { route, store, checkpoints, clock } = this.#ports;
    const { tenant, compressionLevel, maxInFlightVariants, lineBytes } = this.#settings;
    const from = saved && { resume: saved.resume, variants: saved.totals.variants };
    const request = { path, lineBytes, tenant, source, compressionLevel, reference: options.reference, from };
    const opened = await reading.read(request, options);
    const inFlight = new InFlight({ maxVariants: maxInFlightVariants, maxBytes: MAX_IN_FLIGHT_BYTES });
    this.#inFlight = inFlight;
    const ledger = { has: async (id: string) => (await store.applied(tenant, [id])).length > 0 };
    const producer = await route.producer(this.#topic, { tenant, ledger });
    const saveCheckpoint = async (checkpoint: Checkpoint) => {
      await stamp.check();
      await checkpoints.write(checkpoint);
    };
    const handoff = this.#handoff;
    const keepsUnapplied = route.control !== undefined;
    const ports = { producer, inFlight, handoff, saveCheckpoint, keepsUnapplied, intake: route, clock };
    const job = new IngestJob(
      { tenant, source, fileStamp: stamp.value, opened, storedBefore, checkpoint: saved },
      ports,
    );
    this.#job = job;
    const watch = {
      inFlight,
      clock,
      applied: store.applied.bind(store, tenant),
      onApplied: (ids: readonly string[]) => {
        for (const id of ids) handoff.drop(id);
        this.#release(ids);
      },
      onStuck: (ids: readonly string[]) => job.sendAgain(ids),
    };
    const { failed } = this.#member;
    return await besideLedger(watch, { ...options, failed }, async (signal) => {
      const result = await job.run({ signal, onProgress: (p) => this.#report({ phase: 'ingest', ...p }) });
      await inFlight.idle({ signal });
      return result;
    });
  }

  #report(change: Partial<IngestProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#onProgress?.(this.#progress);
  }
}

function emptyProgress(): IngestProgress {
  return { phase: 'hash', bytesRead: 0, totalBytes: 0, recordsRead: 0, variantsSent: 0, variantsApplied: 0 };
}
