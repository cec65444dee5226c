import type { CompareOp, Filter } from '../../core/filter.ts';
import { DECIMAL, decimal } from './filter-values.ts';

const NOTHING: Filter = { kind: 'or', terms: [] };
const EVERYTHING: Filter = { kind: 'and', terms: [] };

/** Whether a row passes: `flags[i]` says whether `conditions[i]` holds for it. */
type Test = (flags: readonly boolean[], info: string) => boolean;

/**
 * A filter that asks for INFO keys, in two halves: INFO stands in the blocks, which the database does not look into. It
 * answers `candidates`, a wider filter, and for each candidate which of `conditions` hold; `test` decides with the line.
 */
export interface InfoFilter {
  readonly candidates: Filter;
  readonly conditions: readonly Filter[];
  readonly test: Test;
}

/** Undefined for a filter that the database can answer alone. */
export function splitInfoFilter(filter: Filter | undefined): InfoFilter | undefined {
  if (filter === undefined || !asksInfo(filter)) return undefined;
  const conditions: Filter[] = [];
  const test = compile(filter, conditions);
  return { candidates: widen(filter, true), conditions, test };
}

function asksInfo(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.some(asksInfo);
    case 'not':
      return asksInfo(filter.term);
    case 'region':
      return false;
    default:
      return filter.field.kind === 'info';
  }
}

/** What INFO may say is taken for granted: as true, or below an odd number of `not` as false. */
function widen(filter: Filter, positive: boolean): Filter {
  if (!asksInfo(filter)) return filter;
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, terms: filter.terms.map((term) => widen(term, positive)) };
    case 'not':
      return { kind: 'not', term: widen(filter.term, !positive) };
    default:
      return positive ? EVERYTHING : NOTHING;
  }
}

function compile(filter: Filter, conditions: Filter[]): Test {
  if (!asksInfo(filter)) {
    const index = conditions.push(filter) - 1;
    return (flags) => flags[index] === true;
  }
  switch (filter.kind) {
    case 'not': {
      const term = compile(filter.term, conditions);
      return (flags, info) => !term(flags, info);
    }
    case 'and':
    case 'or': {
      const terms = filter.terms.map((term) => compile(term, conditions));
      return filter.kind === 'and'
        ? (flags, info) => terms.every((term) => term(flags, info))
        : (flags, info) => terms.some((term) => term(flags, info));
    }
    case 'region':
      throw new TypeError('a region asks no INFO');
    default:
      return question(filter);
  }
}

function question(filter: Extract<Filter, { kind: 'compare' | 'present' }>): Test {
  if (filter.field.kind !== 'info') throw new TypeError('not a question about INFO');
  const { key } = filter.field;
  if (filter.kind === 'present') return (_, info) => (infoValue(info, key) !== undefined) === filter.present;
  const holds = comparison(filter.op, filter.value);
  return (_, info) => {
    const value = infoValue(info, key);
    return value !== undefined && holds(value);
  };
}

/** A key's value, undefined when it is absent or `.`; `true` for a flag. */
function infoValue(info: string, key: string): string | undefined {
  for (let at = 0; at <= info.length; ) {
    const end = info.indexOf(';', at);
    const stop = end < 0 ? info.length : end;
    if (info.startsWith(key, at)) {
      if (at + key.length === stop) return 'true';
      if (info[at + key.length] === '=') {
        const value = info.slice(at + key.length + 1, stop);
        return value === '.' ? undefined : value;
      }
    }
    at = stop + 1;
  }
  return undefined;
}

/** Of a list any value will do. Numbers are compared as numbers when the other side is one. */
function comparison(op: CompareOp, wanted: string): (value: string) => boolean {
  switch (op) {
    case '!=':
    case '!~': {
      const opposite = comparison(op === '!=' ? '=' : '~', wanted);
      return (value) => !opposite(value);
    }
    case '~': {
      const lower = wanted.toLowerCase();
      return (value) => value.toLowerCase().includes(lower);
    }
    case '=': {
      const number = numberOf(wanted);
      return (value) =>
        value === wanted || value.split(',').some((part) => part === wanted || numberOf(part) === number);
    }
    default: {
      const number = decimal('info', wanted);
      return (value) => value.split(',').some((part) => isOrdered(numberOf(part), op, number));
    }
  }
}

function isOrdered(value: number, op: '<' | '<=' | '>' | '>=', wanted: number): boolean {
  if (op === '<') return value < wanted;
  if (op === '<=') return value <= wanted;
  return op === '>' ? value > wanted : value >= wanted;
}

/** NaN for what is no number: it is less than nothing and equal to nothing. */
function numberOf(text: string): number {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : Number.NaN;
}
