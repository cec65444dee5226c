import type { Connection, Table } from '@lancedb/lancedb';
import { VcfAgentError } from '../../core/errors.ts';
import { DigestSum } from '../../core/ids.ts';
import type { Cancellable, StoredEnvelope } from '../../core/ports.ts';
import type {
  ProjectedFile,
  Projection,
  ProjectionContents,
  ProjectionEntry,
  Watermark,
} from '../../core/projection.ts';
import { addRowDigests } from './digest.ts';
import { calling } from './errors.ts';
import { indexVariants } from './indexes.ts';
import { connect } from './native.ts';
import { arrowRows, type Describer, type EnvelopeRows } from './rows.ts';
import { TEXTS_TABLE, VARIANTS_TABLE, variantsSchema } from './schema.ts';
import { openTable, purge } from './table.ts';
import { type Kept, WatermarkTable } from './watermark.ts';

export interface LanceOptions extends Cancellable {
  readonly folder: string;
  readonly describer: Describer;
}

/** Versions older than this are no reader's any more. */
const OLD_VERSION_MS = 60_000;

/** Opens it; makes its tables when there are none. PROJECTION_DAMAGED when they cannot be read. */
export async function openLanceProjection({ folder, describer, signal }: LanceOptions): Promise<LanceProjection> {
  return await calling(async () => {
    signal?.throwIfAborted();
    // Another process may write meanwhile: every read looks for the latest version.
    const db = await connect(folder, { readConsistencyInterval: 0 });
    const variants = await openTable(db, VARIANTS_TABLE, variantsSchema(describer.dimensions));
    return new LanceProjection(db, variants, await WatermarkTable.open(db), describer);
  });
}

/**
 * Variants as rows of a table of vectors. Every row says in which batch it was written; the watermark says how many batches it
 * covers. What a killed run wrote beyond it is removed before anything is applied again.
 */
export class LanceProjection implements Projection {
  readonly name = 'lancedb';
  readonly batchVariants = 10_000;
  readonly db: Connection;
  readonly variants: Table;
  readonly #watermarks: WatermarkTable;
  readonly #describer: Describer;
  /** Nothing lies beyond the watermark, as far as this process knows. */
  #isClean = false;
  #batch = 0n;

  constructor(db: Connection, variants: Table, watermarks: WatermarkTable, describer: Describer) {
    this.db = db;
    this.variants = variants;
    this.#watermarks = watermarks;
    this.#describer = describer;
  }

  async watermark(): Promise<Watermark | undefined> {
    const kept = await this.#watermarks.read();
    // Somebody else may have written since.
    this.#isClean = false;
    this.#batch = kept?.batch ?? 0n;
    return kept?.watermark;
  }

  async apply(
    entries: readonly ProjectionEntry[],
    files: ReadonlyMap<number, ProjectedFile>,
    upTo: Watermark,
    { signal }: Cancellable = {},
  ): Promise<void> {
    await calling(async () => {
      await this.#removeUnfinished();
      this.#isClean = false;
      const kept: Kept = { watermark: upTo, batch: this.#batch + 1n };
      let envelopes: EnvelopeRows[] = [];
      const flush = async () => {
        signal?.throwIfAborted();
        await this.#write(envelopes, kept.batch);
        envelopes = [];
      };
      for (const entry of entries) {
        if (entry.kind === 'envelope') envelopes.push({ stored: entry.stored, file: fileOf(entry, files) });
        else if (entry.kind === 'deletion') {
          await flush();
          await this.#forget(entry.fileId);
        }
      }
      await flush();
      await this.#watermarks.keep(kept);
      this.#batch = kept.batch;
      this.#isClean = true;
    });
  }

  /** Small fragments become large ones, indexes cover what is new, versions that nobody reads go. */
  async settle(): Promise<void> {
    await calling(async () => {
      const older = { cleanupOlderThan: new Date(Date.now() - OLD_VERSION_MS), deleteUnverified: true };
      await this.variants.optimize(older);
      await this.#watermarks.settle(older);
    });
    await indexVariants(this.variants);
  }

  async contents(fileId: number, { signal }: Cancellable = {}): Promise<ProjectionContents> {
    return await calling(async () => {
      const sum = new DigestSum();
      let rows = 0;
      for await (const batch of this.variants.query().where(`file_id = ${fileId}`)) {
        signal?.throwIfAborted();
        addRowDigests(sum, batch);
        rows += batch.numRows;
      }
      return { rows, digest: sum.toString() };
    });
  }

  async expected(
    file: ProjectedFile,
    envelopes: AsyncIterable<StoredEnvelope>,
    { signal }: Cancellable = {},
  ): Promise<ProjectionContents> {
    const sum = new DigestSum();
    let rows = 0;
    for await (const stored of envelopes) {
      signal?.throwIfAborted();
      const table = this.#rowsOf([{ stored, file }], 0n);
      addRowDigests(sum, table);
      rows += table.numRows;
    }
    return { rows, digest: sum.toString() };
  }

  async close(): Promise<void> {
    this.variants.close();
    this.#watermarks.close();
    this.db.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What a run that was killed, or failed, wrote after its last watermark. */
  async #removeUnfinished(): Promise<void> {
    if (this.#isClean) return;
    const unfinished = `batch > ${this.#batch}`;
    if ((await this.variants.countRows(unfinished)) > 0) await this.variants.delete(unfinished);
  }

  async #write(envelopes: readonly EnvelopeRows[], batch: bigint): Promise<void> {
    const filled = envelopes.filter(({ stored }) => stored.block.count > 0);
    if (filled.length > 0) await this.variants.add(this.#rowsOf(filled, batch));
  }

  #rowsOf(envelopes: readonly EnvelopeRows[], batch: bigint) {
    const describer = this.#describer;
    return arrowRows(envelopes, { schema: variantsSchema(describer.dimensions), describer, batch, nowMs: Date.now() });
  }

  async #forget(fileId: number): Promise<void> {
    await purge(this.variants, `file_id = ${fileId}`);
    for (const name of await this.db.tableNames()) {
      if (name.startsWith(TEXTS_TABLE)) await purge(await this.db.openTable(name), `file_id = ${fileId}`);
    }
  }
}

function fileOf({ fileId }: ProjectionEntry, files: ReadonlyMap<number, ProjectedFile>): ProjectedFile {
  const file = files.get(fileId);
  if (file === undefined) throw new VcfAgentError('DATABASE_ERROR', `the store has no file ${fileId} for its envelope`);
  return file;
}
