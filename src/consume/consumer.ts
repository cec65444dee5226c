import { decodeEnvelope, releaseEnvelope } from '../codec/envelope-codec.ts';
import type { EnvelopeHandoff } from '../codec/handoff.ts';
import { VcfAgentError } from '../core/errors.ts';
import type {
  ApplyOutcome,
  ApplyUnit,
  Cancellable,
  Clock,
  IncomingMessage,
  PlatformConsumer,
  PlatformName,
  PollOptions,
  VariantStore,
} from '../core/ports.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { Preparer } from '../vcf/preparer.ts';
import { releaseMemory, releaseOwnMemory } from '../vcf/reader/release-memory.ts';
import { Writing } from './writing.ts';

/** What one transaction takes: enough that what each costs the server is shared, little enough that memory stays flat. */
export interface BatchLimits {
  readonly maxEnvelopes: number;
  readonly maxBytes: number;
  /** Fewer variants than these wait for company, for as long as more keep coming. */
  readonly enoughVariants: number;
}

export interface ConsumerPorts {
  readonly platform: PlatformConsumer;
  readonly store: VariantStore;
  readonly deadLetters: DeadLetterFolder;
  readonly clock: Clock;
  /** With a producer in this process. */
  readonly handoff?: EnvelopeHandoff | undefined;
}

/** An envelope ready to be written, and the message it came in. */
interface Delivery {
  readonly message: IncomingMessage;
  readonly unit: ApplyUnit;
  readonly takenMs: number;
}

/** An envelope that was brought to the store. */
export interface AppliedEnvelope extends ApplyOutcome {
  /** Where it came from. */
  readonly platform: PlatformName;
  readonly variants: number;
  readonly rejected: number;
  /** Of its columns, before compression and as they travelled. */
  readonly plainBytes: number;
  readonly packedBytes: number;
  /** From taking it off its platform until its transaction was durable, ms. */
  readonly latencyMs: number;
}

interface Polled {
  readonly deliveries: readonly Delivery[];
  /** What came after them and could not be read. */
  readonly unreadable?: { readonly message: IncomingMessage; readonly error: unknown };
}

export interface ConsumerOptions extends Cancellable {
  readonly batch: BatchLimits;
  /** How long a store that says "not now" is asked again before the error is the caller's. */
  readonly retryForMs: number;
  readonly onApplied?: ((envelopes: readonly AppliedEnvelope[]) => void) | undefined;
  /**
   * An envelope was put aside for good. Left out, the run ends with that error; so it does with what this throws.
   */
  readonly onBuried?: ((envelopeId: string, error: VcfAgentError) => void) | undefined;
  /** Stop when the log has nothing more, instead of waiting for more. */
  readonly untilDrained?: boolean;
}

const POLL_WAIT_MS = 200;
/** While rows are written there is time to look for more, but the next transaction is not to wait for what does not come. */
const BUSY_WAIT_MS = 5;
/** When nothing came for so long, nothing more is waited for. Reading an annotated envelope takes half of it. */
const LINGER_MS = 50;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 2_000;

/**
 * Takes envelopes from a platform and applies them: rows, ledger and position in one transaction, then the platform's own
 * commit as a hint. Rows of one transaction at a time, or they would not be appended at the right edge of their index; while
 * they are written, the next are fetched and prepared, and the transaction before becomes durable.
 */
export class EnvelopeConsumer {
  readonly #ports: ConsumerPorts;
  readonly #preparer = new Preparer();
  /** What came after a message that could not be read, with it. */
  #rest: readonly IncomingMessage[] = [];

  constructor(ports: ConsumerPorts) {
    this.#ports = ports;
  }

  /** Resolves when `signal` asks to stop (or the log is drained); rejects when the store or the log fails for good. */
  async run(options: ConsumerOptions): Promise<void> {
    const writing = new Writing();
    try {
      for (;;) {
        const { deliveries, unreadable } = await this.#gather(writing, options);
        await writing.ready();
        if (deliveries.length > 0) {
          writing.begin((committed, onRows) => this.#write(deliveries, { committed, onRows }, options));
        }
        if (deliveries.length === 0 && unreadable === undefined && options.untilDrained === true) break;
        if (unreadable !== undefined) {
          // Moving past it says that all before it is applied.
          await writing.end();
          await this.#bury(unreadable.message, unreadable.error, options);
        }
      }
      await writing.end();
    } catch (error) {
      await writing.end().catch(() => {});
      if (options.signal?.aborted === true) return;
      throw error;
    }
  }

  /** What one transaction takes: as much as comes until the rows of the one before are written, and it is enough. */
  async #gather(writing: Writing, options: ConsumerOptions): Promise<Polled> {
    const { maxEnvelopes, maxBytes, enoughVariants } = options.batch;
    const deliveries: Delivery[] = [];
    let bytes = 0;
    let variants = 0;
    for (;;) {
      const { busy } = writing;
      const patienceMs = busy ? BUSY_WAIT_MS : deliveries.length > 0 ? LINGER_MS : POLL_WAIT_MS;
      const waitMs = options.untilDrained === true ? 0 : patienceMs;
      const limits = { maxMessages: maxEnvelopes - deliveries.length, maxBytes: maxBytes - bytes, waitMs };
      const next = await this.#next({ ...limits, signal: options.signal }, options);
      deliveries.push(...next.deliveries);
      if (next.unreadable !== undefined) return { ...next, deliveries };
      for (const { message, unit } of next.deliveries) {
        bytes += message.body.length;
        variants += unit.envelope.block.count;
      }
      if (deliveries.length >= maxEnvelopes || bytes >= maxBytes) return { deliveries };
      if (next.deliveries.length === 0) {
        if (!busy) return { deliveries };
        await writing.ready();
      }
      if (!writing.busy && variants >= enoughVariants) return { deliveries };
    }
  }

