import type { Clock } from '../core/ports.ts';

interface Deadline {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * Callbacks after one fixed time, nearly all of which are taken back before: every send sets two. One sleep serves all of
 * them, because to begin and to abort a sleep for each is most of what a send would cost (bench/coordinator).
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #afterMs: number;
  /** In the order in which they are due: the time is the same for all. */
  readonly #waiting = new Set<Deadline>();
  readonly #stop = new AbortController();
  #sleeping = false;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
  }

  get afterMs(): number {
    return this.#afterMs;
  }

  /** Calls back once after the time. Returns how to take that back. */
  set(callback: () => void): () => void {
    const deadline = { dueMs: this.#clock.monotonicMs() + this.#afterMs, callback };
    this.#waiting.add(deadline);
    this.#sleep();
    return () => this.#waiting.delete(deadline);
  }

  /** Ends the sleep; what waits is never called. */
  close(): void {
    this.#stop.abort();
    this.#waiting.clear();
  }

  /** Until the first is due. It may have been taken back by then: a sleep too early for the next costs nothing. */
  #sleep(): void {
    const [first] = this.#waiting;
    if (this.#sleeping || first === undefined || this.#stop.signal.aborted) return;
    this.#sleeping = true;
    const { signal } = this.#stop;
    const leftMs = Math.max(0, first.dueMs - this.#clock.monotonicMs());
    this.#clock.sleep(leftMs, { signal }).then(
      () => this.#wake(),
      () => undefined,
    );
  }

  #wake(): void {
    this.#sleeping = false;
    const now = this.#clock.monotonicMs();
    for (const deadline of this.#waiting) {
      if (deadline.dueMs > now) break;
      this.#waiting.delete(deadline);
      deadline.callback();
    }
    this.#sleep();
  }
}
