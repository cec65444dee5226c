import type { EnvelopeHandoff } from '../codec/handoff.ts';
import type { Envelope, Source } from '../core/envelope.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../core/ports.ts';
import type { Problem, RejectedRecord } from '../core/problem.ts';
import { END_CHROM, LINE_START } from '../core/variant-block.ts';
import type { Checkpoint } from '../delivery/checkpoint.ts';
import { InputTotals } from '../delivery/receipt.ts';
import { DeliveryTracker } from '../delivery/tracker.ts';
import { releaseMemory } from '../vcf/reader/release-memory.ts';
import type { InFlight } from './backpressure.ts';
import { PatientSender } from './patient-sender.ts';
import type { SealedEnvelope } from './sealed-envelopes.ts';
import type { OpenSource } from './source-reader.ts';

/** Often enough that a resume reads little again, seldom enough that its two fsyncs cost nothing. */
const CHECKPOINT_EVERY_MS = 500;
const REJECTED_SHOWN = 10;

export interface JobSource {
  readonly tenant: string;
  readonly source: Source;
  /** Of the file, for its checkpoints. */
  readonly fileStamp: string;
  readonly opened: OpenSource;
  readonly storedBefore: number;
  readonly checkpoint: Checkpoint | undefined;
}

/** What says when there is more to be done. */
export interface JobIntake {
  /** Resolves when the machine can take more work. */
  whenAdmitted(options: Cancellable): Promise<void>;
  /** Waits so long at most before what failed is sent again. */
  pause(durationMs: number, options: Cancellable): Promise<void>;
}

export interface JobPorts {
  readonly producer: PlatformProducer;
  readonly inFlight: InFlight;
  readonly handoff: EnvelopeHandoff;
  /** Durable when it resolves. */
  readonly saveCheckpoint: (checkpoint: Checkpoint) => Promise<void>;
  /** Whether envelopes may have to be sent again after they were acknowledged: their bytes are kept until then. */
  readonly keepsUnapplied: boolean;
  readonly intake: JobIntake;
  readonly clock: Clock;
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
  /** As the reader says; undefined when it began in the middle. */
  readonly contentDigest: string | undefined;
  readonly startedAt: string;
}

/**
 * Sends a source's envelopes, from its checkpoint if it has one. Resolves when every envelope is acknowledged by the log;
 * whether it is applied is for whoever watches the store.
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
  /** Acknowledged and not known to be applied: what it takes to send them again. */
  readonly #unapplied = new Map<string, OutgoingMessage>();
  readonly #sender: PatientSender;
  #saved: Promise<void> = Promise.resolve();
  #savedAtMs = 0;
  #variantsSent: number;
  #bytesRead = 0;

  constructor(from: JobSource, ports: JobPorts) {
    this.#from = from;
    this.#ports = ports;
    this.#totals = new InputTotals(from.checkpoint?.totals);
    this.#variantsSent = this.#totals.variants;
    this.#sender = new PatientSender({ ...ports, pause: ports.intake.pause.bind(ports.intake) });
    this.#startedAt = from.checkpoint?.startedAt ?? new Date(ports.clock.now()).toISOString();
  }

  async run(options: JobOptions = {}): Promise<JobResult> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#failed.signal]) : this.#failed.signal;
    const { opened } = this.#from;
    try {
      for await (const sealed of opened.envelopes({ signal })) {
        await this.#begin(sealed, signal, options);
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
    const { truncation, contentDigest } = opened;
    return { totals, rejected: this.#rejected, truncation, contentDigest, startedAt: this.#startedAt };
  }

  async #begin(sealed: SealedEnvelope, signal: AbortSignal, options: JobOptions): Promise<void> {
    const { inFlight, handoff, intake } = this.#ports;
    const { prepared, body } = sealed;
    const { envelope } = prepared;
    await intake.whenAdmitted({ signal });
    await inFlight.acquire(envelope.id, envelope.block.count, heldBytes(envelope), { signal });
    this.#count(sealed);
    const delivery = this.#tracker.begin(this.#checkpointAt(sealed));
    const message = { key: partitionKey(envelope), id: envelope.id, body };
    handoff.offer(prepared, body);
    const variants = envelope.block.count;
    const sent = this.#sender.send(message, { signal }).then(() => {
      this.#acknowledged(message);
      this.#variantsSent += variants;
      this.#report(options);
      const safe = delivery.delivered();
      if (safe !== undefined) this.#save(safe);
    });
    this.#sending.add(sent);
    sent.then(
      () => this.#sending.delete(sent),
      (error) => this.#failed.abort(error),
    );
  }

  #count({ prepared: { envelope }, warnings, bytesRead }: SealedEnvelope): void {
    this.#totals.addEnvelope(envelope);
    this.#totals.addWarnings(warnings);
    this.#rejected.push(...envelope.rejected.slice(0, REJECTED_SHOWN - this.#rejected.length));
    this.#bytesRead = bytesRead;
  }

  /** To be called with what is applied, so that its bytes need not be kept. */
  applied(envelopeIds: readonly string[]): void {
    for (const id of envelopeIds) {
      const message = this.#unapplied.get(id);
      this.#unapplied.delete(id);
      if (message !== undefined) releaseMemory(message.body);
    }
  }

  /**
   * Sends again what was acknowledged and is not applied: a platform may have lost it, or cannot give it back. One try: what
   * fails is tried when it is still not applied later.
   */
  sendAgain(envelopeIds: readonly string[]): void {
    for (const id of envelopeIds) {
      const message = this.#unapplied.get(id);
      if (message === undefined) continue;
      const sending = this.#ports.producer.send([{ ...message, body: message.body.slice() }], {
        signal: this.#failed.signal,
      });
      sending.catch(() => undefined);
    }
  }

  /** An envelope may be applied before its acknowledgement is here. */
  #acknowledged(message: OutgoingMessage): void {
    const { keepsUnapplied, inFlight } = this.#ports;
    if (keepsUnapplied && inFlight.has(message.id)) this.#unapplied.set(message.id, message);
    else releaseMemory(message.body);
  }

  #checkpointAt({ resume }: SealedEnvelope): Checkpoint {
    const { tenant, source, fileStamp, storedBefore } = this.#from;
    return {
      version: 2,
      tenant,
      sourceDigest: source.digest,
      plan: source.plan,
      fileStamp,
      storedBefore,
      startedAt: this.#startedAt,
      resume,
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
    const { totalBytes } = this.#from.opened;
    onProgress?.({
      bytesRead: this.#bytesRead,
      totalBytes,
      recordsRead: this.#totals.records,
      variantsSent: this.#variantsSent,
    });
  }
}

/** Most memory that a rejected record takes on its way, with its text of up to 1,000 characters. */
const REJECTED_BYTES = 2048;

/** Memory of an envelope in flight. A file may be nearly all header, or have nothing but records that cannot be read. */
function heldBytes({ block, header, rejected }: Envelope): number {
  return block.bytes.length + header.length + rejected.length * REJECTED_BYTES;
}

/** Envelopes of one contig share a partition and keep their order there. */
export function partitionKey({ block }: Envelope): string {
  if (block.count === 0) return '';
  return Buffer.from(block.bytes.subarray(block.bounds[LINE_START], block.bounds[END_CHROM])).toString('utf8');
}
