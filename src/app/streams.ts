import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { blockColumns, blockFromColumns, contentDigest } from '../codec/content.ts';
import { encodeEnvelope } from '../codec/envelope-codec.ts';
import { NOWHERE } from '../consume/direct-writer.ts';
import type { IngestPlan, Source } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import { envelopeId } from '../core/ids.ts';
import type { ApplyUnit, Cancellable, VariantStore } from '../core/ports.ts';
import type { StreamPlace } from '../core/streams.ts';
import { BOUNDS_STRIDE, bufferOf, type VariantBlock } from '../core/variant-block.ts';
import { createNormaliser } from '../vcf/normalise/normaliser.ts';
import { openVcf } from '../vcf/open.ts';
import { Preparer } from '../vcf/preparer.ts';
import { STREAM_HEADER } from './stream-header.ts';

type InfoValue = string | number | boolean | null | readonly (string | number | null)[];

/** One variant as a client says it. What is left out is missing (`.`). */
export interface ObservedVariant {
  readonly chrom: string;
  /** From 1. */
  readonly pos: number;
  readonly ref: string;
  readonly alt: string;
  readonly id?: string | null | undefined;
  readonly qual?: number | null | undefined;
  readonly filter?: readonly string[] | null | undefined;
  readonly info?: Readonly<Record<string, InfoValue>> | undefined;
  /** Tells two observations of the same variant apart, where no idempotency key does. */
  readonly observedAt?: string | undefined;
}

export interface StreamAppend extends Cancellable {
  readonly tenant: string;
  /** Of the stream, for people and as its identity. */
  readonly stream: string;
  /** Of the whole batch. A variant without one needs `observedAt`. */
  readonly idempotencyKey?: string | undefined;
}

export interface TakenVariant {
  readonly key: string;
  /** Of its row. */
  readonly id: bigint;
  /** False: it came with this key before. */
  readonly isNew: boolean;
}

export interface TakenVariants {
  readonly fileId: number;
  readonly variants: readonly TakenVariant[];
}

/** Every record is one row, and no record is moved: their numbers are known before they are read. */
const PLAN: IngestPlan = { batchSize: 1, split: 'none', reference: null };

/** Whose name is the stream's, and whose header is ours. */
export function streamDigest(name: string): string {
  const header = createHash('sha256').update(STREAM_HEADER).digest('hex');
  return createHash('sha256')
    .update(JSON.stringify(['stream', name, header]))
    .digest('hex');
}

/**
 * Takes single variants of a client into the store, as one envelope, exactly once: the id of each is a hash of its variant key
 * and the idempotency key (or the time at which it was observed). Throws USAGE where both are missing, INPUT_FORMAT for a variant
 * that is none.
 */
export async function appendVariants(
  store: VariantStore,
  variants: readonly ObservedVariant[],
  { tenant, stream, idempotencyKey, signal }: StreamAppend,
): Promise<TakenVariants> {
  const ids = variants.map(({ observedAt }, index) => {
    const key = idempotencyKey ?? observedAt;
    if (key !== undefined) return key;
    const text = `variant ${index} has no observedAt, and the request no Idempotency-Key: sent twice it would be stored twice`;
    throw new VcfAgentError('USAGE', text, { context: { variant: index } });
  });
  const block = await readBlock(variants, signal);
  const keys = variants.map(variantKeyOf);
  const digest = streamDigest(stream);
  const source: Source = { digest, kind: 'stream', name: stream, bytes: 0, plan: PLAN };
  const entries = keys.map((key, index) => entryId(key, ids[index]!));
  const appended = await store.streams.append(
    { tenant, digest },
    entries,
    (place) => sealed(block, place, { tenant, source }),
    { signal },
  );
  const fresh = new Set(appended.fresh);
  return {
    fileId: appended.fileId,
    variants: keys.map((key, index) => ({ key, id: appended.rowIds[index]!, isNew: fresh.has(index) })),
  };
}

function variantKeyOf({ chrom, pos, ref, alt }: ObservedVariant): string {
  return `${chrom}:${pos}:${ref}:${alt}`;
}

function entryId(variantKey: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([variantKey, key]))
    .digest('hex');
}

