import { bareChromosome } from '../../core/chromosome.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { CompareOp, FieldRef, Filter } from '../../core/filter.ts';
import { wholeWordPattern } from '../../core/whole-words.ts';
import { isAnyOf, literal } from './sql.ts';

/** Fields of the filter language that the table has, and its column for each. */
const TEXTS: Readonly<Record<string, string>> = {
  chrom: 'chromosome',
  id: 'variant_id',
  ref: 'reference',
  alt: 'alternate',
  filter: 'filter_status',
  gene: 'gene_symbol',
  consequence: 'consequence',
  impact: 'impact',
  clinsig: 'clinical_significance',
};
const REALS: Readonly<Record<string, string>> = {
  qual: 'quality_score',
  af: 'allele_frequency',
  cadd: 'cadd',
  revel: 'revel',
  spliceai: 'spliceai',
};
const INTEGERS: Readonly<Record<string, string>> = { pos: 'position', stars: 'stars' };

/** Columns that are never null; `.` is what a file writes for none. */
const DOTTED: ReadonlySet<string> = new Set(['variant_id', 'filter_status', 'alternate']);

/** Text that holds several values, and the characters that stand between them. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  id: [';'],
  filter: [';'],
  consequence: ['&'],
  clinsig: ['|', '/', ','],
};

/**
 * The condition of a filter on `vcf_variants`, as PostgreSQL's query means it: null is neither, `not` takes all that is not
 * true. Rejects with OPTION_CONFLICT for a field that the table does not have, FILTER_SYNTAX for what cannot be compared so.
 * Nothing that a user wrote stands in it but inside of a literal.
 */
export function filterToLance(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      if (filter.terms.length === 0) return filter.kind === 'and' ? 'true' : 'false';
      return `(${filter.terms.map(filterToLance).join(` ${filter.kind} `)})`;
    case 'not':
      return `((${filterToLance(filter.term)}) is not true)`;
    case 'region':
      return region(filter);
    case 'present':
      return `((${isPresent(filter.field)}) is ${filter.present ? '' : 'not '}true)`;
    case 'compare':
      return compare(filter.field, filter.op, filter.value);
  }
}

/** By the bases of REF: an END in INFO is not in the table. */
function region({ chrom, start, end }: Extract<Filter, { kind: 'region' }>): string {
  const conditions = [chromIs(chrom)];
  if (end !== undefined) conditions.push(`position <= ${integer('pos', String(end))}`);
  if (start > 1) {
    conditions.push(`position + character_length(reference) - 1 >= ${integer('pos', String(start))}`);
  }
  return `(${conditions.join(' and ')})`;
}

/** With and without `chr`; the mitochondrion is M or MT. */
function chromIs(chrom: string): string {
  const bare = bareChromosome(chrom);
  const names = /^MT?$/i.test(bare) ? ['M', 'MT'] : [bare];
  return isAnyOf('chromosome', [...new Set([chrom, ...names, ...names.map((name) => `chr${name}`)])]);
}

function columnOf(field: FieldRef): string {
  const name = field.kind === 'column' ? (field.name === 'genes' ? 'gene' : field.name) : '';
  const column = TEXTS[name] ?? REALS[name] ?? INTEGERS[name];
  if (column !== undefined) return column;
  const said = field.kind === 'info' ? `info.${field.key}` : field.kind === 'carrier' ? 'carrier' : field.name;
  const known = Object.keys({ ...TEXTS, ...REALS, ...INTEGERS }).join(', ');
  throw new VcfAgentError(
    'OPTION_CONFLICT',
    `vectors cannot be filtered by ${said}, only by ${known}; \`vcf-agent query\` can filter by everything`,
  );
}

function isPresent(field: FieldRef): string {
  const column = columnOf(field);
  return DOTTED.has(column) ? `${column} <> '.'` : `${column} is not null`;
}

function compare(field: FieldRef, op: CompareOp, value: string): string {
  const column = columnOf(field);
  // Not equal is more than `not`: there has to be a value that differs.
  if (op === '!=' || op === '!~') {
    const opposite = compare(field, op === '!=' ? '=' : '~', value);
    return `(${isPresent(field)} and ((${opposite}) is not true))`;
  }
  const name = field.kind === 'column' ? (field.name === 'genes' ? 'gene' : field.name) : '';
  if (name in REALS && op !== '~') return `${column} ${op} cast(${Math.fround(decimal(name, value))} as float)`;
  if (name in INTEGERS && op !== '~') return `${column} ${op} ${integer(name, value)}`;
  if (op === '=') return equals(name, column, value);
  if (op === '~' && name in TEXTS) return contains(name, column, value);
  throw new VcfAgentError('FILTER_SYNTAX', `${name} cannot be compared with ${op}.`);
}

function equals(name: string, column: string, value: string): string {
  if (name === 'chrom') return chromIs(value);
  if (name === 'gene') return `(gene_symbol = ${literal(value)} or ${hasItem('genes', [','], value)})`;
  const separators = LISTS[name];
  const lower = literal(value.toLowerCase());
  if (separators !== undefined)
    return `(lower(${column}) = ${lower} or ${hasItem(`lower(${column})`, separators, value.toLowerCase())})`;
  return name === 'impact' ? `lower(impact) = ${lower}` : `${column} = ${literal(value)}`;
}

/** One of several values in one text; a value that holds a separator is none of them. */
function hasItem(list: string, separators: readonly string[], value: string): string {
  const [first = ','] = separators;
  if (separators.some((separator) => value.includes(separator))) return 'false';
  const even = separators
    .slice(1)
    .reduce((text, separator) => `replace(${text}, ${literal(separator)}, '${first}')`, list);
  return `strpos(concat('${first}', ${even}, '${first}'), ${literal(`${first}${value}${first}`)}) > 0`;
}

function contains(name: string, column: string, value: string): string {
  // Whole words: pathogenic is not in Conflicting_classifications_of_pathogenicity.
  if (name === 'clinsig') return `regexp_like(${column}, ${literal(wholeWordPattern(value))}, 'i')`;
  const part = literal(value.toLowerCase());
  const own = `strpos(lower(${column}), ${part}) > 0`;
  return name === 'gene' ? `(${own} or strpos(lower(genes), ${part}) > 0)` : own;
}

function decimal(name: string, value: string): number {
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(value) ? Number(value) : Number.NaN;
  if (Number.isFinite(Math.fround(number))) return number;
  throw new VcfAgentError('FILTER_SYNTAX', `${name} is compared with numbers; ${JSON.stringify(value)} is none.`);
}

function integer(name: string, value: string): number {
  if (/^[-+]?\d{1,15}$/.test(value)) return Number(value);
  throw new VcfAgentError('FILTER_SYNTAX', `${name} is compared with whole numbers; ${JSON.stringify(value)} is none.`);
}
