import type { IggyClock } from '../clock.ts';

/** A silence may be ours: after a blocked event loop what has arrived is read before anybody is blamed. */
const GRACE_MS = 10;

export interface SilenceOptions {
  readonly silenceTimeoutMs: number;
  readonly clock: IggyClock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Somebody waits for an answer. */
  isOwed(): boolean;
  /** Asked before anybody is blamed: something moved that `progress` was not told of. */
  hasMoved?(): boolean;
  onSilence(): void;
}

/** Watches a connection while it owes a reply: nothing may be still for longer than the timeout. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #lastProgressMs: number;
  #isWatching = false;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#lastProgressMs = options.clock.monotonicMs();
  }

  /** Something moved. */
  progress(): void {
    this.#lastProgressMs = this.#options.clock.monotonicMs();
  }

  /** To be called with each request. */
  begin(): void {
    if (!this.#isWatching) void this.#watch();
  }

  async #watch(): Promise<void> {
    const { clock, silenceTimeoutMs, signal, isOwed, hasMoved, onSilence } = this.#options;
    const leftMs = () => silenceTimeoutMs - (clock.monotonicMs() - this.#lastProgressMs);
    this.#isWatching = true;
    try {
      while (isOwed()) {
        await clock.sleep(Math.max(leftMs(), GRACE_MS), { signal });
        if (leftMs() > 0) continue;
        await clock.sleep(GRACE_MS, { signal });
        if (leftMs() > 0 || !isOwed()) continue;
        if (hasMoved?.()) this.progress();
        else onSilence();
      }
    } catch {
      // Closed while waiting: there is nothing left to watch.
    } finally {
      this.#isWatching = false;
    }
  }
}