  /** The next messages, up to the first that is no envelope. */
  async #next(poll: PollOptions, options: ConsumerOptions): Promise<Polled> {
    const messages =
      this.#rest.length > 0 ? this.#rest : await this.#retrying(() => this.#ports.platform.poll(poll), options);
    this.#rest = [];
    const takenMs = this.#ports.clock.monotonicMs();
    const deliveries: Delivery[] = [];
    for (const [index, message] of messages.entries()) {
      try {
        const { id, body, position } = message;
        const prepared = this.#ports.handoff?.take(id, body) ?? this.#preparer.prepare(decodeEnvelope(body));
        deliveries.push({ message, unit: { ...prepared, position }, takenMs });
      } catch (error) {
        this.#rest = messages.slice(index + 1);
        return { deliveries, unreadable: { message, error: asUnreadable(error) } };
      }
    }
    return { deliveries };
  }

  /**
   * Resolves when the store has them, with what is left to do: the platform's commit, which says so. `committed`: the
   * commits before it.
   */
  async #write(
    deliveries: readonly Delivery[],
    { committed, onRows }: { readonly committed: Promise<unknown>; readonly onRows: () => void },
    options: ConsumerOptions,
  ): Promise<() => Promise<void>> {
    const units = deliveries.map(({ unit }) => unit);
    try {
      const outcomes = await this.#apply(units, options, onRows);
      const applied = this.#told(deliveries, outcomes);
      deliveries.forEach(release);
      options.onApplied?.(applied);
      return () => this.#commit(units);
    } catch (error) {
      if (!isFinal(error) || options.signal?.aborted === true) throw error;
      await committed;
      await this.#writeSingly(deliveries, options);
      return async () => {};
    }
  }

  /** One of them is refused. Those before it are written alone, so that the right one is put aside. */
  async #writeSingly(deliveries: readonly Delivery[], options: ConsumerOptions): Promise<void> {
    for (const delivery of deliveries) {
      const { unit, message } = delivery;
      try {
        const outcomes = await this.#apply([unit], options);
        await this.#commit([unit]);
        options.onApplied?.(this.#told([delivery], outcomes));
      } catch (error) {
        if (!isFinal(error)) throw error;
        await this.#bury(message, error, options);
      }
    }
  }

  #told(deliveries: readonly Delivery[], outcomes: readonly ApplyOutcome[]): readonly AppliedEnvelope[] {
    const nowMs = this.#ports.clock.monotonicMs();
    return deliveries.map(({ message, unit: { envelope }, takenMs }, index) => ({
      ...outcomes[index]!,
      platform: message.position.platform,
      variants: envelope.block.count,
      rejected: envelope.rejected.length,
      plainBytes: envelope.packed.length,
      packedBytes: envelope.packed.bytes.length,
      latencyMs: nowMs - takenMs,
    }));
  }

  #apply(units: readonly ApplyUnit[], options: ConsumerOptions, onRows?: () => void): Promise<readonly ApplyOutcome[]> {
    return this.#retrying(() => this.#ports.store.apply(units, { signal: options.signal, onRows }), options);
  }

  async #commit(units: readonly ApplyUnit[]): Promise<void> {
    await this.#ports.platform.commit(units.map(({ position }) => position));
  }

  /** Puts a message aside for good and moves past it. Throws unless the caller hears of it otherwise. */
  async #bury(message: IncomingMessage, cause: unknown, { onBuried }: ConsumerOptions): Promise<void> {
    if (!(cause instanceof VcfAgentError)) throw cause;
    const path = await this.#ports.deadLetters.keep(message, cause);
    await this.#ports.platform.commit([message.position]);
    const { code, context } = cause;
    const error = new VcfAgentError(code, `${cause.message} (the envelope is kept in ${path})`, { cause, context });
    if (onBuried === undefined) throw error;
    onBuried(message.id, error);
  }

  /** Tries again what fails for now. For the store the ledger makes that safe, whatever became of the first attempt. */
  async #retrying<T>(work: () => Promise<T>, { signal, retryForMs }: ConsumerOptions): Promise<T> {
    const { clock } = this.#ports;
    const deadline = clock.monotonicMs() + retryForMs;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
      try {
        return await work();
      } catch (error) {
        const retryable = error instanceof VcfAgentError && error.retryable && error.code !== 'DISK_FULL';
        if (!retryable || clock.monotonicMs() >= deadline) throw error;
        await clock.sleep(backoffMs, { signal });
      }
    }
  }
}

/** Nobody looks at what is applied. */
function release({ message, unit }: Delivery): void {
  releaseEnvelope(unit.envelope);
  releaseMemory(unit.annotations.ranges);
  releaseOwnMemory(message.body);
}

/** A defect of ours in reading an envelope must not stop every envelope after it: it is put aside like a damaged one. */
function asUnreadable(error: unknown): VcfAgentError {
  if (error instanceof VcfAgentError) return error;
  return new VcfAgentError('ENVELOPE_CORRUPT', `an envelope cannot be read: ${String(error)}`, { cause: error });
}

/** SQLSTATE classes of a server that cannot or may not write now: read-only, no rights, no table, no room, cancelled, damaged. */
const OUTAGES = /^(25|28|3D|42|53|55|57|58|XX)/;

/** The store refuses this envelope, whoever sends it and whenever; a full disk, say, is an outage and no refusal. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof VcfAgentError) || error.retryable) return false;
  if (error.code === 'DATABASE_ERROR') return !OUTAGES.test(String(error.context.sqlstate));
  return error.code === 'OPTION_CONFLICT' || error.code === 'INPUT_LIMIT';
}
