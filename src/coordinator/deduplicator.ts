import type { Cancellable } from '../core/ports.ts';

/** Who knows for sure whether an envelope is in the store. */
export interface AppliedLedger {
  has(envelopeId: string, options?: Cancellable): Promise<boolean>;
}

/**
 * Answers "duplicate?" for the coordinator. That this process has delivered an id before is no reason to skip it: its file
 * may have been deleted since, or the broker may have lost its tail. It only says for which ids asking the ledger is worth
 * while, and the ledger alone decides. Without a ledger nothing is ever skipped.
 */
export class Deduplicator {
  readonly #ledger: AppliedLedger | undefined;
  readonly #capacity: number;
  /** In the order of delivery, oldest first. */
  readonly #delivered = new Set<string>();

  constructor(ledger: AppliedLedger | undefined, capacity: number) {
    this.#ledger = ledger;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#delivered.size;
  }

  /** Whether this process has delivered the id before, as far as it remembers. */
  wasDelivered(id: string): boolean {
    return this.#delivered.has(id);
  }

  delivered(id: string): void {
    this.#delivered.delete(id);
    this.#delivered.add(id);
    if (this.#delivered.size <= this.#capacity) return;
    for (const oldest of this.#delivered) {
      this.#delivered.delete(oldest);
      break;
    }
  }

  /** True only when the ledger says so. A ledger that cannot be asked has not said so. */
  async isApplied(id: string, options: Cancellable): Promise<boolean> {
    if (this.#ledger === undefined || !this.wasDelivered(id)) return false;
    return await this.#ledger.has(id, options).catch(() => false);
  }
}
