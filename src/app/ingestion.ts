import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { EnvelopeHandoff } from '../codec/handoff.ts';
import { type ConsumerOptions, EnvelopeConsumer } from '../consume/consumer.ts';
import type { IngestPlan, Source } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, StoredFile, VariantStore } from '../core/ports.ts';
import type { Problem, RejectedRecord } from '../core/problem.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Checkpoint, CheckpointFolder } from '../delivery/checkpoint.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { isBalanced, ledgerDigest, makeReceipt } from '../delivery/receipt.ts';
import { InFlight } from '../ingest/backpressure.ts';
import { IngestJob, type JobResult } from '../ingest/job.ts';
import { SourceReader } from '../ingest/source-reader.ts';
import { hashSource } from '../vcf/hash-source.ts';
import { referenceDigest } from '../vcf/reference.ts';
import { FileStamp } from './file-stamp.ts';
import type { PlatformSettings, Route } from './platforms.ts';
import { spool } from './spool.ts';
import { STORE_GROUP, variantTopic } from './topics.ts';

/** Half of the 10,000 variants in flight: while they are written, the other half is read and prepared. */
const BATCH = { maxEnvelopes: 5, maxBytes: 16 * 1024 * 1024 };
const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024;
const RETRY_FOR_MS = 60_000;

export interface IngestionPorts {
  readonly route: Route;
  readonly checkpoints: CheckpointFolder;
  readonly deadLetters: DeadLetterFolder;
  readonly store: VariantStore;
  readonly clock: Clock;
  readonly spoolFolder: string;
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

/** One run of `ingest`: identity first, then the job and the consumer side by side, then the receipt. */
export class Ingestion {
  readonly #ports: IngestionPorts;
  readonly #settings: IngestionSettings;
  readonly #topic: string;
  #progress: IngestProgress = emptyProgress();

  constructor(ports: IngestionPorts, settings: IngestionSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#topic = variantTopic(settings.tenant, settings.platforms?.topicPerTenant === true);
  }

  async run(input: string | Readable, options: IngestOptions): Promise<IngestSummary> {
    if (typeof input === 'string') return this.#runPath(input, options);
    this.#report(options, { phase: 'spool' });
    await using spooled = await spool(input, this.#ports.spoolFolder, options);
    return await this.#runPath(spooled.path, { name: 'stdin', ...options });
  }

  /** Applies what the log still holds. */
  async drain(options: Cancellable = {}): Promise<void> {
    await this.#consume(undefined, { ...options, batch: BATCH, retryForMs: RETRY_FOR_MS, untilDrained: true });
    // It resolves also when it was told to stop.
    options.signal?.throwIfAborted();
  }

  async #runPath(path: string, options: IngestOptions): Promise<IngestSummary> {
    const { store, clock } = this.#ports;
    const { tenant } = this.#settings;
    const begunMs = clock.monotonicMs();
    await store.ensureTenant(tenant);
    const stamp = await FileStamp.of(path);
    // Its thread starts while the file is hashed.
    await using reading = new SourceReader();
    const { digest, bytes, damage } = await hashSource(path, {
      signal: options.signal,
      onProgress: (bytesRead, totalBytes) => this.#report(options, { phase: 'hash', bytesRead, totalBytes }),
    });
    const wanted = {
      batchSize: options.batchSize,
      split: options.split,
      reference: options.reference === undefined ? null : referenceDigest(options.reference),
    };
    // What a killed run left in the log goes first: then the store knows all that was ever acknowledged.
    await this.drain(options);
    const stored = await store.file(tenant, digest);
    const plan = stored?.plan ?? wanted;
    const common = { planDiffers: !isDeepStrictEqual(plan, wanted), rejected: [], truncation: damage };
    if (stored?.status === 'complete') {
      const receipt = await this.#repeatReceipt(stored, damage !== undefined);
      const elapsedMs = clock.monotonicMs() - begunMs;
      return { ...common, receipt, alreadyStored: true, resumedFrom: undefined, elapsedMs };
    }
    const source: Source = { digest, kind: 'file', name: options.name ?? basename(path), bytes, plan };
    const checkpoint = await this.#checkpoint(source, stored, options);
    const input = { path, stamp, source, ...checkpoint };
    const result = await this.#readAndApply(reading, input, options).finally(() => this.#checkInput(input));
    const receipt = await this.#firstReceipt(source, result, checkpoint.storedBefore);
    const elapsedMs = clock.monotonicMs() - begunMs;
    const resumedFrom = checkpoint.saved?.resume.ordinal;
    const { rejected, truncation } = result;
    return { ...common, receipt, rejected, truncation, alreadyStored: false, resumedFrom, elapsedMs };
  }

