import { blockColumns, contentDigest } from '../codec/content.ts';
import { encodeEnvelope } from '../codec/envelope-codec.ts';
import type { Envelope, Source } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import { envelopeId } from '../core/ids.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../core/ports.ts';
import type { Problem, RejectedRecord } from '../core/problem.ts';
import { END_CHROM, LINE_START } from '../core/variant-block.ts';
import type { Checkpoint } from '../delivery/checkpoint.ts';
import { InputTotals } from '../delivery/receipt.ts';
import { DeliveryTracker } from '../delivery/tracker.ts';
import type { Normaliser } from '../vcf/normalise/normaliser.ts';
import type { RecordBatch, VcfReader } from '../vcf/open.ts';
import { releaseMemory } from '../vcf/reader/release-memory.ts';
import type { InFlight } from './backpressure.ts';

/** Often enough that a resume reads little again, seldom enough that its two fsyncs cost nothing. */
const CHECKPOINT_EVERY_MS = 500;
const RETRY_SEND_MS = 50;
const REJECTED_SHOWN = 10;

export interface JobSource {
  readonly tenant: string;
  readonly source: Source;
  readonly reader: VcfReader;
  readonly normaliser: Normaliser;
  readonly storedBefore: number;
  readonly checkpoint: Checkpoint | undefined;
}

export interface JobPorts {
  readonly producer: PlatformProducer;
  readonly inFlight: InFlight;
  /** Durable when it resolves. */
  readonly saveCheckpoint: (checkpoint: Checkpoint) => Promise<void>;
  readonly clock: Clock;
  readonly compressionLevel: number;
}

export interface JobProgress {
  readonly bytesRead: number;
  readonly totalBytes: number;
  readonly recordsRead: number;
  readonly variantsSent: number;
}

export interface JobOptions extends Cancellable {
  readonly onProgress?: (progress: JobProgress) => void;
}

export interface JobResult {
  readonly totals: Checkpoint['totals'];
  /** The first few rejected records of this run, for people. */
  readonly rejected: readonly RejectedRecord[];
  readonly truncation: Problem | undefined;
  readonly startedAt: string;
}

/**
 * Reads a source, cuts it into envelopes and sends them, from its checkpoint if it has one. Resolves when every envelope
 * is acknowledged by the log; whether it is applied is for whoever watches the store.
 */
export class IngestJob {
  readonly #from: JobSource;
  readonly #ports: JobPorts;
  readonly #totals: InputTotals;
  readonly #tracker = new DeliveryTracker<Checkpoint>();
  readonly #rejected: RejectedRecord[] = [];
  readonly #startedAt: string;
  readonly #failed = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #saved: Promise<void> = Promise.resolve();
  #savedAtMs = 0;
  #variantsSent: number;

  constructor(from: JobSource, ports: JobPorts) {
    this.#from = from;
    this.#ports = ports;
    this.#totals = new InputTotals(from.checkpoint?.totals);
    this.#variantsSent = this.#totals.variants;
    this.#startedAt = from.checkpoint?.startedAt ?? new Date(ports.clock.now()).toISOString();
  }

  async run(options: JobOptions = {}): Promise<JobResult> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#failed.signal]) : this.#failed.signal;
    const { reader, source, checkpoint } = this.#from;
    const from = checkpoint === undefined ? {} : { from: checkpoint.resume };
    let truncation: Problem | undefined;
    let empty = checkpoint === undefined;
    try {
      for await (const batch of reader.batches({ maxRecords: source.plan.batchSize, signal, ...from })) {
        truncation = batch.truncation ?? truncation;
        if (batch.nextOrdinal > batch.firstOrdinal || (empty && batch.ended !== undefined)) {
          await this.#sendBatch(batch, signal);
          empty = false;
        }
        this.#report(options);
      }
      await Promise.all(this.#sending);
      await this.#saved;
    } catch (error) {
      await Promise.allSettled([...this.#sending, this.#saved]);
      throw this.#failed.signal.aborted ? this.#failed.signal.reason : error;
    }
    this.#report(options);
    const totals = this.#totals.snapshot();
    return { totals, rejected: this.#rejected, truncation, startedAt: this.#startedAt };
  }

  async #sendBatch(batch: RecordBatch, signal: AbortSignal): Promise<void> {
    const { inFlight, compressionLevel } = this.#ports;
    const envelope = this.#envelope(batch);
    await inFlight.acquire(envelope.id, envelope.block.count, heldBytes(envelope), { signal });
    const body = await encodeEnvelope(envelope, { compressionLevel });
    const key = partitionKey(envelope);
    batch.release();
    // Rows that were split or moved stand in a buffer of the normaliser's.
    releaseMemory(envelope.block.bytes);
    this.#totals.addEnvelope(envelope);
    const delivery = this.#tracker.begin(this.#checkpointAt(batch));
    const variants = envelope.block.count;
    const sent = this.#send({ key, id: envelope.id, body }, signal).then(() => {
      this.#variantsSent += variants;
      const safe = delivery.delivered();
      if (safe !== undefined) this.#save(safe);
    });
    this.#sending.add(sent);
    sent.then(
      () => this.#sending.delete(sent),
      (error) => this.#failed.abort(error),
    );
  }

