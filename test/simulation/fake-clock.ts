import type { Cancellable, Clock } from '../../src/core/ports.ts';

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Any moment will do; a recognisable one helps to read a failure. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** Lets everything run that can run without time passing. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still until it is told to go on, and then passes from timer to timer, never past one. */
export class FakeClock implements Clock {
  #nowMs = 0;
  /** By due time, those of one moment in the order in which they were set. */
  readonly #timers: Timer[] = [];

  now(): number {
    return EPOCH_MS + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Sleeps that have not ended: what is left of these at the end of a test has leaked. */
  get sleeping(): number {
    return this.#timers.length;
  }

  sleep(durationMs: number, { signal }: Cancellable = {}): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#timers.splice(this.#timers.indexOf(timer), 1);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const timer = { dueMs: this.#nowMs + durationMs, wake };
      signal?.addEventListener('abort', abort, { once: true });
      const later = this.#timers.findLastIndex(({ dueMs }) => dueMs <= timer.dueMs);
      this.#timers.splice(later + 1, 0, timer);
    });
  }

  /** Passes this much time. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settle();
    while (this.#timers.length > 0 && this.#timers[0]!.dueMs <= endMs) await this.#nextTimer();
    this.#nowMs = endMs;
  }

  /** Passes time until the promise is settled. Rejects as it does, or when nothing is left that could settle it. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    await settle();
    while (!settled) {
      if (this.#timers.length === 0) throw new Error('nobody sleeps and the promise is pending: it hangs');
      await this.#nextTimer();
    }
    return promise;
  }

  async #nextTimer(): Promise<void> {
    const { dueMs } = this.#timers[0]!;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    while (this.#timers.length > 0 && this.#timers[0]!.dueMs <= dueMs) this.#timers.shift()!.wake();
    await settle();
  }
}