  /** Where to begin, and what of the source was stored before its job began (more than 0 only after a lost checkpoint). */
  async #checkpoint(source: Source, stored: StoredFile | undefined, { resume }: IngestOptions) {
    const { checkpoints, store } = this.#ports;
    const saved = resume ? await checkpoints.read(this.#settings.tenant, source.digest) : undefined;
    if (saved !== undefined && stored !== undefined && isDeepStrictEqual(saved.plan, source.plan)) {
      const ledger = await store.ledger(stored.tenant, stored.fileId);
      if (checkpoints.isBacked(saved, ledger)) return { saved, storedBefore: saved.storedBefore };
    }
    return { saved: undefined, storedBefore: stored?.variants ?? 0 };
  }

  /** What was applied of a file that changed meanwhile is of neither version: it goes, so that no later run continues it. */
  async #checkInput({ stamp, source }: Input): Promise<void> {
    if (await stamp.isUnchanged()) return;
    const { store, checkpoints } = this.#ports;
    const { tenant } = this.#settings;
    await checkpoints.remove(tenant, source.digest);
    await this.drain();
    const stored = await store.file(tenant, source.digest);
    if (stored?.status === 'ingesting') await store.deleteFile(tenant, stored.fileId);
    await stamp.check();
  }

  async #readAndApply(reading: SourceReader, input: Input, options: IngestOptions): Promise<JobResult> {
    const { path, stamp, source, saved, storedBefore } = input;
    const { route, checkpoints, clock } = this.#ports;
    const { tenant, compressionLevel, maxInFlightVariants, lineBytes } = this.#settings;
    const from = saved && { resume: saved.resume, variants: saved.totals.variants };
    const request = { path, lineBytes, tenant, source, compressionLevel, reference: options.reference, from };
    const opened = await reading.read(request, options);
    const inFlight = new InFlight({ maxVariants: maxInFlightVariants, maxBytes: MAX_IN_FLIGHT_BYTES });
    const producer = await route.producer(this.#topic, { tenant });
    const saveCheckpoint = async (checkpoint: Checkpoint) => {
      await stamp.check();
      await checkpoints.write(checkpoint);
    };
    const handoff = new EnvelopeHandoff();
    const ports = { producer, inFlight, handoff, saveCheckpoint, clock };
    const job = new IngestJob({ tenant, source, opened, storedBefore, checkpoint: saved }, ports);
    return await this.#besideConsumer(handoff, inFlight, options, async (signal) => {
      const result = await job.run({ signal, onProgress: (p) => this.#report(options, { phase: 'ingest', ...p }) });
      await inFlight.idle({ signal });
      return result;
    });
  }

