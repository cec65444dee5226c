import { VcfAgentError } from './errors.ts';
import type { CompareOp, FieldRef, Filter } from './filter.ts';
import { FilterCursor, type FilterValue } from './filter-cursor.ts';
import { FILTER_ALIASES, FILTER_FIELDS, nearestField, SPECIAL_FIELDS } from './filter-fields.ts';
import { classNamed } from './verdicts.ts';

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 100;
const MAX_TERMS = 1_000;

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i;
const INTEGER = /^[-+]?\d{1,15}$/;
/** What a bare word must look like to be taken for a whole contig. */
const CONTIG = /^(chr\w+|\d{1,2}|[XYM]|MT|(NC|NT|NW|NG)_\d+(\.\d+)?|(GL|KI|JH|KN|KQ)\d+(\.\d+)?)$/i;
const REGION = /^(.+):(\d[\d,]*)?(-)?(\d[\d,]*)?$/;

/** Reads the filter language (docs/filter-language.md). Throws FILTER_SYNTAX naming the column, from 1. */
export function parseFilter(text: string): Filter {
  return new Parser(text).parse();
}

class Parser {
  readonly #in: FilterCursor;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#in = new FilterCursor(text);
  }

  parse(): Filter {
    if (this.#in.text.length > MAX_LENGTH) {
      throw new VcfAgentError('FILTER_SYNTAX', `A filter has at most ${MAX_LENGTH} characters.`, {
        context: { column: MAX_LENGTH + 1 },
      });
    }
    // PostgreSQL's text cannot hold it.
    const nul = this.#in.text.indexOf('\0');
    if (nul >= 0) throw this.#in.error('A filter holds no NUL', nul);
    const filter = this.#or();
    if (this.#in.at < this.#in.text.length) {
      throw this.#in.error(
        this.#in.text[this.#in.at] === ')' ? 'No ( for this )' : 'Expected and, or, or the end',
        this.#in.at,
      );
    }
    return filter;
  }

  #or(): Filter {
    return this.#chain('or', () => this.#chain('and', () => this.#unary()));
  }

  #chain(kind: 'and' | 'or', next: () => Filter): Filter {
    const terms = [next()];
    while (this.#in.keyword(kind)) terms.push(next());
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }

  #unary(): Filter {
    this.#in.skipSpace();
    const start = this.#in.at;
    if (++this.#depth > MAX_DEPTH) throw this.#in.error(`Nested deeper than ${MAX_DEPTH}`, start);
    let filter: Filter;
    if (this.#in.keyword('not')) {
      filter = { kind: 'not', term: this.#unary() };
    } else if (this.#in.take('(')) {
      filter = this.#or();
      if (!this.#in.take(')')) throw this.#in.error('This ( has no )', start);
    } else {
      filter = this.#primary();
    }
    this.#depth--;
    return filter;
  }

  #primary(): Filter {
    const at = this.#in.at;
    const word = this.#in.word();
    if (++this.#terms > MAX_TERMS) throw this.#in.error(`More than ${MAX_TERMS} comparisons`, at);
    if (word === '') {
      const what =
        at < this.#in.text.length ? `${JSON.stringify(this.#in.text[at])} cannot stand here` : 'The filter ends here';
      throw this.#in.error(`${what}; expected a comparison such as gene=BRCA1, or a region`, at);
    }
    if (word.toLowerCase() === 'exists' && this.#in.take('(')) return this.#exists();
    const op = this.#in.operator();
    if (op !== undefined) return this.#comparison(word, at, op, this.#in.value(false));
    const negated = this.#in.keyword('not');
    if (this.#in.keyword('in')) return this.#list(word, at, negated);
    if (negated) throw this.#in.error('Expected in after not', this.#in.at);
    return this.#region(word, at);
  }

  #exists(): Filter {
    this.#in.skipSpace();
    const at = this.#in.at;
    const name = this.#in.word();
    if (!this.#in.take(')')) throw this.#in.error('exists takes one field: exists(af)', this.#in.at);
    return this.#present(name, at, true);
  }

  #present(name: string, at: number, present: boolean): Filter {
    const lower = name.toLowerCase();
    if (lower === 'key') throw this.#in.error('Every variant has a key', at);
    if (lower !== 'hgvs') return { kind: 'present', field: this.#field(name, at), present };
    const either: Filter = { kind: 'or', terms: HGVS.map((field) => ({ kind: 'present', field, present: true })) };
    return present ? either : { kind: 'not', term: either };
  }

  #comparison(name: string, at: number, op: CompareOp, value: FilterValue): Filter {
    if (value.text === '.' && !value.quoted) {
      if (op !== '=' && op !== '!=') throw this.#in.error('A missing value (.) can only be = or !=', value.at);
      return this.#present(name, at, op === '!=');
    }
    const lower = name.toLowerCase();
    if (lower === 'key') return this.#key(op, value);
    if (lower === 'hgvs') return this.#hgvs(op, value);
    const field = this.#field(name, at);
    this.#check(field, name, op, value);
    return { kind: 'compare', field, op, value: value.text };
  }

  /** Refuses here, with the column, what would otherwise only fail in the store. */
  #check(field: FieldRef, name: string, op: CompareOp, { text, at }: FilterValue): void {
    const ordered = op !== '=' && op !== '!=' && op !== '~' && op !== '!~';
    const type = field.kind === 'column' ? FILTER_FIELDS.get(field.name) : field.kind;
    if (type === 'carrier' && op !== '=' && op !== '!=') throw this.#in.error(`${name} can only be = or !=`, at);
    if (type === 'text' && ordered) throw this.#in.error(`${name} is text: it has no ${op}`, at);
    if (type === 'info' && ordered && !isNumber(text)) throw this.#in.error(`${op} needs a number`, at);
    if (
      field.kind === 'column' &&
      field.name === 'class' &&
      (op === '=' || op === '!=') &&
      classNamed(text) === undefined
    )
      throw this.#in.error('A class is P, LP, VUS, LB or B', at);
    if (type !== 'number' && type !== 'integer') return;
    if (op === '~' || op === '!~') throw this.#in.error(`${name} is a number: it has no ${op}`, at);
    if (type === 'integer' && !INTEGER.test(text)) throw this.#in.error(`${name} is compared with a whole number`, at);
    if (!isNumber(text)) throw this.#in.error(`${name} is compared with a number`, at);
  }

  /** Either of the two; a negative comparison holds for both. */
  #hgvs(op: CompareOp, value: FilterValue): Filter {
    for (const field of HGVS) this.#check(field, 'hgvs', op, value);
    const positive = op === '!=' ? '=' : op === '!~' ? '~' : op;
    const either: Filter = {
      kind: 'or',
      terms: HGVS.map((field) => ({ kind: 'compare', field, op: positive, value: value.text })),
    };
    if (positive === op) return either;
    const present: Filter = { kind: 'or', terms: HGVS.map((field) => ({ kind: 'present', field, present: true })) };
    return { kind: 'and', terms: [present, { kind: 'not', term: either }] };
  }

  #key(op: CompareOp, { text, at }: FilterValue): Filter {
    if (op !== '=' && op !== '!=') throw this.#in.error('key can only be = or !=', at);
    const match = /^(.+?):(\d{1,10}):([^:]+):(.+)$/.exec(text);
    if (match === null) throw this.#in.error('A key is chrom:pos:ref:alt, such as 17:43094692:G:A', at);
    const names = ['chrom', 'pos', 'ref', 'alt'];
    const terms = names.map((name, i): Filter => {
      return { kind: 'compare', field: { kind: 'column', name }, op: '=', value: match[i + 1]! };
    });
    const same: Filter = { kind: 'and', terms };
    return op === '=' ? same : { kind: 'not', term: same };
  }

  #list(name: string, at: number, negated: boolean): Filter {
    if (!this.#in.take('(')) throw this.#in.error('Expected ( after in', this.#in.at);
    const values: FilterValue[] = [];
    do {
      values.push(this.#in.value(true));
      if (++this.#terms > MAX_TERMS) throw this.#in.error(`More than ${MAX_TERMS} comparisons`, this.#in.at);
    } while (this.#in.take(','));
    if (!this.#in.take(')')) throw this.#in.error('Expected , or ) in the list', this.#in.at);
    const terms = values.map((value) => this.#comparison(name, at, negated ? '!=' : '=', value));
    if (terms.length === 1) return terms[0]!;
    return { kind: negated ? 'and' : 'or', terms };
  }

  #region(word: string, at: number): Filter {
    const match = REGION.exec(word);
    if (match === null) {
      if (CONTIG.test(word)) return { kind: 'region', chrom: word, start: 1, end: undefined };
      throw this.#notARegion(word, at);
    }
    const [, chrom = '', first, dash, last] = match;
    if (first === undefined && last === undefined)
      throw this.#in.error('Expected a position after :', at + chrom.length + 1);
    const start = first === undefined ? 1 : this.#position(first, at + chrom.length + 1);
    const open = dash === undefined ? start : undefined;
    const end = last === undefined ? open : this.#position(last, at + word.length - last.length);
    if (end !== undefined && end < start) throw this.#in.error('The region ends before it starts', at);
    return { kind: 'region', chrom, start, end };
  }

  #position(text: string, at: number): number {
    const value = Number(text.replaceAll(',', ''));
    if (value >= 1 && value <= 2 ** 31 - 1) return value;
    throw this.#in.error('A position is a number from 1 to 2147483647', at);
  }

  #notARegion(word: string, at: number): VcfAgentError {
    if (/^info[./]/i.test(word) || this.#isField(word)) {
      return this.#in.error(`Expected a comparison after ${word}, such as ${word}=…`, at + word.length);
    }
    return this.#in.error(`${word} is no field${meant(word)} and no region such as chr17:100-200`, at);
  }

  #isField(word: string): boolean {
    const name = word.toLowerCase();
    return FILTER_FIELDS.has(name) || FILTER_ALIASES.has(name) || SPECIAL_FIELDS.includes(name);
  }

  #field(name: string, at: number): FieldRef {
    const info = /^info[./](.+)$/i.exec(name);
    if (info !== null) return { kind: 'info', key: info[1]! };
    const lower = name.toLowerCase();
    const column = FILTER_ALIASES.get(lower) ?? lower;
    if (column === 'carrier') return { kind: 'carrier' };
    if (FILTER_FIELDS.has(column)) return { kind: 'column', name: column };
    const hint = meant(name) || ` (a key of INFO is written info.${name})`;
    throw this.#in.error(`There is no field ${JSON.stringify(name)}${hint}`, at);
  }
}

const HGVS: readonly FieldRef[] = [
  { kind: 'column', name: 'hgvs_c' },
  { kind: 'column', name: 'hgvs_p' },
];

function isNumber(text: string): boolean {
  return NUMBER.test(text) && Number.isFinite(Math.fround(Number(text)));
}

function meant(name: string): string {
  const near = nearestField(name.toLowerCase());
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}
