/** One `key=value` of a `<...>` structure. Offsets are into the text given to `scanStructured`. */
export interface StructuredField {
  readonly key: string;
  /** Unquoted, with `\"` and `\\` resolved. */
  readonly value: string;
  readonly quoted: boolean;
  readonly keyAt: number;
  readonly valueAt: number;
}

/** A place where the text leaves the grammar `<key=value(,key=value)*>`, value being bare or `"quoted"`. */
export interface SyntaxFault {
  readonly at: number;
  readonly message: string;
  /** The fault is a double quote inside an unquoted value: some symbolic allele names have one by right. */
  readonly quoteInBareValue?: true;
}

export interface Structured {
  readonly fields: readonly StructuredField[];
  /** In order; empty when the text is well formed. */
  readonly faults: readonly SyntaxFault[];
}

/**
 * Reads a `<ID=DP,Number=1,Description="...">` structure (VCF 4.5 §1.4), going on after faults: what real files get
 * wrong (a bare quote inside a description, a missing `>`) still gives the fields that were meant. Never throws.
 */
export function scanStructured(text: string): Structured {
  const fields: StructuredField[] = [];
  const faults: SyntaxFault[] = [];
  const lastBracket = text.lastIndexOf(']');
  let at = 1;
  let end = text.length;
  if (text.endsWith('>')) end--;
  else faults.push({ at: text.length, message: 'the closing ">" is missing' });
  while (at <= end) {
    const keyAt = at;
    while (at < end && text[at] !== '=' && text[at] !== ',') at++;
    const key = text.slice(keyAt, at);
    if (text[at] !== '=' || at >= end) {
      faults.push({ at: keyAt, message: key === '' ? 'an empty entry' : 'an entry without "=value"' });
      at++;
      continue;
    }
    if (key === '') faults.push({ at: keyAt, message: 'an entry without a key' });
    at++;
    const value =
      text[at] === '"' && at < end ? scanQuoted(text, at, end, faults) : scanBare(text, at, end, lastBracket, faults);
    fields.push({ key, value: value.value, quoted: value.quoted, keyAt, valueAt: at });
    at = value.next;
  }
  return { fields, faults };
}

/** What follows a value: a comma and the next key (older tools put a space between), or a comma at the very end. */
const NEXT_ENTRY = /,(?:\s*[\w.]+=|>$)/y;

interface Scanned {
  readonly value: string;
  readonly quoted: boolean;
  /** Where the next entry begins. */
  readonly next: number;
}

function scanBare(text: string, start: number, end: number, lastBracket: number, faults: SyntaxFault[]): Scanned {
  let at = start;
  if (text[at] === '[') {
    // `Values=[a, b, c]` of ##META lines (VCF 4.3 §1.4.8): commas inside belong to the value.
    // A text without the bracket is looked through once for it, not once for each value.
    const close = lastBracket < at ? -1 : text.indexOf(']', at);
    if (close !== -1 && close < end) at = close;
    else faults.push({ at: start, message: 'the closing "]" is missing' });
  }
  while (at < end && text[at] !== ',') at++;
  const value = text.slice(start, at);
  const quote = value.indexOf('"');
  if (quote !== -1) {
    faults.push({ at: start + quote, message: 'a double quote inside an unquoted value', quoteInBareValue: true });
  }
  return { value, quoted: false, next: at + 1 };
}

function scanQuoted(text: string, start: number, end: number, faults: SyntaxFault[]): Scanned {
  let at = start + 1;
  let escaped = false;
  while (at < end) {
    const char = text[at];
    if (char === '\\') {
      escaped = true;
      at += 2;
      continue;
    }
    if (char === '"') {
      // A quote closes when the grammar goes on behind it; otherwise somebody forgot to escape it.
      NEXT_ENTRY.lastIndex = at + 1;
      if (at + 1 === end || NEXT_ENTRY.test(text)) break;
      faults.push({ at, message: 'a double quote that is neither escaped nor at the end of its value' });
    }
    at++;
  }
  const closed = at < end;
  if (!closed) faults.push({ at: start, message: 'the closing double quote is missing' });
  const raw = text.slice(start + 1, Math.min(at, end));
  return { value: escaped ? raw.replace(/\\(["\\])/g, '$1') : raw, quoted: true, next: closed ? at + 2 : end + 1 };
}
