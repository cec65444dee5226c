import type { IggyClock } from '../../../../src/platforms/iggy/client/index.ts';

/** A clock that jumps: whoever sleeps is woken at once, at the time they asked for. Keeps what was slept. */
export class JumpingClock implements IggyClock {
  readonly slept: number[] = [];
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(durationMs);
    this.#nowMs += durationMs;
  }
}
