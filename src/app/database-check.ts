import type { Clock } from '../core/ports.ts';

const TIMEOUT_MS = 1_000;
/** An answer holds for this long: many that ask must not be many questions. */
const FRESH_MS = 1_000;

/** Whether the database answers. One question at a time. */
export class DatabaseCheck {
  readonly #ask: () => Promise<unknown>;
  readonly #clock: Clock;
  #asking: Promise<boolean> | undefined;
  /** The last question, which a database that hangs has not answered yet: it is not asked another. */
  #pending: Promise<boolean> | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;
  #answered = false;

  constructor(ask: () => Promise<unknown>, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** False when there is no answer within a second. Never rejects. */
  async answers(): Promise<boolean> {
    if (this.#clock.monotonicMs() - this.#askedMs < FRESH_MS) return this.#answered;
    this.#asking ??= this.#inTime().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  async #inTime(): Promise<boolean> {
    const stop = new AbortController();
    const late = this.#clock.sleep(TIMEOUT_MS, { signal: stop.signal }).then(() => false);
    late.catch(() => undefined);
    this.#pending ??= this.#question().finally(() => {
      this.#pending = undefined;
    });
    this.#answered = await Promise.race([this.#pending, late]);
    this.#askedMs = this.#clock.monotonicMs();
    stop.abort();
    return this.#answered;
  }

  async #question(): Promise<boolean> {
    try {
      await this.#ask();
      return true;
    } catch {
      return false;
    }
  }
}
