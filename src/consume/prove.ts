import { isDeepStrictEqual } from 'node:util';
import { blockColumns, contentDigest } from '../codec/content.ts';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationBlock, type CarrierBlock } from '../core/annotation.ts';
import { DigestSum, envelopeId as envelopeIdOf } from '../core/ids.ts';
import type { Cancellable, StoredEnvelope, StoredFile, VariantStore } from '../core/ports.ts';
import type { Receipt } from '../core/receipt.ts';
import type { VariantBlock } from '../core/variant-block.ts';
import { isBalanced } from '../delivery/receipt.ts';
import type { Header } from '../vcf/header/model.ts';
import { parseHeader } from '../vcf/header/parse.ts';
import { Preparer } from '../vcf/preparer.ts';

/** One way in which the store is not what its receipt says. */
export interface ProofFailure {
  readonly kind:
    | 'content'
    | 'count'
    | 'typed'
    | 'carriers'
    | 'gap'
    | 'stray'
    | 'receipt'
    | 'incomplete'
    | 'verdict'
    | 'projection';
  readonly envelopeId?: string;
  readonly firstOrdinal?: number;
  readonly lastOrdinal?: number;
  readonly detail: string;
}

export interface Proof {
  readonly ok: boolean;
  readonly fileId: number;
  readonly name: string;
  readonly envelopes: number;
  readonly variants: number;
  readonly rejected: number;
  /** Digest of what the tables hold now. */
  readonly storeDigest: string;
  readonly receipt: Receipt | undefined;
  /** The first hundred. */
  readonly failures: readonly ProofFailure[];
}

export interface ProveOptions extends Cancellable {
  readonly onProgress?: (variantsChecked: number, variants: number) => void;
}

const MAX_FAILURES = 100;

/**
 * Recomputes everything from the tables and compares it with ledger and receipt: the digest of every envelope's rows, the
 * typed columns and carriers that follow from those rows, that no ordinal is missing and no row is there that no ledger
 * entry accounts for. A row deleted, doubled or changed in any column makes it fail, and names the records.
 */
export async function prove(store: VariantStore, file: StoredFile, options: ProveOptions = {}): Promise<Proof> {
  const receipts = await store.receipts(file.tenant, file.fileId);
  // The first receipt is of the run that stored the file; later ones only say that it was there.
  const receipt = receipts[0];
  const { header } = parseHeader(file.header);
  const check = new EnvelopeChecks(file, header);
  for await (const envelope of store.envelopes(file.fileId, options)) {
    check.envelope(envelope);
    options.onProgress?.(check.variants, file.variants);
  }
  if (!isDeepStrictEqual(file.sampleNames, header.samples)) {
    check.fail({ kind: 'content', detail: 'the samples are not those of the header' });
  }
  const stray = await store.strayRows(file.fileId);
  if (stray > 0) check.fail({ kind: 'stray', detail: `${stray} rows that no ledger entry accounts for` });
  if (receipt === undefined) {
    check.fail({ kind: 'incomplete', detail: 'there is no receipt: the file was not ingested to its end' });
  } else {
    checkReceipt(check, file, receipts);
  }
  return {
    ok: check.failures.length === 0,
    fileId: file.fileId,
    name: file.name,
    envelopes: check.envelopes,
    variants: check.variants,
    rejected: check.rejected,
    storeDigest: check.digest.toString(),
    receipt,
    failures: check.failures,
  };
}

function checkReceipt(check: EnvelopeChecks, file: StoredFile, receipts: readonly Receipt[]): void {
  const digest = check.digest.toString();
  for (const receipt of receipts) {
    const { input, stored, duplicates, rejected, inputDigest } = receipt;
    if (!isBalanced(receipt)) {
      const detail = `the receipt does not balance: ${input} read, ${stored} stored + ${duplicates} duplicates + ${rejected} rejected`;
      check.fail({ kind: 'receipt', detail });
    }
    if (receipt.contentDigest !== file.contentDigest || receipt.sourceDigest !== file.digest) {
      check.fail({ kind: 'receipt', detail: 'the receipt is of another source' });
    }
    if (inputDigest !== digest) {
      check.fail({ kind: 'receipt', detail: `the input digested to ${inputDigest}, the tables digest to ${digest}` });
    }
    if (input !== check.variants + check.rejected) {
      const detail = `the receipt counts ${input}, the tables hold ${check.variants} variants and ${check.rejected} rejected records`;
      check.fail({ kind: 'receipt', detail });
    }
  }
}

