import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock } from '../core/ports.ts';
import type { InFlight } from './backpressure.ts';

/** Looks follow each other this fast while others apply what is waited for, and this slowly while nobody else does. */
const FASTEST_MS = 10;
const SLOWEST_MS = 500;
/** The oldest was not applied for so long, although the store and the platforms answer. */
const STALLED_MS = 120_000;
/** Longer than a killed worker keeps its partitions; then again after twice as long. */
const FIRST_RESEND_MS = 15_000;

export interface LedgerWatchPorts {
  readonly inFlight: InFlight;
  /** Which of these envelopes the store has. */
  readonly applied: (envelopeIds: readonly string[], options: Cancellable) => Promise<readonly string[]>;
  /** Others have applied these; they are to be released. */
  readonly onApplied: (envelopeIds: readonly string[]) => void;
  /** These were acknowledged, and nobody applies them: to be sent again, which is harmless. May be called more than once. */
  readonly onStuck: (envelopeIds: readonly string[]) => void;
  readonly clock: Clock;
}

/** Runs `work` while the ledger is watched. Its signal is aborted when nobody goes on applying, which it then rejects with. */
export async function besideLedger<T>(
  ports: LedgerWatchPorts,
  { signal, failed }: Cancellable & { /** Our own consumer's. */ readonly failed: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stalled = new AbortController();
  const done = new AbortController();
  const watching = watchLedger(ports, done).catch((error) => stalled.abort(error));
  const ends = [failed, stalled.signal];
  try {
    return await work(AbortSignal.any(signal ? [...ends, signal] : ends));
  } catch (error) {
    throw ends.find(({ aborted }) => aborted)?.reason ?? error;
  } finally {
    done.abort();
    await watching;
  }
}

/**
 * Finds out from the ledger what other workers have applied of what is in flight here. Our own consumer tells by itself; a
 * group of workers shares the partitions, and then most envelopes are applied by somebody else. Runs until `signal` says
 * stop; rejects with APPLY_STALLED when nothing of what is in flight is applied by anybody.
 */
async function watchLedger(
  { inFlight, applied, onApplied, onStuck, clock }: LedgerWatchPorts,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  let waitMs = SLOWEST_MS;
  // Of our own waits, not of the clock: a process that was stopped for an hour has not waited.
  let stalledMs = 0;
  let resendMs = FIRST_RESEND_MS;
  let before: readonly string[] = [];
  for (;;) {
    await clock.sleep(waitMs, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const waiting = inFlight.ids;
    const found = waiting.length === 0 ? [] : await applied(waiting, { signal }).catch(() => []);
    if (found.length > 0) onApplied(found);
    const isMoving = waiting.length === 0 || found.length > 0 || waiting[0] !== before[0];
    stalledMs = isMoving ? 0 : stalledMs + waitMs;
    if (isMoving) resendMs = FIRST_RESEND_MS;
    else if (stalledMs >= resendMs) {
      onStuck(waiting);
      resendMs *= 2;
    }
    if (stalledMs >= STALLED_MS) throw stalled(waiting.length);
    before = waiting;
    waitMs = found.length > 0 ? FASTEST_MS : Math.min(waitMs * 2, SLOWEST_MS);
  }
}

function stalled(count: number): VcfAgentError {
  return new VcfAgentError(
    'APPLY_STALLED',
    `${count} envelopes were sent but nobody has applied one of them for ${STALLED_MS / 1000} s: a worker may have put them aside (vcf-agent dlq list, where it runs), or a platform has lost them. Run the same command again`,
    { retryable: true },
  );
}
