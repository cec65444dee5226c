import type pg from 'pg';
import { ANNOTATION_COLUMNS } from '../../core/annotation.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import type { QueryOptions, QueryPage, VariantRow } from '../../core/ports.ts';
import { filterToSql, SqlParameters } from './filter-sql.ts';
import { IDS_PER_FILE } from './schema.ts';

const MAX_PAGE = 100_000;

const COLUMNS = `v.id, v.file_id, v.ordinal, v.allele, v.chrom, v.pos, v.variant_id, v.ref, v.alt, v.qual_raw, v.filter,
  v.info, v.format, v.samples, ${ANNOTATION_COLUMNS.map(({ name }) => `v.${name}`).join(', ')}`;

/** A page of variants in the order of their ids: file by file, each as it was read. Throws USAGE on a foreign cursor. */
export async function queryVariants(
  client: pg.ClientBase,
  filter: Filter | undefined,
  options: QueryOptions,
): Promise<QueryPage> {
  const { text, values } = querySql(filter, options);
  const { rows } = await client.query(text, values);
  const more = rows.length > options.limit;
  if (more) rows.pop();
  const last = rows.at(-1);
  return { rows: rows.map(toRow), ...(more && last !== undefined && { cursor: encodeCursor(last.id) }) };
}

/** The statement and its parameters. */
export function querySql(filter: Filter | undefined, options: QueryOptions): { text: string; values: unknown[] } {
  const { limit, cursor, fileId } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new VcfAgentError('USAGE', `The limit is a whole number from 1 to ${MAX_PAGE}.`);
  }
  const parameters = new SqlParameters(options.tenant);
  const conditions = [`v.tenant_id = ${parameters.tenantId}`];
  if (fileId !== undefined) {
    const first = parameters.add(fileId * IDS_PER_FILE, 'bigint');
    const end = parameters.add((fileId + 1) * IDS_PER_FILE, 'bigint');
    conditions.push(`v.id >= ${first} and v.id < ${end}`);
  }
  if (cursor !== undefined) conditions.push(`v.id > ${parameters.add(decodeCursor(cursor), 'bigint')}`);
  if (filter !== undefined) conditions.push(filterToSql(filter, parameters));
  const where = conditions.join('\n  and ');
  return {
    text: `select ${COLUMNS}\nfrom variants v\nwhere ${where}\norder by v.id\nlimit ${limit + 1}`,
    values: parameters.values,
  };
}

function toRow(row: Record<string, unknown>): VariantRow {
  const annotations: Record<string, string | number | readonly string[] | null> = {};
  for (const { name } of ANNOTATION_COLUMNS) annotations[name] = row[name] as string | number | string[] | null;
  return {
    id: BigInt(row.id as string),
    fileId: row.file_id as number,
    ordinal: row.ordinal as number,
    allele: row.allele as number,
    chrom: row.chrom as string,
    pos: row.pos as number,
    variantId: row.variant_id as string,
    ref: row.ref as string,
    alt: row.alt as string,
    qual: row.qual_raw as string,
    filter: row.filter as string,
    info: row.info as string,
    format: row.format as string | null,
    samples: row.samples as string | null,
    annotations,
  };
}

function encodeCursor(id: string): string {
  return `v1-${BigInt(id).toString(36)}`;
}

function decodeCursor(cursor: string): string {
  const digits = /^v1-([0-9a-z]{1,12})$/.exec(cursor)?.[1];
  if (digits === undefined)
    throw new VcfAgentError('USAGE', `${JSON.stringify(cursor)} is not a cursor of this query.`);
  let id = 0n;
  for (const digit of digits) id = id * 36n + BigInt(Number.parseInt(digit, 36));
  return id.toString();
}