  /** Runs the consumer while `work` runs. A failure of either stops the other. */
  async #besideConsumer<T>(
    handoff: EnvelopeHandoff,
    inFlight: InFlight,
    options: IngestOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const stopWork = new AbortController();
    const stopConsumer = new AbortController();
    const consuming = this.#consume(handoff, {
      signal: stopConsumer.signal,
      batch: BATCH,
      retryForMs: RETRY_FOR_MS,
      onApplied: (outcomes) => {
        const applied = outcomes.reduce((sum, { envelopeId }) => sum + inFlight.release(envelopeId), 0);
        this.#report(options, { variantsApplied: this.#progress.variantsApplied + applied });
      },
    });
    consuming.catch((error) => stopWork.abort(error));
    try {
      const outside = options.signal ? [options.signal] : [];
      return await work(AbortSignal.any([stopWork.signal, ...outside]));
    } catch (error) {
      throw stopWork.signal.aborted ? stopWork.signal.reason : error;
    } finally {
      stopConsumer.abort();
      await Promise.allSettled([consuming]);
    }
  }

  /** As a member of the group that writes to the store; who leaves gives its partitions to the others. */
  async #consume(handoff: EnvelopeHandoff | undefined, options: ConsumerOptions): Promise<void> {
    const { route, ...ports } = this.#ports;
    const member = await route.consumer(this.#topic, STORE_GROUP, { drained: 'reachable platforms' });
    try {
      await new EnvelopeConsumer({ ...ports, handoff, platform: member }).run(options);
    } finally {
      await member.close();
    }
  }

  async #firstReceipt(source: Source, result: JobResult, storedBefore: number): Promise<Receipt> {
    const { store, checkpoints, clock } = this.#ports;
    const { tenant } = this.#settings;
    const file = await store.file(tenant, source.digest);
    if (file === undefined) throw new VcfAgentError('DATABASE_ERROR', `the store does not know ${source.name}`);
    const receipt = makeReceipt({
      tenant,
      sourceDigest: source.digest,
      sourceName: source.name,
      fileId: file.fileId,
      input: result.totals,
      ledger: await store.ledger(tenant, file.fileId),
      storedBefore,
      truncated: result.truncation !== undefined,
      startedAt: result.startedAt,
      finishedAt: new Date(clock.now()).toISOString(),
    });
    assertBalanced(receipt);
    await store.saveReceipt(receipt);
    await checkpoints.remove(tenant, source.digest);
    return receipt;
  }

  /**
   * The receipt of a run that found everything there: the same input, all of it duplicates. Only `truncated` is of this
   * run: a copy that lacks the end-of-file marker holds the same text as one that has it.
   */
  async #repeatReceipt(file: StoredFile, truncated: boolean): Promise<Receipt> {
    const { store, clock } = this.#ports;
    const first = (await store.receipts(file.tenant, file.fileId))[0];
    if (first === undefined)
      throw new VcfAgentError('DATABASE_ERROR', `file ${file.fileId} is complete but has no receipt`);
    const ledger = await store.ledger(file.tenant, file.fileId);
    const now = new Date(clock.now()).toISOString();
    const duplicates = ledger.reduce((total, entry) => total + entry.variantCount, 0);
    const storeDigest = ledgerDigest(ledger);
    const repeat = { stored: 0, duplicates, storeDigest, truncated, startedAt: now, finishedAt: now };
    const receipt = { ...first, ...repeat };
    assertBalanced(receipt);
    await store.saveReceipt(receipt);
    return receipt;
  }

  #report(options: IngestOptions, change: Partial<IngestProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    options.onProgress?.(this.#progress);
  }
}

function emptyProgress(): IngestProgress {
  return { phase: 'hash', bytesRead: 0, totalBytes: 0, recordsRead: 0, variantsSent: 0, variantsApplied: 0 };
}

function assertBalanced(receipt: Receipt): void {
  if (isBalanced(receipt)) return;
  const { fileId, input, stored, duplicates, rejected } = receipt;
  const sides = `${input} read, ${stored} stored + ${duplicates} duplicates + ${rejected} rejected`;
  const message = `the receipt of file ${fileId} does not balance: ${sides}. Delete that file and ingest it again`;
  throw new VcfAgentError('RECEIPT_UNBALANCED', message, { context: { fileId } });
}
