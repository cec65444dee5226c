const SLOT_MS = 1_000;

/** Sums of the last minute, second by second: what `perSecond` over any part of it is taken of. */
export class RateWindow {
  readonly #now: () => number;
  readonly #slots: Float64Array;
  readonly #begunMs: number;
  #slot: number;

  /** `now`: monotonic ms. */
  constructor(now: () => number, { seconds }: { readonly seconds: number }) {
    this.#now = now;
    // One more: the second that runs.
    this.#slots = new Float64Array(seconds + 1);
    this.#begunMs = now();
    this.#slot = this.#slotAt(this.#begunMs);
  }

  add(amount: number): void {
    this.#advance();
    const index = this.#slot % this.#slots.length;
    this.#slots[index] = this.#slots[index]! + amount;
  }

  /** Mean of the last whole `seconds`, or of all time when there was less. */
  perSecond(seconds: number): number {
    this.#advance();
    let sum = 0;
    for (let back = 0; back <= seconds; back++) {
      if (back <= this.#slot) sum += this.#slots[(this.#slot - back) % this.#slots.length]!;
    }
    const runningMs = this.#now() - this.#slot * SLOT_MS;
    const spanMs = Math.min(seconds * SLOT_MS + runningMs, this.#now() - this.#begunMs);
    return spanMs > 0 ? (sum * 1000) / spanMs : 0;
  }

  #advance(): void {
    const slot = this.#slotAt(this.#now());
    const passed = Math.min(slot - this.#slot, this.#slots.length);
    for (let step = 1; step <= passed; step++) this.#slots[(slot - passed + step) % this.#slots.length] = 0;
    this.#slot = slot;
  }

  #slotAt(nowMs: number): number {
    return Math.floor(nowMs / SLOT_MS);
  }
}
