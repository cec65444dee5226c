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
  const { text, values, serial } = querySql(filter, options);
  // A parallel plan would mix the order of the envelopes.
  if (serial) await client.query('begin; set local max_parallel_workers_per_gather = 0');
  const { rows } = await client.query(text, values);
  if (serial) await client.query('commit');
  const more = rows.length > options.limit;
  if (more) rows.pop();
  const last = rows.at(-1);
  return { rows: rows.map(toRow), ...(more && last !== undefined && { cursor: encodeCursor(last.id) }) };
}

/** The statement, its parameters, and whether its order depends on being run by one process. */
export function querySql(
  filter: Filter | undefined,
  options: QueryOptions,
): { text: string; values: unknown[]; serial: boolean } {
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
  const after = parameters.add(cursor === undefined ? -1 : decodeCursor(cursor), 'bigint');
  conditions.push(`v.id > ${after}`);
  if (filter !== undefined) conditions.push(filterToSql(filter, parameters));
  const rows = `from variants v where ${conditions.join('\n  and ')} order by v.id`;
  const sample = drivingCarrier(filter);
  const text =
    sample === undefined
      ? `select ${COLUMNS} ${rows} limit ${limit + 1}`
      : carrierSql(rows, { sample: parameters.add(sample, 'text'), after, limit, tenantId: parameters.tenantId });
  return { text, values: parameters.values, serial: sample !== undefined };
}

/**
 * The sample of `carrier=…`, when nothing else narrows the search: then envelopes in which the sample carries something
 * are looked through in order, until the page is full. Left to itself PostgreSQL walks all variants for a sample that
 * carries few, or gathers all of a sample that carries many, for it cannot know how many.
 */
function drivingCarrier(filter: Filter | undefined): string | undefined {
  const terms = filter?.kind === 'and' ? filter.terms : [filter];
  if (terms.some(isIndexed)) return undefined;
  for (const term of terms) {
    if (term?.kind === 'compare' && term.field.kind === 'carrier' && term.op === '=') return term.value;
  }
  return undefined;
}

function isIndexed(filter: Filter | undefined): boolean {
  if (filter?.kind === 'region') return true;
  if (filter?.kind === 'and') return filter.terms.some(isIndexed);
  if (filter?.kind !== 'compare' || filter.op !== '=' || filter.field.kind !== 'column') return false;
  return filter.field.name === 'gene' || filter.field.name === 'pos';
}

function carrierSql(
  rows: string,
  { sample, after, limit, tenantId }: { sample: string; after: string; limit: number; tenantId: string },
): string {
  const end = 'c.file_id * 4294967296 + c.first_variant + octet_length(c.carried) * 8';
  return `select ${COLUMNS} from (
      select distinct c.file_id, c.first_variant, ${end} as last_id
      from samples s join carriers c on c.file_id = s.file_id and c.sample = s.sample
      where s.name = ${sample} and s.tenant_id = ${tenantId} and ${end} > ${after}
      order by c.file_id, c.first_variant) e
    cross join lateral (
      select * ${rows.replace(
        'where',
        'where v.id >= e.file_id * 4294967296 + e.first_variant and v.id < e.last_id and v.batch = e.first_variant and',
      )}) v
    limit ${limit + 1}`;
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
