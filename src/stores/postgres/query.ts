import type pg from 'pg';
import { ANNOTATION_COLUMNS } from '../../core/annotation.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import type { QueryOptions, QueryPage, VariantRow } from '../../core/ports.ts';
import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { type InfoFilter, splitInfoFilter } from './info-filter.ts';
import { type RowsWanted, rowsSql } from './query-sql.ts';
import { type RowKey, visitLines } from './read-blocks.ts';

const MAX_PAGE = 100_000;
/** Candidates of a filter on INFO looked at in one go, from the first to any later one. */
const FIRST_CANDIDATES = 2_000;
const MAX_CANDIDATES = 50_000;

type SqlRow = Readonly<Record<string, unknown>>;

/** A row as the database answers it. */
interface KeyedRow extends RowKey {
  readonly row: SqlRow;
}

/** A page of variants in the order of their ids: file by file, each as it was read. Throws USAGE on a foreign cursor. */
export async function queryVariants(
  client: pg.ClientBase,
  filter: Filter | undefined,
  options: QueryOptions,
): Promise<QueryPage> {
  const { tenant, limit, cursor, fileId } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new VcfAgentError('USAGE', `The limit is a whole number from 1 to ${MAX_PAGE}.`);
  }
  const wanted = { tenant, fileId, after: cursor === undefined ? -1 : decodeCursor(cursor), limit: limit + 1 };
  // Rows and their lines are of one moment, also while a file is deleted.
  await client.query('begin isolation level repeatable read, read only');
  const split = splitInfoFilter(filter);
  const keyed =
    split === undefined
      ? await select(client, { ...wanted, filter, answer: 'annotations' })
      : await selectByInfo(client, split, wanted);
  const more = keyed.length > limit;
  if (more) keyed.pop();
  const rows: VariantRow[] = [];
  await visitLines(client, keyed, ({ row }, block, number) => {
    rows.push(toRow(row, block, number));
  });
  await client.query('commit');
  const last = keyed.at(-1);
  return { rows, ...(more && last !== undefined && { cursor: encodeCursor(last.id) }) };
}

async function select(client: pg.ClientBase, wanted: RowsWanted): Promise<KeyedRow[]> {
  const { text, values, serial } = rowsSql(wanted);
  // A parallel plan would mix the order of the envelopes.
  if (serial) await client.query('set local max_parallel_workers_per_gather = 0');
  const { rows } = await client.query(text, [...values]);
  return rows.map((row) => ({ id: Number(row.id), fileId: row.file_id, batch: row.batch, row }));
}

/** Looks through the candidates in order, at their lines, until there are enough. */
async function selectByInfo(
  client: pg.ClientBase,
  { candidates, conditions, test }: InfoFilter,
  wanted: Omit<RowsWanted, 'filter' | 'answer'>,
): Promise<KeyedRow[]> {
  const found: number[] = [];
  const names = conditions.map((_, i) => `c${i}`);
  let { after } = wanted;
  for (let limit = FIRST_CANDIDATES; ; limit = Math.min(limit * 2, MAX_CANDIDATES)) {
    const page = await select(client, { ...wanted, after, limit, filter: candidates, answer: conditions });
    await visitLines(client, page, ({ id, row }, block, number) => {
      const flags = names.map((name) => row[name] as boolean);
      if (test(flags, field(block, number, END_FILTER, END_INFO))) found.push(id);
      return found.length < wanted.limit;
    });
    if (found.length >= wanted.limit || page.length < limit) break;
    after = page.at(-1)!.id;
  }
  const { rows } = await client.query(
    `select id, file_id, batch, ${ANNOTATION_COLUMNS.map(({ name }) => name).join(', ')}
     from variants where id = any($1::bigint[]) order by id`,
    [found],
  );
  return rows.map((row) => ({ id: Number(row.id), fileId: row.file_id, batch: row.batch, row }));
}

function toRow(row: SqlRow, block: VariantBlock, number: number): VariantRow {
  const base = number * BOUNDS_STRIDE;
  const text = (before: number, end: number): string => field(block, number, before, end);
  const annotations: Record<string, string | number | readonly string[] | null> = {};
  for (const { name } of ANNOTATION_COLUMNS) annotations[name] = row[name] as string | number | string[] | null;
  const { bytes, bounds } = block;
  const hasFormat = bounds[base + LINE_END]! > bounds[base + END_INFO]!;
  const rest = hasFormat ? text(END_INFO, LINE_END) : '';
  const formatEnd = rest.indexOf('\t');
  return {
    id: BigInt(row.id as string),
    fileId: row.file_id as number,
    ordinal: block.ordinals[number]!,
    allele: block.alleles[number]!,
    chrom: Buffer.from(bytes.subarray(bounds[base + LINE_START], bounds[base + END_CHROM])).toString(),
    pos: Number(text(END_CHROM, END_POS)),
    variantId: text(END_POS, END_ID),
    ref: text(END_ID, END_REF),
    alt: text(END_REF, END_ALT),
    qual: text(END_ALT, END_QUAL),
    filter: text(END_QUAL, END_FILTER),
    info: text(END_FILTER, END_INFO),
    format: hasFormat ? (formatEnd < 0 ? rest : rest.slice(0, formatEnd)) : null,
    samples: formatEnd < 0 ? null : rest.slice(formatEnd + 1),
    annotations,
  };
}

/** Text of the field that ends at `end`; the field before it ends at `before`. */
export function field({ bytes, bounds }: VariantBlock, number: number, before: number, end: number): string {
  const base = number * BOUNDS_STRIDE;
  return (bytes as Buffer).toString('utf8', bounds[base + before]! + 1, bounds[base + end]!);
}

function encodeCursor(id: number): string {
  return `v1-${id.toString(36)}`;
}

function decodeCursor(cursor: string): number {
  const digits = /^v1-([0-9a-z]{1,11})$/.exec(cursor)?.[1];
  const id = digits === undefined ? Number.NaN : Number.parseInt(digits, 36);
  if (Number.isSafeInteger(id)) return id;
  throw new VcfAgentError('USAGE', `${JSON.stringify(cursor)} is not a cursor of this query.`);
}
