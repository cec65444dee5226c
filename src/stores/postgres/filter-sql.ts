import { ANNOTATION_COLUMNS } from '../../core/annotation.ts';
import { bareChromosome } from '../../core/chromosome.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { CompareOp, FieldRef, Filter } from '../../core/filter.ts';
import { classNamed, VERDICT_CLASSES } from '../../core/verdicts.ts';
import { wholeWordPattern } from '../../core/whole-words.ts';
import { decimal, wholeNumber } from './filter-values.ts';

type SqlType = 'text' | 'text[]' | 'bigint' | 'real' | 'double precision';

/** Values of a statement in the making. Nothing that a user wrote gets into the text of one. */
export class SqlParameters {
  readonly values: unknown[] = [];
  /** Expression for the id of the tenant whose rows may be seen. */
  readonly tenantId: string;

  constructor(tenant: string) {
    this.tenantId = `(select t.tenant_id from tenants t where t.name = ${this.add(tenant, 'text')})`;
  }

  add(value: unknown, type: SqlType): string {
    if (String(value).includes('\0')) throw new VcfAgentError('FILTER_SYNTAX', 'A value cannot hold NUL.');
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/**
 * A condition on `variants v`. Comparisons with a missing value are SQL's null; `not` takes everything that is not true,
 * so a filter and its negation together give every row.
 */
export function filterToSql(filter: Filter, parameters: SqlParameters): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      if (filter.terms.length === 0) return filter.kind === 'and' ? 'true' : 'false';
      return `(${filter.terms.map((term) => filterToSql(term, parameters)).join(` ${filter.kind} `)})`;
    case 'not':
      return `(${filterToSql(filter.term, parameters)}) is not true`;
    case 'region':
      return region(filter, parameters);
    case 'present':
      return `(${isPresent(filter.field)}) is ${filter.present ? '' : 'not '}true`;
    case 'compare':
      return compare(filter.field, filter.op, filter.value, parameters);
  }
}

function region(filter: Extract<Filter, { kind: 'region' }>, parameters: SqlParameters): string {
  const conditions = [chromIs(filter.chrom, parameters)];
  if (filter.end !== undefined) conditions.push(`v.pos <= ${parameters.add(filter.end, 'bigint')}`);
  if (filter.start > 1) conditions.push(`v.end_pos >= ${parameters.add(filter.start, 'bigint')}`);
  return `(${conditions.join(' and ')})`;
}

function chromIs(chrom: string, parameters: SqlParameters): string {
  return `v.chrom = any(${parameters.add(chromosomeNames(chrom), 'text[]')})`;
}

/** With and without `chr`; the mitochondrion is M or MT. */
export function chromosomeNames(chrom: string): readonly string[] {
  const bare = bareChromosome(chrom);
  const names = /^MT?$/i.test(bare) ? ['M', 'MT'] : [bare];
  return [...new Set([chrom, ...names, ...names.map((name) => `chr${name}`)])];
}

/** Text that holds several values, and what stands between them. */
const LISTS: Readonly<Record<string, string>> = {
  variant_id: ';',
  filter: ';',
  consequence: '&',
  clinsig: '[|/,]',
  condition: '[|]',
};

const NUMBERS: ReadonlySet<string> = new Set([
  'pos',
  'qual',
  ...ANNOTATION_COLUMNS.filter(({ type }) => type === 'real' || type === 'smallint').map(({ name }) => name),
]);

const INTEGERS: ReadonlySet<string> = new Set(['pos', 'stars']);

/** Columns that are never null; `.` is what a file writes for none. */
const DOTTED: ReadonlySet<string> = new Set(['variant_id', 'filter', 'alt']);

/** Filter names that are not those of the table. */
const RENAMED: Readonly<Record<string, string>> = { id: 'variant_id', genes: 'gene' };

const KNOWN: ReadonlySet<string> = new Set([
  ...['chrom', 'ref', 'alt', 'variant_id', 'filter', ...NUMBERS],
  ...ANNOTATION_COLUMNS.map(({ name }) => name),
]);

function columnOf(field: Extract<FieldRef, { kind: 'column' }>): string {
  const name = RENAMED[field.name] ?? field.name;
  if (!KNOWN.has(name)) throw new VcfAgentError('FILTER_SYNTAX', `There is no field ${JSON.stringify(field.name)}.`);
  return name;
}

function isPresent(field: FieldRef): string {
  if (field.kind === 'info') throw new TypeError('INFO is not in the table: see info-filter.ts');
  if (field.kind === 'carrier') return carries('true');
  if (isOfVerdict(field.name)) return judged('true');
  const column = columnOf(field);
  return DOTTED.has(column) ? `v.${column} <> '.'` : `v.${column} is not null`;
}

