import type { Connection, OptimizeOptions, Table } from '@lancedb/lancedb';
import { Field, Int64, Schema, Utf8 } from 'apache-arrow';
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
]);

/** A table of one row, replaced as a whole: LanceDB makes a new version of it or leaves the old one. */
export class WatermarkTable {
  readonly #table: Table;

  private constructor(table: Table) {
    this.#table = table;
  }

  static async open(db: Connection): Promise<WatermarkTable> {
    return new WatermarkTable(await openTable(db, WATERMARK_TABLE, SCHEMA));
  }

  /** Undefined before the first batch. */
  async read(): Promise<Kept | undefined> {
    return await calling(async () => {
      const [row] = await this.#table.query().toArray();
      if (row === undefined) return undefined;
      return { watermark: { xid: BigInt(row.xid), seq: BigInt(row.seq) }, batch: BigInt(row.batch) };
    });
  }

  async keep({ watermark: { xid, seq }, batch }: Kept): Promise<void> {
    await this.#table.add([{ xid: String(xid), seq, batch }], { mode: 'overwrite' });
  }

  async settle(options: Partial<OptimizeOptions>): Promise<void> {
    await this.#table.optimize(options);
  }

  close(): void {
    this.#table.close();
  }
}
