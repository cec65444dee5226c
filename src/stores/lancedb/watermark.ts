import type { Connection, OptimizeOptions, Table } from '@lancedb/lancedb';
import { Field, Int32, Int64, Schema, Utf8 } from 'apache-arrow';
import { VcfAgentError } from '../../core/errors.ts';
import type { Watermark } from '../../core/projection.ts';
import { calling } from './errors.ts';
import { WATERMARK_TABLE } from './schema.ts';
import { openTable } from './table.ts';

/** How far the variants go: a place in the outbox, and the last batch that was written for it. */
export interface Kept {
  readonly watermark: Watermark;
  readonly batch: bigint;
}

const SCHEMA = new Schema([
  // Beyond what a signed number of eight bytes holds, some day.
  new Field('xid', new Utf8(), false),
  new Field('seq', new Int64(), false),
  new Field('batch', new Int64(), false),
  // Of what is derived: what an older program made of the same variants is not what this one makes.
  new Field('version', new Int32(), false),
]);

/** A table of one row, replaced as a whole: LanceDB makes a new version of it or leaves the old one. */
export class WatermarkTable {
  readonly #table: Table;
  readonly #version: number;

  private constructor(table: Table, version: number) {
    this.#table = table;
    this.#version = version;
  }

  /** `version`: of what is derived from variants. */
  static async open(db: Connection, version: number): Promise<WatermarkTable> {
    return new WatermarkTable(await openTable(db, WATERMARK_TABLE, SCHEMA), version);
  }

  /** Undefined before the first batch. PROJECTION_DAMAGED when another version made what is there. */
  async read(): Promise<Kept | undefined> {
    return await calling(async () => {
      const [row] = await this.#table.query().toArray();
      if (row === undefined) return undefined;
      if (row.version !== this.#version) throw new VcfAgentError('PROJECTION_DAMAGED', 'another version made it');
      return { watermark: { xid: BigInt(row.xid), seq: BigInt(row.seq) }, batch: BigInt(row.batch) };
    });
  }

  async keep({ watermark: { xid, seq }, batch }: Kept): Promise<void> {
    await this.#table.add([{ xid: String(xid), seq, batch, version: this.#version }], { mode: 'overwrite' });
  }

  async settle(options: Partial<OptimizeOptions>): Promise<void> {
    await this.#table.optimize(options);
  }

  close(): void {
    this.#table.close();
  }
}
