import { blockColumns, contentDigest } from '../codec/content.ts';
import { encodeEnvelope, type UnpackedEnvelope } from '../codec/envelope-codec.ts';
import type { Source } from '../core/envelope.ts';
import { envelopeId } from '../core/ids.ts';
import type { Cancellable, PreparedEnvelope } from '../core/ports.ts';
import type { Problem } from '../core/problem.ts';
import type { Normaliser } from '../vcf/normalise/normaliser.ts';
import type { RecordBatch, ResumePoint, VcfReader } from '../vcf/open.ts';
import { Preparer } from '../vcf/preparer.ts';
import { releaseMemory } from '../vcf/reader/release-memory.ts';

/** An envelope as it goes to the log, what is derived from it, and where its source stands after it. */
export interface SealedEnvelope {
  readonly prepared: PreparedEnvelope;
  /** What the log gets. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Codes of the warnings about its records, with how often each was given. */
  readonly warnings: ReadonlyMap<string, number>;
  readonly resume: ResumePoint;
  /** Compressed bytes read so far. */
  readonly bytesRead: number;
}

export interface SealedOptions extends Cancellable {
  readonly tenant: string;
  readonly source: Source;
  readonly reader: VcfReader;
  readonly normaliser: Normaliser;
  readonly compressionLevel: number;
  /** Where a killed run stopped, and how many variants it had. */
  readonly from?: { readonly resume: ResumePoint; readonly variants: number } | undefined;
}

/**
 * A source cut into envelopes, in order: read, normalised, digested, packed. Returns where a damaged file
 * ends.
 */
export async function* sealedEnvelopes(
  options: SealedOptions,
): AsyncGenerator<SealedEnvelope, Problem | undefined, undefined> {
  const { reader, source, signal, from } = options;
  const shape = { maxRecords: source.plan.batchSize, signal, ...(from && { from: from.resume }) };
  const preparer = new Preparer();
  preparer.know(reader.header);
  let variants = from?.variants ?? 0;
  let empty = from === undefined;
  let truncation: Problem | undefined;
  for await (const batch of reader.batches(shape)) {
    truncation = batch.truncation ?? truncation;
    // A file without records has one envelope, or nobody would know of it.
    const hasRecords = batch.nextOrdinal > batch.firstOrdinal;
    if (!hasRecords && !(empty && batch.ended !== undefined)) continue;
    empty = false;
    const sealed = seal(batch, variants, preparer, options);
    variants += sealed.prepared.envelope.block.count;
    yield sealed;
  }
  return truncation;
}

function seal(
  batch: RecordBatch,
  firstVariant: number,
  preparer: Preparer,
  { tenant, source, reader, normaliser, compressionLevel }: SealedOptions,
): SealedEnvelope {
  const normalised = normaliser.block(batch.block, batch.lines);
  const { block } = normalised;
  // Rows that were split or moved stand in a buffer of the normaliser's.
  if (block.bytes !== batch.block.bytes) batch.release();
  const rejected = [...batch.rejected, ...normalised.rejected].sort((a, b) => a.ordinal - b.ordinal);
  const columns = blockColumns(block);
  const header = reader.header.text;
  const lastOrdinal = batch.nextOrdinal - 1;
  const unpacked: UnpackedEnvelope = {
    id: envelopeId(tenant, source.digest, batch.firstOrdinal, lastOrdinal),
    tenant,
    source,
    firstOrdinal: batch.firstOrdinal,
    lastOrdinal,
    firstVariant,
    block,
    rejected,
    header,
    contentDigest: contentDigest({ header, count: block.count, columns, rejected }),
  };
  const { envelope, body } = encodeEnvelope(unpacked, columns, { compressionLevel });
  if (envelope.packed.bytes !== columns) releaseMemory(columns);
  return {
    prepared: { envelope, sampleNames: reader.header.samples, ...preparer.derive(header, block) },
    body,
    warnings: countCodes([...batch.warnings, ...normalised.warnings]),
    resume: batch.resume,
    bytesRead: reader.bytesRead,
  };
}

function countCodes(problems: readonly Problem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}
