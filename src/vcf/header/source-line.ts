import type { HeaderLine } from './model.ts';
import { scanStructured } from './structured.ts';

/** A header line that keeps its place in the text and nothing else: a header may have a million of them. */
export class SourceLine implements HeaderLine {
  readonly key: string;
  readonly line: number;
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;

  constructor(key: string, line: number, text: string, start: number, end: number) {
    this.key = key;
    this.line = line;
    this.#text = text;
    this.#start = start;
    this.#end = end;
  }

  get value(): string {
    return this.#text.slice(this.#start, this.#end);
  }

  /** Read anew at each call. */
  get fields(): ReadonlyMap<string, string> | undefined {
    const { value } = this;
    if (!value.startsWith('<')) return undefined;
    const fields = new Map<string, string>();
    for (const field of scanStructured(value).fields) if (!fields.has(field.key)) fields.set(field.key, field.value);
    return fields;
  }
}