function compare(field: FieldRef, op: CompareOp, value: string, parameters: SqlParameters): string {
  // Not equal is more than `not`: there has to be a value that differs.
  if (op === '!=' || op === '!~') {
    const opposite = compare(field, op === '!=' ? '=' : '~', value, parameters);
    return `(${isPresent(field)} and (${opposite}) is not true)`;
  }
  if (field.kind === 'carrier') return carrier(op, value, parameters);
  if (field.kind === 'info') throw new TypeError('INFO is not in the table: see info-filter.ts');
  if (field.name === 'class') return hasClass(op, value);
  if (field.name === 'points') return hasPoints(op, value, parameters);
  const column = columnOf(field);
  if (NUMBERS.has(column)) return compareNumber(column, op, value, parameters);
  if (op === '=') return equals(column, value, parameters);
  if (op === '~') return contains(column, value, parameters);
  throw unsuitable(field.name, op);
}

function compareNumber(column: string, op: CompareOp, value: string, parameters: SqlParameters): string {
  if (op === '~') throw unsuitable(column, op);
  // As `real`, or 0.001 as stored would be greater than 0.001 as written.
  const number = INTEGERS.has(column)
    ? parameters.add(wholeNumber(column, value), 'bigint')
    : parameters.add(Math.fround(decimal(column, value)), 'real');
  return `v.${column} ${op} ${number}`;
}

function equals(column: string, value: string, parameters: SqlParameters): string {
  if (column === 'chrom') return chromIs(value, parameters);
  if (column === 'gene') {
    const gene = parameters.add(value, 'text');
    return `(v.gene = ${gene} or v.genes @> array[${gene}])`;
  }
  const separator = LISTS[column];
  if (separator !== undefined || column === 'impact') {
    const lower = parameters.add(value.toLowerCase(), 'text');
    const whole = `lower(v.${column}) = ${lower}`;
    if (separator === undefined) return whole;
    return `(${whole} or ${lower} = any(regexp_split_to_array(lower(v.${column}), '${separator}')))`;
  }
  const text = parameters.add(value, 'text');
  // Annotators write `ENST00000357654.9:c.68_69del`; people type either half, and the transcript without its version.
  if (column === 'hgvs_c' || column === 'hgvs_p') {
    return `(v.${column} = ${text} or split_part(v.${column}, ':', 2) = ${text})`;
  }
  if (column === 'transcript') return `(v.transcript = ${text} or split_part(v.transcript, '.', 1) = ${text})`;
  return `v.${column} = ${text}`;
}

function contains(column: string, value: string, parameters: SqlParameters): string {
  // Whole words: pathogenic is not in Conflicting_classifications_of_pathogenicity.
  if (column === 'clinsig') return `v.clinsig ~* ${parameters.add(wholeWordPattern(value), 'text')}`;
  const pattern = parameters.add(likePattern(value), 'text');
  if (column === 'gene') return `(v.gene ilike ${pattern} or array_to_string(v.genes, ',') ilike ${pattern})`;
  return `v.${column} ilike ${pattern}`;
}

function likePattern(value: string): string {
  return `%${value.replace(/[\\%_]/g, '\\$&')}%`;
}

function carrier(op: CompareOp, value: string, parameters: SqlParameters): string {
  if (op !== '=') throw unsuitable('carrier', op);
  return carries(`s.name = ${parameters.add(value, 'text')} and s.tenant_id = v.tenant_id`);
}

/** By the key of `carriers`: one row for an envelope and a sample, one bit for a variant. */
function carries(sample: string): string {
  const bit = 'v.id - v.file_id * 4294967296 - v.batch';
  return `exists (
    select from samples s join carriers c on c.file_id = s.file_id and c.sample = s.sample
    where ${sample} and c.file_id = v.file_id and c.first_variant = v.batch
      and case when ${bit} between 0 and octet_length(c.carried) * 8 - 1 then get_bit(c.carried, ${bit}) = 1 end)`;
}

function isOfVerdict(name: string): boolean {
  return name === 'class' || name === 'points';
}

/** `=` one class, `~` all whose names hold the text: likely pathogenic is pathogenic, too. */
function hasClass(op: CompareOp, value: string): string {
  if (op !== '=' && op !== '~') throw unsuitable('class', op);
  const named = classNamed(value);
  const lower = value.toLowerCase();
  const classes = VERDICT_CLASSES.flatMap((name, number) =>
    (op === '=' ? name === named : name.toLowerCase().includes(lower)) ? [number] : [],
  );
  // Numbers of ours, written out: the planner then sees that an index of few rows will do.
  return classes.length === 0 ? 'false' : judged(`d.effective in (${classes.join(', ')})`);
}

function hasPoints(op: CompareOp, value: string, parameters: SqlParameters): string {
  if (op === '~') throw unsuitable('points', op);
  return judged(`d.class > 0 and d.points ${op} ${parameters.add(wholeNumber('points', value), 'bigint')}`);
}

/** By the primary key of `verdicts`, or from them. */
function judged(condition: string): string {
  return `exists (select from verdicts d where d.id = v.id and ${condition})`;
}

function unsuitable(field: string, op: CompareOp): VcfAgentError {
  return new VcfAgentError('FILTER_SYNTAX', `${field} cannot be compared with ${op}.`);
}