/** Through the reader of files, so that a variant is a variant wherever it comes from. */
async function readBlock(variants: readonly ObservedVariant[], signal: AbortSignal | undefined): Promise<VariantBlock> {
  const text = Buffer.concat([STREAM_HEADER, Buffer.from(variants.map((variant) => `${lineOf(variant)}\n`).join(''))]);
  await using reader = await openVcf('-', { stdin: Readable.from([text]), signal });
  const normaliser = createNormaliser(reader.header, { split: PLAN.split });
  const [batch, ...rest] = await Array.fromAsync(
    reader.batches({ maxRecords: variants.length, maxBytes: Number.MAX_SAFE_INTEGER, signal }),
  );
  if (batch === undefined || rest.some(({ block }) => block.count > 0)) {
    throw new VcfAgentError('INPUT_FORMAT', `${variants.length} variants are not as many records`);
  }
  const { block, rejected } = normaliser.block(batch.block, batch.lines);
  const [first] = [...batch.rejected, ...rejected].sort((a, b) => a.ordinal - b.ordinal);
  if (first !== undefined) {
    const { code, field, message } = first.problem;
    throw new VcfAgentError('INPUT_FORMAT', `variant ${first.ordinal} cannot be read: ${code}: ${message}`, {
      context: { variant: first.ordinal, problem: code, field },
    });
  }
  if (block.count === variants.length) return block;
  throw new VcfAgentError('INPUT_FORMAT', `${variants.length} variants came to ${block.count} records`);
}

function lineOf({ chrom, pos, ref, alt, id, qual, filter, info = {} }: ObservedVariant): string {
  const entries = Object.entries(info).flatMap(([key, value]) => infoText(key, value));
  return [
    chrom,
    pos,
    id ?? '.',
    ref,
    alt,
    qual ?? '.',
    filter == null || filter.length === 0 ? '.' : filter.join(';'),
    entries.join(';') || '.',
  ].join('\t');
}

function infoText(key: string, value: InfoValue): readonly string[] {
  if (value === false) return [];
  if (value === true) return [key];
  const values = Array.isArray(value) ? value : [value];
  return [`${key}=${values.map((one) => (one === null ? '.' : escaped(String(one)))).join(',') || '.'}`];
}

/** VCF 4.3 §1.2: characters with a meaning of their own are percent-encoded. */
function escaped(text: string): string {
  return text.replace(/[%;=,\s\x00-\x1f\x7f]/g, (char) => encodeURIComponent(char)) || '.';
}

/** The envelope of those rows of a block that are new. */
function sealed(
  block: VariantBlock,
  { fresh, first }: StreamPlace,
  { tenant, source }: { readonly tenant: string; readonly source: Source },
): ApplyUnit {
  const columns = blockColumns(chosenRows(block, fresh, first));
  const last = first + fresh.length - 1;
  const own = blockFromColumns(columns, fresh.length);
  const about = { header: STREAM_HEADER, count: own.count, columns, rejected: [] };
  const { envelope } = encodeEnvelope(
    {
      id: envelopeId(tenant, source.digest, first, last),
      tenant,
      source,
      firstOrdinal: first,
      lastOrdinal: last,
      firstVariant: first,
      block: own,
      rejected: [],
      header: STREAM_HEADER,
      contentDigest: contentDigest(about),
    },
    columns,
    { compressionLevel: 0 },
  );
  return { ...new Preparer().prepare(envelope), position: NOWHERE };
}

function chosenRows(block: VariantBlock, rows: readonly number[], first: number): VariantBlock {
  const bounds = new Uint32Array(rows.length * BOUNDS_STRIDE);
  const alleles = new Uint16Array(rows.length);
  for (const [i, row] of rows.entries()) {
    bounds.set(block.bounds.subarray(row * BOUNDS_STRIDE, (row + 1) * BOUNDS_STRIDE), i * BOUNDS_STRIDE);
    alleles[i] = block.alleles[row]!;
  }
  const ordinals = Uint32Array.from(rows, (_, i) => first + i);
  return { bytes: bufferOf(block), count: rows.length, bounds, ordinals, alleles };
}
