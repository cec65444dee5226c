import { VcfAgentError } from './errors.ts';
import type { CompareOp } from './filter.ts';

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

/** One value as it was written. */
export interface FilterValue {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

/** A place in the text of a filter, and the pieces that can be taken from there. Throws FILTER_SYNTAX. */
export class FilterCursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(inList: boolean): FilterValue {
    this.skipSpace();
    const at = this.at;
    const quote = this.text[at];
    if (quote === '"' || quote === "'") return { text: this.#quoted(quote), quoted: true, at };
    // Brackets within a value belong to it: p.(Glu23fs).
    let open = 0;
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      if (SPACE.test(char) || (inList && char === ',') || (char === ')' && open === 0)) break;
      if (char === '(') open++;
      if (char === ')') open--;
    }
    if (this.at === at) throw this.error('Expected a value', at);
    return { text: this.text.slice(at, this.at), quoted: false, at };
  }

  /** Between quotes a backslash takes the next character as it is. */
  #quoted(quote: string): string {
    const start = this.at++;
    let value = '';
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      if (char === quote) {
        this.at++;
        if (value === '') throw this.error('A value cannot be empty (missing is written .)', start);
        return value;
      }
      value += char === '\\' ? (this.text[++this.at] ?? '') : char;
    }
    throw this.error(`This ${quote} is not closed`, start);
  }

  operator(): CompareOp | undefined {
    this.skipSpace();
    const found = OPERATORS.find(([symbol]) => this.text.startsWith(symbol, this.at));
    if (found === undefined) return undefined;
    this.at += found[0].length;
    return found[1];
  }

  word(): string {
    const start = this.at;
    while (this.at < this.text.length && !WORD_END.test(this.text[this.at]!)) this.at++;
    return this.text.slice(start, this.at);
  }

  /** Takes `word` if it stands here as a word of its own. A field cannot be named like it. */
  keyword(word: string): boolean {
    this.skipSpace();
    const end = this.at + word.length;
    const next = this.text[end];
    if (this.text.slice(this.at, end).toLowerCase() !== word) return false;
    if (next !== undefined && !SPACE.test(next) && next !== '(') return false;
    this.at = end;
    return true;
  }

  take(char: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== char) return false;
    this.at++;
    this.skipSpace();
    return true;
  }

  skipSpace(): void {
    while (this.at < this.text.length && SPACE.test(this.text[this.at]!)) this.at++;
  }

  /** The message, the filter and a caret below the place. */
  error(message: string, at: number): VcfAgentError {
    const from = Math.max(0, at - EXCERPT_BEFORE);
    const excerpt = this.text.slice(from, from + EXCERPT_LENGTH).replace(/\s/g, ' ');
    const caret = `${' '.repeat(at - from)}^`;
    return new VcfAgentError('FILTER_SYNTAX', `${message} (column ${at + 1}).\n  ${excerpt}\n  ${caret}`, {
      context: { column: at + 1 },
    });
  }
}
