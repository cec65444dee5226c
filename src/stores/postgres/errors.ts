import { VcfAgentError } from '../../core/errors.ts';

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Admin shutdown, crash shutdown, cannot connect now, too many connections: all pass by themselves. */
const PASSING = new Set(['57P01', '57P02', '57P03', '53300']);

/** Serialisation failure, deadlock, lock not available: the same transaction may work the next time. */
const CONTENTION = new Set(['40001', '40P01', '55P03']);

/** `pg` reports a lost connection by message only. */
const LOST =
  /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable|socket hang up/i;

/** SQLSTATE or errno of a failure, if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** True when there was no server to talk to, or it went away: nothing is wrong with what was asked. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'DATABASE_UNAVAILABLE') return true;
  if (code !== undefined) return NETWORK.has(code) || PASSING.has(code) || code.startsWith('08');
  return error instanceof Error && LOST.test(error.message);
}

/**
 * Whatever `pg` throws, as one of our codes. DETAIL and CONTEXT are left out: PostgreSQL puts row values there.
 * DATABASE_UNAVAILABLE and contention are retryable: an apply may simply be called again, the ledger sorts it out.
 */
export function toStoreError(error: unknown, signal?: AbortSignal): VcfAgentError {
  if (error instanceof VcfAgentError) return error;
  if (signal?.aborted) return new VcfAgentError('ABORTED', 'Cancelled.', { cause: signal.reason });
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const context = code === undefined ? {} : { sqlstate: code };
  if (isUnavailable(error)) {
    return new VcfAgentError('DATABASE_UNAVAILABLE', `The database cannot be reached: ${message}`, {
      retryable: true,
      cause: error,
      context,
    });
  }
  if (code === '53100' || code === 'ENOSPC') {
    return new VcfAgentError('DISK_FULL', `The database's disk is full: ${message}`, { cause: error, context });
  }
  return new VcfAgentError('DATABASE_ERROR', `The database refused: ${message}`, {
    retryable: code !== undefined && CONTENTION.has(code),
    cause: error,
    context,
  });
}

/** ABORTED when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VcfAgentError('ABORTED', 'Cancelled.', { cause: signal.reason });
}
