import type { Table } from '@lancedb/lancedb';
import {
  Table as ArrowTable,
  Field,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
} from 'apache-arrow';
import type { Cancellable } from '../../core/ports.ts';
import { NumberColumn, TextColumn } from './columns.ts';
import { all } from './sql.ts';

/** What is judged about a variant, in words. */
export interface Summary {
  /** Of its row. */
  readonly id: bigint;
  readonly text: string;
}

/** Reads what is judged about a file's variants now, by id, some at a time. */
export type ReadSummaries = (tenant: string, fileId: number, options: Cancellable) => AsyncIterable<readonly Summary[]>;

const FILE_SHIFT = 32n;

const CHANGED = new Schema([
  new Field('id', new Int64(), false),
  new Field('analysis_summary', new Utf8(), true),
  new Field('updated_at', new TimestampMillisecond(), false),
]);

/** Makes `analysis_summary` of a file's rows what is judged now. Only rows that say something else are written. */
export async function bringSummaries(
  table: Table,
  fileId: number,
  summaries: AsyncIterable<readonly Summary[]>,
): Promise<void> {
  let from = BigInt(fileId) << FILE_SHIFT;
  for await (const page of summaries) {
    const last = page.at(-1);
    if (last === undefined) continue;
    await bringRange(table, { from, to: last.id + 1n }, page);
    from = last.id + 1n;
  }
  await bringRange(table, { from, to: BigInt(fileId + 1) << FILE_SHIFT }, []);
}

async function bringRange(
  table: Table,
  { from, to }: { readonly from: bigint; readonly to: bigint },
  page: readonly Summary[],
): Promise<void> {
  const wanted = new Map(page.map(({ id, text }) => [id, text]));
  const said = wanted.size === 0 ? 'analysis_summary is not null' : undefined;
  const wrong: { readonly id: bigint; readonly text: string | null }[] = [];
  const rows = table
    .query()
    .where(all(`id >= ${from}`, `id < ${to}`, said))
    .select(['id', 'analysis_summary']);
  for await (const batch of rows) {
    const [ids, texts] = [batch.getChild('id')!, batch.getChild('analysis_summary')!];
    for (let i = 0; i < batch.numRows; i++) {
      const id = BigInt(ids.get(i));
      const text = wanted.get(id) ?? null;
      if (texts.get(i) !== text) wrong.push({ id, text });
    }
  }
  if (wrong.length > 0) await table.mergeInsert('id').whenMatchedUpdateAll().execute(changesOf(wrong));
}

/** The columns that change, and the one that says of which rows. */
function changesOf(rows: readonly { readonly id: bigint; readonly text: string | null }[]): ArrowTable {
  const ids = new NumberColumn(new Int64(), new BigInt64Array(rows.length));
  const texts = new TextColumn(rows.length);
  const times = new NumberColumn(new TimestampMillisecond(), new BigInt64Array(rows.length));
  const now = BigInt(Date.now());
  for (const { id, text } of rows) {
    ids.add(id);
    texts.add(text);
    times.add(now);
  }
  const children = [ids.data(), texts.data(), times.data()];
  const data = makeData({ type: new Struct(CHANGED.fields), length: rows.length, nullCount: 0, children });
  return new ArrowTable(CHANGED, new RecordBatch(CHANGED, data));
}

/** Summaries in the order of ids, given out to whoever goes through the rows in the same order. */
export class SummaryCursor {
  readonly #pages: AsyncIterator<readonly Summary[]>;
  #page: readonly Summary[] = [];
  #at = 0;

  constructor(summaries: AsyncIterable<readonly Summary[]>) {
    this.#pages = summaries[Symbol.asyncIterator]();
  }

  /** Those of rows before `end` that were not given out yet. */
  async before(end: bigint): Promise<ReadonlyMap<bigint, string>> {
    const given = new Map<bigint, string>();
    for (;;) {
      const next = this.#page[this.#at];
      if (next !== undefined && next.id >= end) return given;
      if (next !== undefined) {
        given.set(next.id, next.text);
        this.#at++;
        continue;
      }
      const { done, value } = await this.#pages.next();
      if (done === true) return given;
      this.#page = value;
      this.#at = 0;
    }
  }
}
