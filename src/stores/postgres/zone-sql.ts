import type { Filter } from '../../core/filter.ts';
import { chromosomeNames, type SqlParameters } from './filter-sql.ts';
import { wholeNumber } from './filter-values.ts';
import { MAX_ZONE_GENE_CHARACTERS } from './zones.ts';

/**
 * A condition on `zones z` that holds for the zone of every row that the filter accepts: which envelopes are worth looking
 * into. Undefined when it would not leave any out. A row lies in one zone, so terms that hold for it hold for that zone.
 */
export function zoneCondition(filter: Filter | undefined, parameters: SqlParameters): string | undefined {
  switch (filter?.kind) {
    case 'and': {
      const terms = filter.terms.map((term) => zoneCondition(term, parameters)).filter((term) => term !== undefined);
      return terms.length === 0 ? undefined : `(${terms.join(' and ')})`;
    }
    case 'or': {
      const terms = filter.terms.map((term) => zoneCondition(term, parameters));
      return terms.length === 0 || terms.includes(undefined) ? undefined : `(${terms.join(' or ')})`;
    }
    case 'region': {
      const terms = [chromIs(filter.chrom, parameters)];
      if (filter.end !== undefined) terms.push(`z.first_pos <= ${parameters.add(filter.end, 'bigint')}`);
      if (filter.start > 1) terms.push(`z.last_pos >= ${parameters.add(filter.start, 'bigint')}`);
      return `(${terms.join(' and ')})`;
    }
    case 'compare':
      return filter.field.kind === 'column'
        ? ofColumn(filter.field.name, filter.op, filter.value, parameters)
        : undefined;
    default:
      return undefined;
  }
}

function ofColumn(name: string, op: string, value: string, parameters: SqlParameters): string | undefined {
  if (name === 'chrom' && op === '=') return chromIs(value, parameters);
  if ((name === 'gene' || name === 'genes') && op === '=' && value.length <= MAX_ZONE_GENE_CHARACTERS) {
    return `z.genes @> array[${parameters.add(value, 'text')}]`;
  }
  if (name !== 'pos' || op === '!=' || op === '~' || op === '!~') return undefined;
  const pos = parameters.add(wholeNumber(name, value), 'bigint');
  if (op === '=') return `(z.first_pos <= ${pos} and z.last_pos >= ${pos})`;
  return op.startsWith('<') ? `z.first_pos ${op} ${pos}` : `z.last_pos ${op} ${pos}`;
}

function chromIs(chrom: string, parameters: SqlParameters): string {
  return `z.chrom = any(${parameters.add(chromosomeNames(chrom), 'text[]')})`;
}
