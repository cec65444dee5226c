import type { Cancellable } from '../core/ports.ts';

export interface InFlightLimits {
  readonly maxVariants: number;
  readonly maxBytes: number;
}

/**
 * Bounds what was read but is not applied yet. `acquire` waits until there is room; one envelope larger than the whole
 * bound goes alone. Released by envelope id, as the store reports it.
 */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #held = new Map<string, { readonly variants: number; readonly bytes: number }>();
  #variants = 0;
  #bytes = 0;
  #waiting: (() => void)[] = [];

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  async acquire(id: string, variants: number, bytes: number, options: Cancellable = {}): Promise<void> {
    while (this.#held.size > 0 && !this.#fits(variants, bytes)) await this.#change(options);
    this.#held.set(id, { variants, bytes });
    this.#variants += variants;
    this.#bytes += bytes;
  }

  /** The envelope is in the store. Returns its variants: 0 for an id that is nobody's here (a former run's). */
  release(id: string): number {
    const held = this.#held.get(id);
    if (held === undefined) return 0;
    this.#held.delete(id);
    this.#variants -= held.variants;
    this.#bytes -= held.bytes;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
    return held.variants;
  }

  /** Envelopes that were acquired and not released. */
  get ids(): readonly string[] {
    return [...this.#held.keys()];
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Resolves when everything acquired was released. */
  async idle(options: Cancellable = {}): Promise<void> {
    while (this.#held.size > 0) await this.#change(options);
  }

  #fits(variants: number, bytes: number): boolean {
    return this.#variants + variants <= this.#limits.maxVariants && this.#bytes + bytes <= this.#limits.maxBytes;
  }

  #change({ signal }: Cancellable): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    });
  }
}
