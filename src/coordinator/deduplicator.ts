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
  readonly #capacity: number;
  /** In the order of delivery, oldest first. */
  readonly #delivered = new Set<string>();

  /** `capacity`: how many it remembers. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#delivered.size;
  }

  /** Whether this process has delivered the id over this topic before, as far as it remembers. */
  wasDelivered(topic: string, id: string): boolean {
    return this.#delivered.has(keyOf(topic, id));
  }

  delivered(topic: string, id: string): void {
    const key = keyOf(topic, id);
    this.#delivered.delete(key);
    this.#delivered.add(key);
    if (this.#delivered.size <= this.#capacity) return;
    for (const oldest of this.#delivered) {
      this.#delivered.delete(oldest);
      break;
    }
  }
}

/** True only when the ledger says so. A ledger that cannot be asked has not said so. */
export async function isApplied(ledger: AppliedLedger, id: string, options: Cancellable): Promise<boolean> {
  return await ledger.has(id, options).catch(() => false);
}

/** The same envelope may travel over two topics. */
export function keyOf(topic: string, id: string): string {
  return `${id} ${topic}`;
}
