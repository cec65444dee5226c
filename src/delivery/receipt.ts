import type { Envelope } from '../core/envelope.ts';
import { DigestSum } from '../core/ids.ts';
import type { LedgerEntry } from '../core/ports.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Checkpoint } from './checkpoint.ts';

type SavedTotals = Checkpoint['totals'];

/** What the producer has read of a source so far: the input side of its receipt. Survives a kill in the checkpoint. */
export class InputTotals {
  #records: number;
  #variants: number;
  #rejected: number;
  readonly #digest: DigestSum;
  readonly #warnings: Map<string, number>;

  constructor(saved?: SavedTotals) {
    this.#records = saved?.records ?? 0;
    this.#variants = saved?.variants ?? 0;
    this.#rejected = saved?.rejected ?? 0;
    this.#digest = new DigestSum(saved?.digest);
    this.#warnings = new Map(Object.entries(saved?.warnings ?? {}));
  }

  get records(): number {
    return this.#records;
  }

  /** Also the number of the next variant. */
  get variants(): number {
    return this.#variants;
  }

  addEnvelope(envelope: Envelope): void {
    this.#records += envelope.lastOrdinal - envelope.firstOrdinal + 1;
    this.#variants += envelope.block.count;
    this.#rejected += envelope.rejected.length;
    this.#digest.add(envelope.contentDigest);
  }

  /** Codes, with how often each was given. */
  addWarnings(counts: ReadonlyMap<string, number>): void {
    for (const [code, count] of counts) this.#warnings.set(code, (this.#warnings.get(code) ?? 0) + count);
  }

  /** A copy that no later reading changes. */
  snapshot(): SavedTotals {
    return {
      records: this.#records,
      variants: this.#variants,
      rejected: this.#rejected,
      digest: this.#digest.toString(),
      warnings: Object.fromEntries(this.#warnings),
    };
  }
}

export interface ReceiptFacts {
  readonly tenant: string;
  readonly sourceDigest: string;
  readonly contentDigest: string;
  readonly sourceName: string;
  readonly fileId: number;
  readonly input: SavedTotals;
  readonly ledger: readonly LedgerEntry[];
  readonly storedBefore: number;
  readonly truncated: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** The receipt of a run: the input as its producer counted it beside the ledger as the store wrote it. */
export function makeReceipt(facts: ReceiptFacts): Receipt {
  const { input, ledger, storedBefore } = facts;
  return {
    tenant: facts.tenant,
    sourceDigest: facts.sourceDigest,
    contentDigest: facts.contentDigest,
    sourceName: facts.sourceName,
    fileId: facts.fileId,
    records: input.records,
    input: input.variants + input.rejected,
    stored: sum(ledger, (entry) => entry.variantCount) - storedBefore,
    duplicates: storedBefore,
    rejected: sum(ledger, (entry) => entry.rejectedCount),
    inputDigest: input.digest,
    storeDigest: ledgerDigest(ledger),
    warnings: input.warnings,
    truncated: facts.truncated,
    startedAt: facts.startedAt,
    finishedAt: facts.finishedAt,
  };
}

/** True when the receipt proves its run: nothing lost, nothing doubled, both ends digested alike. */
export function isBalanced(receipt: Receipt): boolean {
  const { input, stored, duplicates, rejected, inputDigest, storeDigest } = receipt;
  return input === stored + duplicates + rejected && inputDigest === storeDigest;
}

/** Sum of the content digests of all applied envelopes. */
export function ledgerDigest(ledger: readonly LedgerEntry[]): string {
  const digest = new DigestSum();
  for (const entry of ledger) digest.add(entry.contentDigest);
  return digest.toString();
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
