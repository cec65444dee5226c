import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectionOpener } from '../../src/app/projections.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { DigestSum } from '../../src/core/ids.ts';
import type { StoredEnvelope } from '../../src/core/ports.ts';
import type {
  ProjectedFile,
  Projection,
  ProjectionContents,
  ProjectionEntry,
  Watermark,
} from '../../src/core/projection.ts';
import { BOUNDS_STRIDE, bufferOf, LINE_END, LINE_START } from '../../src/core/variant-block.ts';

interface State {
  watermark: { xid: string; seq: string } | undefined;
  /** Lines by variant number, by file. */
  files: Record<string, Record<string, string>>;
}

/** A projection whose rows are lines in one JSON file, written whole: for tests of who follows. */
export class FileProjection implements Projection {
  readonly name = 'lancedb';
  readonly batchVariants: number;
  /** Calls of `apply`, in words. */
  readonly applied: string[] = [];
  /** Called before what was applied is kept. */
  beforeKeeping: () => void = () => {};
  readonly #path: string;

  constructor(folder: string, batchVariants = 5) {
    this.#path = join(folder, 'rows.json');
    this.batchVariants = batchVariants;
  }

  #read(): State {
    if (!existsSync(this.#path)) return { watermark: undefined, files: {} };
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch (cause) {
      throw new VcfAgentError('PROJECTION_DAMAGED', 'the rows are no JSON', { cause });
    }
  }

  #write(state: State): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(state));
    renameSync(`${this.#path}.new`, this.#path);
  }

  async watermark(): Promise<Watermark | undefined> {
    const { watermark } = this.#read();
    return watermark && { xid: BigInt(watermark.xid), seq: BigInt(watermark.seq) };
  }

  async apply(
    entries: readonly ProjectionEntry[],
    _files: ReadonlyMap<number, ProjectedFile>,
    upTo: Watermark,
  ): Promise<void> {
    const state = this.#read();
    for (const entry of entries) {
      this.applied.push(`${entry.kind} ${entry.fileId}`);
      if (entry.kind === 'deletion') delete state.files[entry.fileId];
      if (entry.kind === 'envelope') state.files[entry.fileId] = { ...state.files[entry.fileId], ...linesOf(entry) };
    }
    this.beforeKeeping();
    this.#write({ ...state, watermark: { xid: String(upTo.xid), seq: String(upTo.seq) } });
  }

  async contents(fileId: number): Promise<ProjectionContents> {
    return digested(this.#read().files[fileId] ?? {});
  }

  async expected(_file: ProjectedFile, envelopes: AsyncIterable<StoredEnvelope>): Promise<ProjectionContents> {
    const lines: Record<string, string> = {};
    for await (const stored of envelopes) Object.assign(lines, linesOf({ stored }));
    return digested(lines);
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

function linesOf({ stored: { block, firstVariant } }: { readonly stored: StoredEnvelope }): Record<string, string> {
  const lines: Record<string, string> = {};
  for (let i = 0; i < block.count; i++) {
    const at = i * BOUNDS_STRIDE;
    const line = bufferOf(block).toString('utf8', block.bounds[at + LINE_START]!, block.bounds[at + LINE_END]!);
    lines[firstVariant + i] = line;
  }
  return lines;
}

function digested(lines: Record<string, string>): ProjectionContents {
  const sum = new DigestSum();
  const rows = Object.entries(lines);
  for (const row of rows) sum.add(createHash('sha256').update(row.join('\t')).digest('hex'));
  return { rows: rows.length, digest: sum.toString() };
}

/** Opens it under the name lancedb. */
export function fileOpeners(isShared: boolean): { readonly lancedb: ProjectionOpener<FileProjection> } {
  return { lancedb: { isShared, open: async (folder) => new FileProjection(folder) } };
}
