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
  VariantStore,
} from '../core/ports.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';
import { Preparer } from '../vcf/preparer.ts';

/** What one transaction takes at most: enough that its fsync is shared, little enough that memory stays flat. */
export interface BatchLimits {
  readonly maxEnvelopes: number;
  readonly maxBytes: number;
  /** Transactions under way at once: while one waits for its answers and its fsync, the other keeps the database busy. */
  readonly maxTransactions: number;
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
  readonly onApplied?: (outcomes: readonly ApplyOutcome[]) => void;
  /** Stop when the log has nothing more, instead of waiting for more. */
  readonly untilDrained?: boolean;
}

const POLL_WAIT_MS = 200;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 2_000;

/**
 * Takes envelopes from a platform and applies them: rows, ledger and position in one transaction, then the platform's own
 * commit as a hint. While the database writes some batches, the next is fetched and prepared.
 */
export class EnvelopeConsumer {
  readonly #ports: ConsumerPorts;
  readonly #preparer = new Preparer();

  constructor(ports: ConsumerPorts) {
    this.#ports = ports;
  }

  /** Resolves when `signal` asks to stop (or the log is drained); rejects when the store or the log fails for good. */
  async run(options: ConsumerOptions): Promise<void> {
    const writes: Promise<void>[] = [];
    let failure: { readonly error: unknown } | undefined;
    try {
      for (;;) {
        // Before the poll: what comes meanwhile shares the next transaction.
        if (writes.length === options.batch.maxTransactions) await writes.shift();
        const { deliveries, unreadable } = await this.#next(options);
        if (failure !== undefined) throw failure.error;
        if (deliveries.length > 0) {
          const write = this.#write(deliveries, writes.at(-1), options);
          write.catch((error) => {
            failure ??= { error };
          });
          writes.push(write);
        } else if (unreadable === undefined && options.untilDrained === true) {
          break;
        }
        if (unreadable !== undefined) {
          // Moving past it says that all before it is applied.
          await Promise.all(writes);
          throw await this.#bury(unreadable.message, unreadable.error);
        }
      }
      await Promise.all(writes);
    } catch (error) {
      await Promise.allSettled(writes);
      if (options.signal?.aborted === true) return;
      throw error;
    }
  }

  /** The next messages, up to the first that is no envelope. */
  async #next({ batch, signal, untilDrained }: ConsumerOptions): Promise<Polled> {
    const messages = await this.#ports.platform.poll({
      maxMessages: batch.maxEnvelopes,
      maxBytes: batch.maxBytes,
      waitMs: untilDrained === true ? 0 : POLL_WAIT_MS,
      signal,
    });
    const deliveries: Delivery[] = [];
    for (const message of messages) {
      try {
        const { id, body, position } = message;
        const prepared = this.#ports.handoff?.take(id, body) ?? this.#preparer.prepare(await decodeEnvelope(body));
        deliveries.push({ message, unit: { ...prepared, position } });
      } catch (error) {
        return { deliveries, unreadable: { message, error: asUnreadable(error) } };
      }
    }
    return { deliveries };
  }

  /**
   * Transactions overlap, the platform's commits do not: a commit says that everything before it is applied, so it waits
   * for the write before.
   */
  async #write(
    deliveries: readonly Delivery[],
    before: Promise<void> | undefined,
    options: ConsumerOptions,
  ): Promise<void> {
    const units = deliveries.map(({ unit }) => unit);
    try {
      const outcomes = await this.#applyWithRetry(units, options);
      await before;
      await this.#commit(units);
      for (const { envelope } of units) releaseEnvelope(envelope);
      options.onApplied?.(outcomes);
    } catch (error) {
      await before;
      if (!isFinal(error) || options.signal?.aborted === true) throw error;
      await this.#writeSingly(deliveries, options);
    }
  }

  /** One of them is refused. Those before it are written alone, so that the right one is put aside. */
  async #writeSingly(deliveries: readonly Delivery[], options: ConsumerOptions): Promise<void> {
    for (const { unit, message } of deliveries) {
      try {
        const outcomes = await this.#applyWithRetry([unit], options);
        await this.#commit([unit]);
        options.onApplied?.(outcomes);
      } catch (error) {
        throw isFinal(error) ? await this.#bury(message, error) : error;
      }
    }
  }

  async #commit(units: readonly ApplyUnit[]): Promise<void> {
    await this.#ports.platform.commit(units.map(({ position }) => position));
  }

  /** Puts a message aside for good and moves past it. Returns the error that its run ends with. */
  async #bury(message: IncomingMessage, cause: unknown): Promise<unknown> {
    if (!(cause instanceof VcfAgentError)) return cause;
    const path = await this.#ports.deadLetters.keep(message, cause);
    await this.#ports.platform.commit([message.position]);
    const { code, context } = cause;
    return new VcfAgentError(code, `${cause.message} (the envelope is kept in ${path})`, { cause, context });
  }

  /** The ledger makes a second attempt safe whatever became of the first. */
  async #applyWithRetry(units: readonly ApplyUnit[], options: ConsumerOptions): Promise<readonly ApplyOutcome[]> {
    const { store, clock } = this.#ports;
    const { signal } = options;
    const deadline = clock.monotonicMs() + options.retryForMs;
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
      try {
        return await store.apply(units, { signal });
      } catch (error) {
        const retryable = error instanceof VcfAgentError && error.retryable;
        if (!retryable || clock.monotonicMs() >= deadline) throw error;
        await clock.sleep(backoffMs, { signal });
      }
    }
  }
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
