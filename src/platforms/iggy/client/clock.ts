import { setTimeout as delay } from 'node:timers/promises';

/** Time as a port, so that backoff, timeouts and heartbeats can run under a fake clock. */
export interface IggyClock {
  /** Milliseconds since the epoch: stamps messages with the time they were sent. */
  now(): number;
  /** Monotonic milliseconds. */
  monotonicMs(): number;
  /** Rejects when the signal aborts. */
  sleep(durationMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

export const systemClock: IggyClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, options = {}) => {
    await delay(durationMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  },
};
