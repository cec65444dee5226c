import type { Source } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Clock, StoredFile, VariantStore } from '../core/ports.ts';
import type { Receipt } from '../core/receipt.ts';
import { isBalanced, ledgerDigest, makeReceipt } from '../delivery/receipt.ts';
import type { JobResult } from '../ingest/job.ts';

export interface ReceiptPorts {
  readonly store: VariantStore;
  readonly clock: Clock;
}

export interface FinishedJob {
  readonly tenant: string;
  readonly source: Source;
  /** SHA-256 (hex) of the file's decompressed bytes. */
  readonly contentDigest: string;
  readonly result: JobResult;
  /** Variants that were in the store before the job began. */
  readonly storedBefore: number;
}

/** Makes and keeps the receipt of a file whose every envelope is applied. Throws RECEIPT_UNBALANCED. */
export async function firstReceipt({ store, clock }: ReceiptPorts, job: FinishedJob): Promise<Receipt> {
  const { tenant, source, contentDigest, result, storedBefore } = job;
  const file = await store.file(tenant, source.digest);
  if (file === undefined) throw new VcfAgentError('DATABASE_ERROR', `the store does not know ${source.name}`);
  const receipt = makeReceipt({
    tenant,
    sourceDigest: source.digest,
    contentDigest,
    sourceName: source.name,
    fileId: file.fileId,
    input: result.totals,
    ledger: await store.ledger(tenant, file.fileId),
    storedBefore,
    truncated: result.truncation !== undefined,
    startedAt: result.startedAt,
    finishedAt: new Date(clock.now()).toISOString(),
  });
  assertBalanced(receipt);
  await store.saveReceipt(receipt);
  return receipt;
}

/**
 * The receipt of a run that found everything there: the same input, all of it duplicates. Only `truncated` is of this
 * run: a copy that lacks the end-of-file marker holds the same text as one that has it.
 */
export async function repeatReceipt(
  { store, clock }: ReceiptPorts,
  file: StoredFile,
  truncated: boolean,
): Promise<Receipt> {
  const first = (await store.receipts(file.tenant, file.fileId))[0];
  if (first === undefined)
    throw new VcfAgentError('DATABASE_ERROR', `file ${file.fileId} is complete but has no receipt`);
  const ledger = await store.ledger(file.tenant, file.fileId);
  const now = new Date(clock.now()).toISOString();
  const duplicates = ledger.reduce((total, entry) => total + entry.variantCount, 0);
  const storeDigest = ledgerDigest(ledger);
  const repeat = { stored: 0, duplicates, storeDigest, truncated, startedAt: now, finishedAt: now };
  const receipt = { ...first, ...repeat };
  assertBalanced(receipt);
  await store.saveReceipt(receipt);
  return receipt;
}

function assertBalanced(receipt: Receipt): void {
  if (isBalanced(receipt)) return;
  const { fileId, input, stored, duplicates, rejected } = receipt;
  const sides = `${input} read, ${stored} stored + ${duplicates} duplicates + ${rejected} rejected`;
  const message = `the receipt of file ${fileId} does not balance: ${sides}. Delete that file and ingest it again`;
  throw new VcfAgentError('RECEIPT_UNBALANCED', message, { context: { fileId } });
}
