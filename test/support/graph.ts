import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationColumn } from '../../src/core/annotation.ts';
import type { StoredEnvelope } from '../../src/core/ports.ts';
import type { ProjectedFile, ProjectionEntry, Watermark } from '../../src/core/projection.ts';
import { type GraphOptions, GraphProjection } from '../../src/stores/graph/projection.ts';
import type { GraphAnswer } from '../../src/stores/graph/query.ts';
import type { Parameters } from '../../src/stores/graph/statement.ts';
import { parseHeader } from '../../src/vcf/header/parse.ts';
import { createTranscriptReading } from '../../src/vcf/info/transcript-effects.ts';
import { digestOf, unitOf } from './envelope.ts';

export interface GraphFile extends ProjectedFile {
  /** By first variant. */
  readonly envelopes: ReadonlyMap<number, StoredEnvelope>;
}

export interface GraphLine {
  /** Columns separated by spaces or tabs. */
  readonly text: string;
  readonly annotations?: Partial<Record<AnnotationColumn, string>>;
}

const DECLARED = '##fileformat=VCFv4.2\n';

/** A file with these lines as the truth holds it, so many to an envelope. `header`: meta lines. */
export function graphFile(
  fileId: number,
  lines: readonly GraphLine[],
  options: { tenant?: string; samples?: readonly string[]; header?: string; batch?: number } = {},
): GraphFile {
  const { tenant = 'default', samples = [], header = '', batch = 100 } = options;
  const columns = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO'];
  const names = [...columns, ...(samples.length > 0 ? ['FORMAT', ...samples] : [])].join('\t');
  const envelopes = new Map<number, StoredEnvelope>();
  for (let first = 0; first < lines.length; first += batch) {
    const part = lines.slice(first, first + batch);
    envelopes.set(first, storedEnvelope(part, { fileId, first, samples }));
  }
  return {
    fileId,
    tenant,
    digest: digestOf(String(fileId)),
    name: `file-${fileId}.vcf`,
    sampleNames: samples,
    header: Buffer.from(`${DECLARED}${header}${names}\n`),
    envelopes,
  };
}

function storedEnvelope(
  lines: readonly GraphLine[],
  { fileId, first, samples }: { fileId: number; first: number; samples: readonly string[] },
): StoredEnvelope {
  const unit = unitOf(
    lines.map(({ text }) => text),
    { source: String(fileId), samples, firstOrdinal: first },
  );
  const annotations = new Array<string | null>(lines.length * ANNOTATION_WIDTH).fill(null);
  lines.forEach((line, row) => {
    ANNOTATION_COLUMNS.forEach(({ name }, column) => {
      annotations[row * ANNOTATION_WIDTH + column] = line.annotations?.[name] ?? null;
    });
  });
  return {
    envelopeId: unit.envelope.id,
    firstOrdinal: first,
    lastOrdinal: unit.envelope.lastOrdinal,
    firstVariant: first,
    variantCount: lines.length,
    rejectedCount: 0,
    contentDigest: unit.envelope.contentDigest,
    block: unit.envelope.block,
    annotations,
    carriers: unit.carriers,
    rejected: [],
  };
}

export function envelopeEntries(file: GraphFile): ProjectionEntry[] {
  const { tenant, fileId } = file;
  return [...file.envelopes.values()].map((stored) => ({ kind: 'envelope', tenant, fileId, stored }));
}

export function deletionOf({ tenant, fileId }: ProjectedFile): ProjectionEntry {
  return { kind: 'deletion', tenant, fileId };
}

export function filesById(...files: readonly GraphFile[]): ReadonlyMap<number, ProjectedFile> {
  return new Map(files.map((file) => [file.fileId, file]));
}

export function expectedOf(graph: GraphProjection, file: GraphFile) {
  return graph.expected(
    file,
    (async function* () {
      yield* file.envelopes.values();
    })(),
  );
}

/** A place in an outbox. */
export function place(seq: number): Watermark {
  return { xid: 1n, seq: BigInt(seq) };
}

export function openGraph(folder: string, options: Pick<GraphOptions, 'verdicts'> = {}): Promise<GraphProjection> {
  const readTranscripts = (header: Uint8Array) => createTranscriptReading(parseHeader(header).header);
  return GraphProjection.open({ folder, readTranscripts, ...options });
}

/** A graph of a test's own. */
export async function openTestGraph(
  options: Pick<GraphOptions, 'verdicts'> = {},
): Promise<AsyncDisposable & { readonly graph: GraphProjection; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'vcf-agent-graph-'));
  const graph = await openGraph(folder, options);
  return {
    graph,
    folder,
    [Symbol.asyncDispose]: async () => {
      await graph.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const LIMITS = { rows: 10_000, timeoutMs: 60_000, memoryBytes: 1024 * 1024 * 1024 };

export function ask(
  graph: GraphProjection,
  statement: string,
  options: { tenant?: string; parameters?: Parameters } = {},
): Promise<GraphAnswer> {
  return graph.query(options.tenant ?? 'default', statement, { ...LIMITS, parameters: options.parameters });
}

/** Nodes of each table, bookkeeping too; those of tables without any are left out. */
export async function census(graph: GraphProjection, tenant = 'default'): Promise<Record<string, number>> {
  const { rows } = await ask(graph, 'MATCH (n) RETURN label(n), count(*)', { tenant });
  return Object.fromEntries(rows as [string, number][]);
}
