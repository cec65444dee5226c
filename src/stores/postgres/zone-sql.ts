import type { CompareOp, FieldRef, Filter } from '../../core/filter.ts';
import { chromosomeNames, type SqlParameters } from './filter-sql.ts';
import { wholeNumber } from './filter-values.ts';
import { MAX_ZONE_GENE_CHARACTERS } from './zones.ts';

/**
 * A condition on `zones z` that holds for the zone of every row that the filter accepts: which envelopes are worth looking
 * into. Undefined when it would not leave any out. A row lies in one zone, so terms that hold for it hold for that zone.
 */
export function zoneCondition(filter: Filter | undefined, parameters: SqlParameters): string | undefined {
  // Found out first: a parameter that the statement does not use has no type.
  return filter !== undefined && narrows(filter) ? conditionOf(filter, parameters) : undefined;
}

function narrows(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.terms.some(narrows);
    case 'or':
      return filter.terms.length > 0 && filter.terms.every(narrows);
    case 'region':
      return true;
    case 'compare':
      return filter.field.kind === 'column' && isKnownToZones(filter.field.name, filter.op, filter.value);
    default:
      return false;
  }
}

const ORDERED: readonly CompareOp[] = ['=', '<', '<=', '>', '>='];

function isKnownToZones(name: string, op: CompareOp, value: string): boolean {
  if (name === 'pos') return ORDERED.includes(op);
  if (name === 'gene' || name === 'genes') return op === '=' && value.length <= MAX_ZONE_GENE_CHARACTERS;
  return name === 'chrom' && op === '=';
}

function conditionOf(filter: Filter, parameters: SqlParameters): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.terms
        .filter(narrows)
        .map((term) => conditionOf(term, parameters))
        .join(` ${filter.kind} `)})`;
    case 'region': {
      const terms = [chromIs(filter.chrom, parameters)];
      if (filter.end !== undefined) terms.push(`z.first_pos <= ${parameters.add(filter.end, 'bigint')}`);
      if (filter.start > 1) terms.push(`z.last_pos >= ${parameters.add(filter.start, 'bigint')}`);
      return `(${terms.join(' and ')})`;
    }
    case 'compare':
      return ofColumn(filter.field, filter.op, filter.value, parameters);
    default:
      throw new TypeError(`zones know nothing of ${filter.kind}`);
  }
}

function ofColumn(field: FieldRef, op: CompareOp, value: string, parameters: SqlParameters): string {
  const name = field.kind === 'column' ? field.name : '';
  if (name === 'chrom') return chromIs(value, parameters);
  if (name !== 'pos') return `z.genes @> array[${parameters.add(value, 'text')}]`;
  const pos = parameters.add(wholeNumber(name, value), 'bigint');
  if (op === '=') return `(z.first_pos <= ${pos} and z.last_pos >= ${pos})`;
  return op.startsWith('<') ? `z.first_pos ${op} ${pos}` : `z.last_pos ${op} ${pos}`;
}

function chromIs(chrom: string, parameters: SqlParameters): string {
  return `z.chrom = any(${parameters.add(chromosomeNames(chrom), 'text[]')})`;
}
