import { ANNOTATION_COLUMNS } from '../../core/annotation.ts';
import type { Filter } from '../../core/filter.ts';
import { filterToSql, SqlParameters } from './filter-sql.ts';
import { IDS_PER_FILE } from './schema.ts';
import { zoneCondition } from './zone-sql.ts';

export interface RowsWanted {
  readonly tenant: string;
  readonly fileId?: number | undefined;
  /** Only rows with a higher id. */
  readonly after: number;
  readonly limit: number;
  readonly filter: Filter | undefined;
  /** What to answer for each row beside its key: its typed columns, or which of these conditions hold (`c0`, `c1`, …). */
  readonly answer: 'annotations' | readonly Filter[];
}

export interface RowsStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The order of the rows depends on being run by one process. */
  readonly serial: boolean;
}

const ANNOTATIONS = ANNOTATION_COLUMNS.map(({ name }) => `v.${name}`).join(', ');

/** Rows that a filter accepts in the order of their ids. */
export function rowsSql({ tenant, fileId, after, limit, filter, answer }: RowsWanted): RowsStatement {
  const parameters = new SqlParameters(tenant);
  const answers =
    answer === 'annotations'
      ? ANNOTATIONS
      : answer.map((term, i) => `(${filterToSql(term, parameters)}) is true as c${i}`).join(', ');
  const columns = `v.id, v.file_id, v.batch${answers === '' ? '' : `, ${answers}`}`;
  const bounds = {
    after: parameters.add(after, 'bigint'),
    fileId: fileId === undefined ? undefined : parameters.add(fileId, 'bigint'),
  };
  const conditions = [`v.tenant_id = ${parameters.tenantId}`, `v.id > ${bounds.after}`];
  if (bounds.fileId !== undefined) {
    conditions.push(`v.id >= ${bounds.fileId} * ${IDS_PER_FILE} and v.id < (${bounds.fileId} + 1) * ${IDS_PER_FILE}`);
  }
  if (filter !== undefined) conditions.push(filterToSql(filter, parameters));
  const envelopes = envelopesSql(filter, bounds, parameters);
  const text =
    envelopes === undefined
      ? `select ${columns} from variants v where ${conditions.join('\n  and ')} order by v.id limit ${limit}`
      : `select ${columns} from (${envelopes} order by file_id, first_variant) e
         cross join lateral (
           select * from variants v
           where v.id >= e.file_id * ${IDS_PER_FILE} + e.first_variant and v.id < e.end_id
             and ${conditions.join('\n  and ')} order by v.id) v
         limit ${limit}`;
  return { text, values: parameters.values, serial: envelopes !== undefined };
}

interface Bounds {
  readonly after: string;
  readonly fileId: string | undefined;
}

/**
 * The envelopes that hold what is asked for, where something tells: their zones, or who carries anything of them. They are
 * looked through in order until the page is full. Left to itself PostgreSQL walks all variants for a sample that carries
 * few, or gathers all of a sample that carries many, for it cannot know how many.
 */
function envelopesSql(filter: Filter | undefined, bounds: Bounds, parameters: SqlParameters): string | undefined {
  const zones = zoneCondition(filter, parameters);
  if (zones !== undefined) {
    const end = `z.file_id * ${IDS_PER_FILE} + z.first_variant + z.variant_count`;
    return `select distinct z.file_id, z.first_variant, ${end} as end_id from zones z
      where ${zones} and z.tenant_id = ${parameters.tenantId} and ${within('z', end, bounds)}`;
  }
  const sample = carrierOf(filter);
  if (sample === undefined) return undefined;
  const end = `c.file_id * ${IDS_PER_FILE} + c.first_variant + octet_length(c.carried) * 8`;
  // Eight variants a byte: the last may stand for some of the next envelope, which has them itself.
  return `select distinct c.file_id, c.first_variant, least(${end}, b.file_id * ${IDS_PER_FILE} + b.first_variant + b.variant_count) as end_id
    from samples s join carriers c on c.file_id = s.file_id and c.sample = s.sample
      join blocks b on b.file_id = c.file_id and b.first_variant = c.first_variant
    where s.name = ${parameters.add(sample, 'text')} and s.tenant_id = ${parameters.tenantId} and ${within('c', end, bounds)}`;
}

function within(table: string, end: string, { after, fileId }: Bounds): string {
  return `${end} > ${after}${fileId === undefined ? '' : ` and ${table}.file_id = ${fileId}`}`;
}

/** The sample of a `carrier=…` that every accepted row has to meet. */
function carrierOf(filter: Filter | undefined): string | undefined {
  const terms = filter?.kind === 'and' ? filter.terms : [filter];
  for (const term of terms) {
    if (term?.kind === 'compare' && term.field.kind === 'carrier' && term.op === '=') return term.value;
  }
  return undefined;
}
