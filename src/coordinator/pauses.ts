import type { Cancellable, Clock, Random } from '../core/ports.ts';

const NEWS = Symbol('news');

/** Waits of those whose sends failed, which end early when there is reason to hope. */
export class Pauses {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #under = new Set<AbortController>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Shortened by up to half at random: everything that failed together must not come again together. Rejects as `signal`. */
  async pause(durationMs: number, { signal }: Cancellable = {}): Promise<void> {
    const early = new AbortController();
    const either = signal === undefined ? early.signal : AbortSignal.any([early.signal, signal]);
    this.#under.add(early);
    try {
      await this.#clock.sleep(durationMs * (0.5 + this.#random() / 2), { signal: either });
    } catch {
      signal?.throwIfAborted();
    } finally {
      this.#under.delete(early);
    }
  }

  /** Ends all that are under way. */
  end(): void {
    for (const early of this.#under) early.abort(NEWS);
  }
}