/** Walks envelopes in order, gathering failures. */
class EnvelopeChecks {
  readonly failures: ProofFailure[] = [];
  readonly digest = new DigestSum();
  envelopes = 0;
  variants = 0;
  rejected = 0;
  readonly #file: StoredFile;
  readonly #preparer = new Preparer();
  #nextOrdinal = 0;
  #nextVariant = 0;

  constructor(file: StoredFile, header: Header) {
    this.#file = file;
    this.#preparer.know(header);
  }

  fail(failure: ProofFailure): void {
    if (this.failures.length < MAX_FAILURES) this.failures.push(failure);
  }

  envelope(stored: StoredEnvelope): void {
    const { envelopeId, firstOrdinal, lastOrdinal, block, rejected } = stored;
    const where = { envelopeId, firstOrdinal, lastOrdinal };
    if (envelopeId !== envelopeIdOf(this.#file.tenant, this.#file.digest, firstOrdinal, lastOrdinal)) {
      this.fail({ kind: 'count', ...where, detail: 'the id is not that of these records' });
    }
    if (firstOrdinal !== this.#nextOrdinal || stored.firstVariant !== this.#nextVariant) {
      this.fail({ kind: 'gap', ...where, detail: `records ${this.#nextOrdinal} to ${firstOrdinal - 1} are missing` });
    }
    this.#nextOrdinal = lastOrdinal + 1;
    this.#nextVariant = stored.firstVariant + stored.variantCount;
    if (block.count !== stored.variantCount || rejected.length !== stored.rejectedCount) {
      const detail = `${block.count} rows and ${rejected.length} rejected records where the ledger has ${stored.variantCount} and ${stored.rejectedCount}`;
      this.fail({ kind: 'count', ...where, detail });
    }
    const { header } = this.#file;
    const digest = contentDigest({ header, count: block.count, columns: blockColumns(block), rejected });
    if (digest !== stored.contentDigest) {
      this.fail({ kind: 'content', ...where, detail: `rows digest to ${digest}, applied was ${stored.contentDigest}` });
    }
    this.#derived(stored, where);
    this.digest.add(digest);
    this.envelopes += 1;
    this.variants += block.count;
    this.rejected += rejected.length;
  }

  #derived(stored: StoredEnvelope, where: Pick<ProofFailure, 'envelopeId' | 'firstOrdinal' | 'lastOrdinal'>): void {
    const { annotations, carriers } = this.#preparer.derive(this.#file.header, stored.block);
    const wrong = wrongColumn(stored, annotations);
    if (wrong !== undefined) this.fail({ kind: 'typed', ...where, detail: wrong });
    if (!sameCarriers(stored.carriers, carriers)) {
      this.fail({ kind: 'carriers', ...where, detail: 'the carriers are not those of the stored genotypes' });
    }
  }
}

function wrongColumn(
  { block, annotations, firstVariant }: StoredEnvelope,
  derived: AnnotationBlock,
): string | undefined {
  for (let k = 0; k < block.count * ANNOTATION_WIDTH; k++) {
    const column = ANNOTATION_COLUMNS[k % ANNOTATION_WIDTH]!;
    if (!sameValue(annotations[k] ?? null, derivedText(block, derived, k), column.type)) {
      return `column ${column.name} of variant ${firstVariant + Math.floor(k / ANNOTATION_WIDTH)} does not follow from its INFO`;
    }
  }
  return undefined;
}

function derivedText(block: VariantBlock, { ranges, overrides }: AnnotationBlock, k: number): string | null {
  const override = overrides.get(k);
  if (override !== undefined) return override;
  const start = ranges[2 * k] ?? -1;
  if (start < 0) return null;
  return (block.bytes as Buffer).toString('utf8', start, ranges[2 * k + 1]!);
}

function sameValue(
  stored: string | null,
  derived: string | null,
  type: (typeof ANNOTATION_COLUMNS)[number]['type'],
): boolean {
  if (stored === derived) return true;
  if (stored === null || derived === null || type === 'text' || type === 'text[]') return false;
  return Math.fround(Number(stored)) === Math.fround(Number(derived));
}

function sameCarriers(a: CarrierBlock, b: CarrierBlock): boolean {
  return sameNumbers(a.samples, b.samples) && sameNumbers(a.offsets, b.offsets) && sameNumbers(a.rows, b.rows);
}

function sameNumbers(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
