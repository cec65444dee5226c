import type { IggyClock } from '../clock.ts';
import { abortedError, IggyError } from '../errors.ts';
import type { CallOptions } from '../types.ts';
import type { Session, SessionFactory } from './session.ts';

export interface ReconnectOptions {
  /** Connections tried, one after another, before a call fails. */
  readonly attempts: number;
  /** Before the second attempt; doubles each time, and is shortened by up to half at random. */
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

export interface SlotOptions {
  readonly open: SessionFactory;
  readonly reconnect: ReconnectOptions;
  readonly clock: IggyClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * A place for one session: opened when first needed, opened again when it broke. Failures in a row are remembered, so that
 * callers who come one after another do not storm a server that is down.
 */
export class Slot {
  readonly #options: SlotOptions;
  readonly #closed = new AbortController();
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #failures = 0;
  #notBeforeMs = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#session !== undefined && this.#session.failure === undefined;
  }

  async acquire({ signal }: CallOptions = {}): Promise<Session> {
    if (this.#closed.signal.aborted) throw new IggyError('CLOSED', 'the client was closed');
    if (signal?.aborted) throw abortedError(signal);
    if (this.isOpen) return this.#session!;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return signal === undefined ? this.#opening : orAborted(this.#opening, signal);
  }

  async #open(): Promise<Session> {
    const { open, reconnect, clock } = this.#options;
    const { signal } = this.#closed;
    for (let attempt = 1; ; attempt++) {
      try {
        const waitMs = this.#notBeforeMs - clock.monotonicMs();
        if (waitMs > 0) await clock.sleep(waitMs, { signal });
        const session = await open({ signal });
        if (signal.aborted) session.close();
        signal.throwIfAborted();
        this.#failures = 0;
        this.#session = session;
        return session;
      } catch (error) {
        if (signal.aborted) throw new IggyError('CLOSED', 'the client was closed', { cause: error });
        this.#notBeforeMs = clock.monotonicMs() + this.#delayMs(this.#failures++);
        // Who waited a whole timeout for nothing has waited enough: the next call may try again.
        const mayHelp = error instanceof IggyError && error.retryable && error.code !== 'TIMEOUT';
        if (!mayHelp || attempt >= reconnect.attempts) throw error;
      }
    }
  }

  #delayMs(failures: number): number {
    const { initialDelayMs, maxDelayMs } = this.#options.reconnect;
    const delayMs = Math.min(initialDelayMs * 2 ** Math.min(failures, 30), maxDelayMs);
    return delayMs * (1 - this.#options.random() / 2);
  }

  close(): void {
    this.#closed.abort();
    this.#session?.close();
  }
}

function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(abortedError(signal));
  signal.addEventListener('abort', abort, { once: true });
  result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
