import type { Problem } from '../../core/problem.ts';
import { type OpenOptions, openVcf, type VcfReader } from '../../vcf/open.ts';
import { SummaryCollector } from './collector.ts';
import type { Summary } from './summary.ts';

/** A summary, and how far the file could be read. */
export interface FileSummary {
  readonly kind: VcfReader['kind'];
  /** Of the specification: `4.2`. */
  readonly version: string;
  readonly container: VcfReader['container'];
  /** Records that could not be read: in none of the counts. */
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** Why the file ended early; what came before is counted. */
  readonly truncation?: Problem | undefined;
  readonly summary: Summary;
}

export interface SummariseOptions extends OpenOptions {
  readonly onProgress?: (progress: { bytesRead: number; totalBytes: number; records: number }) => void;
}

const RECORDS_AT_A_TIME = 4_000;

/**
 * Counts what a file (or `-`, standard input) holds, in one reading and with memory for one batch. Throws what `openVcf`
 * throws; records that cannot be read and an early end are data.
 */
export async function summariseFile(input: string, options: SummariseOptions = {}): Promise<FileSummary> {
  await using reader = await openVcf(input, options);
  const collector = new SummaryCollector(reader.header);
  const rejectedByCode: Record<string, number> = {};
  let rejected = 0;
  let truncation: Problem | undefined;
  for await (const batch of reader.batches({ maxRecords: RECORDS_AT_A_TIME, signal: options.signal })) {
    collector.add(batch.block);
    for (const { problem } of batch.rejected) rejectedByCode[problem.code] = (rejectedByCode[problem.code] ?? 0) + 1;
    rejected += batch.rejected.length;
    truncation = batch.truncation;
    const { bytesRead, totalBytes } = reader;
    options.onProgress?.({ bytesRead, totalBytes, records: batch.nextOrdinal });
    batch.release();
  }
  return {
    kind: reader.kind,
    version: reader.header.version,
    container: reader.container,
    rejected,
    rejectedByCode,
    truncation,
    summary: collector.finish(),
  };
}