  #envelope(batch: RecordBatch): Envelope {
    const { tenant, source, reader, normaliser } = this.#from;
    const normalised = normaliser.block(batch.block, batch.lines);
    const rejected = [...batch.rejected, ...normalised.rejected].sort((a, b) => a.ordinal - b.ordinal);
    this.#totals.addWarnings(batch.warnings);
    this.#totals.addWarnings(normalised.warnings);
    this.#rejected.push(...rejected.slice(0, REJECTED_SHOWN - this.#rejected.length));
    const header = reader.header.text;
    const lastOrdinal = batch.nextOrdinal - 1;
    return {
      id: envelopeId(tenant, source.digest, batch.firstOrdinal, lastOrdinal),
      tenant,
      source,
      firstOrdinal: batch.firstOrdinal,
      lastOrdinal,
      firstVariant: this.#totals.variants,
      block: normalised.block,
      rejected,
      header,
      contentDigest: contentDigest(header, blockColumns(normalised.block), rejected),
    };
  }

  /** A send that fails for now is tried again until the job is given up: the envelope's id makes that safe. */
  async #send(message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const { producer, clock } = this.#ports;
    for (;;) {
      try {
        // The log takes the bytes it is given; a copy stays for another try.
        await producer.send([{ ...message, body: message.body.slice() }], { signal });
        return;
      } catch (error) {
        if (!(error instanceof VcfAgentError) || !error.retryable || error.code === 'DISK_FULL') throw error;
        await clock.sleep(RETRY_SEND_MS, { signal });
      }
    }
  }

  #checkpointAt(batch: RecordBatch): Checkpoint {
    const { tenant, source, storedBefore } = this.#from;
    return {
      version: 1,
      tenant,
      sourceDigest: source.digest,
      plan: source.plan,
      storedBefore,
      startedAt: this.#startedAt,
      resume: batch.resume,
      totals: this.#totals.snapshot(),
    };
  }

  #save(checkpoint: Checkpoint): void {
    const now = this.#ports.clock.monotonicMs();
    if (now - this.#savedAtMs < CHECKPOINT_EVERY_MS) return;
    this.#savedAtMs = now;
    this.#saved = this.#saved.then(() => this.#ports.saveCheckpoint(checkpoint));
    this.#saved.catch((error) => this.#failed.abort(error));
  }

  #report({ onProgress }: JobOptions): void {
    const { bytesRead, totalBytes } = this.#from.reader;
    onProgress?.({ bytesRead, totalBytes, recordsRead: this.#totals.records, variantsSent: this.#variantsSent });
  }
}

/** Most memory that a rejected record takes on its way, with its text of up to 1,000 characters. */
const REJECTED_BYTES = 2048;

/** Memory of an envelope in flight. A file may be nearly all header, or have nothing but records that cannot be read. */
function heldBytes({ block, header, rejected }: Envelope): number {
  return block.bytes.length + header.length + rejected.length * REJECTED_BYTES;
}

/** Envelopes of one contig share a partition and keep their order there. */
function partitionKey({ block }: Envelope): string {
  if (block.count === 0) return '';
  return Buffer.from(block.bytes.subarray(block.bounds[LINE_START], block.bounds[END_CHROM])).toString('utf8');
}
