import { VcfAgentError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

/** Spares the error that a signal otherwise makes for its reason. */
const OVER = Symbol('over');

interface DeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Begins the message: "Kafka: listing topics". */
  readonly doing: string;
}

/**
 * The promise, PLATFORM_TIMEOUT when it takes longer, or the signal's reason when that comes first. The work itself goes on:
 * whoever has to end it does so.
 */
export async function withinDeadline<T>(work: Promise<T>, options: DeadlineOptions): Promise<T> {
  const { clock, timeoutMs, signal, doing } = options;
  const done = new AbortController();
  const stop = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  // Nobody may be left to hear how abandoned work ends.
  work.catch(() => undefined);
  const late = clock.sleep(timeoutMs, { signal: stop }).then(
    () => {
      throw new VcfAgentError('PLATFORM_TIMEOUT', `${doing}: no answer within ${timeoutMs} ms`, { retryable: true });
    },
    (error) => {
      throw signal?.aborted === true ? signal.reason : error;
    },
  );
  late.catch(() => undefined);
  try {
    signal?.throwIfAborted();
    return await Promise.race([work, late]);
  } finally {
    done.abort(OVER);
  }
}
