import { VcfAgentError } from './errors.ts';
import type { CompareOp, FieldRef, Filter } from './filter.ts';
import { FILTER_ALIASES, FILTER_FIELDS, nearestField } from './filter-fields.ts';

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 100;
const MAX_TERMS = 1_000;
const EXCERPT_BEFORE = 40;
const EXCERPT_LENGTH = 76;

const OPERATORS: readonly (readonly [string, CompareOp])[] = [
  ['==', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<=', '<='],
  ['>=', '>='],
  ['!~', '!~'],
  ['=', '='],
  ['<', '<'],
  ['>', '>'],
  ['~', '~'],
];

const SPACE = /[\s]/;
/** Ends a word where a field, a region or a keyword may stand. */
const WORD_END = /[\s()=!<>~"']/;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i;
const INTEGER = /^[-+]?\d{1,15}$/;
/** What a bare word must look like to be taken for a whole contig. */
const CONTIG = /^(chr\w+|\d{1,2}|[XYM]|MT|(NC|NT|NW|NG)_\d+(\.\d+)?|(GL|KI|JH|KN|KQ)\d+(\.\d+)?)$/i;
const REGION = /^(.+):(\d[\d,]*)?(-)?(\d[\d,]*)?$/;

/** Reads the filter language (docs/filter-language.md). Throws FILTER_SYNTAX naming the column, from 1. */
export function parseFilter(text: string): Filter {
  return new Parser(text).parse();
}

interface Value {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Filter {
    if (this.#text.length > MAX_LENGTH) {
      throw new VcfAgentError('FILTER_SYNTAX', `A filter has at most ${MAX_LENGTH} characters.`, {
        context: { column: MAX_LENGTH + 1 },
      });
    }
    const filter = this.#or();
    if (this.#at < this.#text.length) {
      throw this.#error(this.#text[this.#at] === ')' ? 'No ( for this )' : 'Expected and, or, or the end', this.#at);
    }
    return filter;
  }

  #or(): Filter {
    return this.#chain('or', () => this.#chain('and', () => this.#unary()));
  }

  #chain(kind: 'and' | 'or', next: () => Filter): Filter {
    const terms = [next()];
    while (this.#keyword(kind)) terms.push(next());
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }

  #unary(): Filter {
    this.#skipSpace();
    const start = this.#at;
    if (++this.#depth > MAX_DEPTH) throw this.#error(`Nested deeper than ${MAX_DEPTH}`, start);
    let filter: Filter;
    if (this.#keyword('not')) {
      filter = { kind: 'not', term: this.#unary() };
    } else if (this.#take('(')) {
      filter = this.#or();
      if (!this.#take(')')) throw this.#error('This ( has no )', start);
    } else {
      filter = this.#primary();
    }
    this.#depth--;
    return filter;
  }

  #primary(): Filter {
    const at = this.#at;
    const word = this.#word();
    if (++this.#terms > MAX_TERMS) throw this.#error(`More than ${MAX_TERMS} comparisons`, at);
    if (word === '') {
      const what =
        at < this.#text.length ? `${JSON.stringify(this.#text[at])} cannot stand here` : 'The filter ends here';
      throw this.#error(`${what}; expected a comparison such as gene=BRCA1, or a region`, at);
    }
    if (word.toLowerCase() === 'exists' && this.#take('(')) return this.#exists();
    const op = this.#operator();
    if (op !== undefined) return this.#comparison(word, at, op, this.#value(false));
    const negated = this.#keyword('not');
    if (this.#keyword('in')) return this.#list(word, at, negated);
    if (negated) throw this.#error('Expected in after not', this.#at);
    return this.#region(word, at);
  }

  #exists(): Filter {
    this.#skipSpace();
    const at = this.#at;
    const name = this.#word();
    if (!this.#take(')')) throw this.#error('exists takes one field: exists(af)', this.#at);
    return this.#present(name, at, true);
  }

  #present(name: string, at: number, present: boolean): Filter {
    const lower = name.toLowerCase();
    if (lower === 'key') throw this.#error('Every variant has a key', at);
    if (lower !== 'hgvs') return { kind: 'present', field: this.#field(name, at), present };
    const either: Filter = { kind: 'or', terms: HGVS.map((field) => ({ kind: 'present', field, present: true })) };
    return present ? either : { kind: 'not', term: either };
  }

  #comparison(name: string, at: number, op: CompareOp, value: Value): Filter {
    if (value.text === '.' && !value.quoted) {
      if (op !== '=' && op !== '!=') throw this.#error('A missing value (.) can only be = or !=', value.at);
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
  #check(field: FieldRef, name: string, op: CompareOp, { text, at }: Value): void {
    const ordered = op !== '=' && op !== '!=' && op !== '~' && op !== '!~';
    const type = field.kind === 'column' ? FILTER_FIELDS.get(field.name) : field.kind;
    if (type === 'carrier' && op !== '=' && op !== '!=') throw this.#error(`${name} can only be = or !=`, at);
    if (type === 'text' && ordered) throw this.#error(`${name} is text: it has no ${op}`, at);
    if (type === 'info' && ordered && !isNumber(text)) throw this.#error(`${op} needs a number`, at);
    if (type !== 'number' && type !== 'integer') return;
    if (op === '~' || op === '!~') throw this.#error(`${name} is a number: it has no ${op}`, at);
    if (type === 'integer' && !INTEGER.test(text)) throw this.#error(`${name} is compared with a whole number`, at);
    if (!isNumber(text)) throw this.#error(`${name} is compared with a number`, at);
  }

  /** Either of the two; a negative comparison holds for both. */
  #hgvs(op: CompareOp, value: Value): Filter {
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

  #key(op: CompareOp, { text, at }: Value): Filter {
    if (op !== '=' && op !== '!=') throw this.#error('key can only be = or !=', at);
    const match = /^(.+?):(\d{1,10}):([^:]+):(.+)$/.exec(text);
    if (match === null) throw this.#error('A key is chrom:pos:ref:alt, such as 17:43094692:G:A', at);
    const names = ['chrom', 'pos', 'ref', 'alt'];
    const terms = names.map((name, i): Filter => {
      return { kind: 'compare', field: { kind: 'column', name }, op: '=', value: match[i + 1]! };
    });
    const same: Filter = { kind: 'and', terms };
    return op === '=' ? same : { kind: 'not', term: same };
  }

  #list(name: string, at: number, negated: boolean): Filter {
    if (!this.#take('(')) throw this.#error('Expected ( after in', this.#at);
    const values: Value[] = [];
    do {
      values.push(this.#value(true));
      if (++this.#terms > MAX_TERMS) throw this.#error(`More than ${MAX_TERMS} comparisons`, this.#at);
    } while (this.#take(','));
    if (!this.#take(')')) throw this.#error('Expected , or ) in the list', this.#at);
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
      throw this.#error('Expected a position after :', at + chrom.length + 1);
    const start = first === undefined ? 1 : this.#position(first, at + chrom.length + 1);
    const open = dash === undefined ? start : undefined;
    const end = last === undefined ? open : this.#position(last, at + word.length - last.length);
    if (end !== undefined && end < start) throw this.#error('The region ends before it starts', at);
    return { kind: 'region', chrom, start, end };
  }

  #position(text: string, at: number): number {
    const value = Number(text.replaceAll(',', ''));
    if (value >= 1 && value <= 2 ** 31 - 1) return value;
    throw this.#error('A position is a number from 1 to 2147483647', at);
  }

  #notARegion(word: string, at: number): VcfAgentError {
    if (/^info[./]/i.test(word) || this.#isField(word)) {
      return this.#error(`Expected a comparison after ${word}, such as ${word}=…`, at + word.length);
    }
    return this.#error(`${word} is no field${meant(word)} and no region such as chr17:100-200`, at);
  }

  #isField(word: string): boolean {
    const name = word.toLowerCase();
    return FILTER_FIELDS.has(name) || FILTER_ALIASES.has(name) || ['carrier', 'hgvs', 'key'].includes(name);
  }

  #field(name: string, at: number): FieldRef {
    const info = /^info[./](.+)$/i.exec(name);
    if (info !== null) return { kind: 'info', key: info[1]! };
    const lower = name.toLowerCase();
    const column = FILTER_ALIASES.get(lower) ?? lower;
    if (column === 'carrier') return { kind: 'carrier' };
    if (FILTER_FIELDS.has(column)) return { kind: 'column', name: column };
    const hint = meant(name) || ` (a key of INFO is written info.${name})`;
    throw this.#error(`There is no field ${JSON.stringify(name)}${hint}`, at);
  }

  // ------------------------------------------------------------------------------------------------ characters

  #value(inList: boolean): Value {
    this.#skipSpace();
    const at = this.#at;
    const quote = this.#text[at];
    if (quote === '"' || quote === "'") return { text: this.#quoted(quote), quoted: true, at };
    // Brackets within a value belong to it: p.(Glu23fs).
    let open = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!;
      if (SPACE.test(char) || (inList && char === ',') || (char === ')' && open === 0)) break;
      if (char === '(') open++;
      if (char === ')') open--;
    }
    if (this.#at === at) throw this.#error('Expected a value', at);
    return { text: this.#text.slice(at, this.#at), quoted: false, at };
  }

  /** Between quotes a backslash takes the next character as it is. */
  #quoted(quote: string): string {
    const start = this.#at++;
    let value = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!;
      if (char === quote) {
        this.#at++;
        if (value === '') throw this.#error('A value cannot be empty (missing is written .)', start);
        return value;
      }
      value += char === '\\' ? (this.#text[++this.#at] ?? '') : char;
    }
    throw this.#error(`This ${quote} is not closed`, start);
  }

  #operator(): CompareOp | undefined {
    this.#skipSpace();
    const found = OPERATORS.find(([symbol]) => this.#text.startsWith(symbol, this.#at));
    if (found === undefined) return undefined;
    this.#at += found[0].length;
    return found[1];
  }

  #word(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !WORD_END.test(this.#text[this.#at]!)) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** Takes `word` if it stands here as a word of its own. A field cannot be named like it. */
  #keyword(word: string): boolean {
    this.#skipSpace();
    const end = this.#at + word.length;
    const next = this.#text[end];
    if (this.#text.slice(this.#at, end).toLowerCase() !== word) return false;
    if (next !== undefined && !SPACE.test(next) && next !== '(') return false;
    this.#at = end;
    return true;
  }

  #take(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && SPACE.test(this.#text[this.#at]!)) this.#at++;
  }

  /** The message, the filter and a caret below the place. */
  #error(message: string, at: number): VcfAgentError {
    const from = Math.max(0, at - EXCERPT_BEFORE);
    const excerpt = this.#text.slice(from, from + EXCERPT_LENGTH).replace(/\s/g, ' ');
    const caret = `${' '.repeat(at - from)}^`;
    return new VcfAgentError('FILTER_SYNTAX', `${message} (column ${at + 1}).\n  ${excerpt}\n  ${caret}`, {
      context: { column: at + 1 },
    });
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
