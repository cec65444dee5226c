import { decodeEnvelope, releaseEnvelope } from '../codec/envelope-codec.ts';
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
import { Preparer } from './prepare.ts';

/** What one transaction takes at most: enough that its fsync is shared, little enough that memory stays flat. */
export interface BatchLimits {
  readonly maxEnvelopes: number;
  readonly maxBytes: number;
}

export interface ConsumerPorts {
  readonly platform: PlatformConsumer;
  readonly store: VariantStore;
  readonly deadLetters: DeadLetterFolder;
  readonly clock: Clock;
}

/** An envelope ready to be written, and the message it came in. */
interface Delivery {
  readonly message: IncomingMessage;
  readonly unit: ApplyUnit;
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
 * commit as a hint. While the database writes one batch, the next is fetched and prepared.
 */
export class EnvelopeConsumer {
  readonly #ports: ConsumerPorts;
  readonly #preparer = new Preparer();

  constructor(ports: ConsumerPorts) {
    this.#ports = ports;
  }

  /** Resolves when `signal` asks to stop (or the log is drained); rejects when the store or the log fails for good. */
  async run(options: ConsumerOptions): Promise<void> {
    let writing: Promise<void> = Promise.resolve();
    try {
      for (;;) {
        const deliveries = await this.#next(options);
        await writing;
        if (deliveries.length === 0 && options.untilDrained === true) return;
        if (deliveries.length === 0) continue;
        writing = this.#write(deliveries, options);
        // Awaited in the next round; a failure there must not be an unhandled rejection until then.
        writing.catch(() => {});
      }
    } catch (error) {
      await Promise.allSettled([writing]);
      if (options.signal?.aborted === true) return;
      throw error;
    }
  }

  async #next({ batch, signal, untilDrained }: ConsumerOptions): Promise<Delivery[]> {
    const messages = await this.#ports.platform.poll({
      maxMessages: batch.maxEnvelopes,
      maxBytes: batch.maxBytes,
      waitMs: untilDrained === true ? 0 : POLL_WAIT_MS,
      signal,
    });
    const deliveries: Delivery[] = [];
    for (const message of messages) {
      try {
        deliveries.push({ message, unit: this.#preparer.unit(await decodeEnvelope(message.body), message.position) });
      } catch (error) {
        throw await this.#bury(message, error);
      }
    }
    return deliveries;
  }

  async #write(deliveries: readonly Delivery[], options: ConsumerOptions): Promise<void> {
    const units = deliveries.map(({ unit }) => unit);
    try {
      const outcomes = await this.#applyAndCommit(units, options);
      for (const { envelope } of units) releaseEnvelope(envelope);
      options.onApplied?.(outcomes);
    } catch (error) {
      if (!isFinal(error) || options.signal?.aborted === true) throw error;
      // One of them is refused. Those before it are written alone, so that the right one is put aside.
      for (const { unit, message } of deliveries) {
        await this.#applyAndCommit([unit], options).catch(async (cause) => {
          throw isFinal(cause) ? await this.#bury(message, cause) : cause;
        });
      }
    }
  }

  async #applyAndCommit(units: readonly ApplyUnit[], options: ConsumerOptions): Promise<readonly ApplyOutcome[]> {
    const outcomes = await this.#applyWithRetry(units, options);
    await this.#ports.platform.commit(units.map(({ position }) => position));
    return outcomes;
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

/** The same attempt would fail again, whoever makes it and whenever: a refusal, not an outage. */
function isFinal(error: unknown): boolean {
  return error instanceof VcfAgentError && !error.retryable && error.code !== 'ABORTED';
}
