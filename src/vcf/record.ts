import { isAscii } from 'node:buffer';
import {
  BOUNDS_STRIDE,
  bufferOf,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../core/variant-block.ts';
import { parseFloatBytes, parseInteger } from './decimal-bytes.ts';
import { fieldDefinition } from './header/fields.ts';
import type { FieldDefinition, Header } from './header/model.ts';
import { InfoKeys } from './info-keys.ts';
import { readPosition } from './lines.ts';

/** One value: null where the file has `.`; text that does not fit a numeric type stays text. */
export type Scalar = number | string | null;
/** As the header types it: true for a flag, one value for Number=1, else a list. */
export type FieldValue = true | Scalar | readonly Scalar[];

const DOT = 46;
const SEMICOLON = 59;
const EQUALS = 61;

/**
 * A lazy cursor over the rows of blocks of one file: `at` moves it, every property reads the bytes when asked. Values are
 * as the file writes them (percent-encoding is not undone).
 */
export class RecordView {
  readonly #header: Header;
  readonly #keys: InfoKeys;
  #bytes: Buffer = Buffer.alloc(0);
  #source: Uint8Array | undefined;
  #bounds: Uint32Array = new Uint32Array(0);
  #base = 0;
  #isAscii = true;
  /** Part of the row with one character a byte, so that offsets are byte offsets; values are cut from it. */
  #text = '';
  #textStart = 0;
  #textEnd = 0;
  /** Where the value of the INFO key found last ends. */
  #valueEnd = 0;
  /** The first comma at or after the last place one was looked for: most values have none, so the same one serves many. */
  #comma = -1;

  constructor(header: Header) {
    this.#header = header;
    this.#keys = new InfoKeys(header);
  }

  /** Moves to a row. */
  at(block: VariantBlock, row: number): this {
    if (this.#source !== block.bytes) {
      this.#source = block.bytes;
      this.#bytes = bufferOf(block);
      this.#isAscii = isAscii(this.#bytes);
      this.#bounds = block.bounds;
    }
    this.#base = row * BOUNDS_STRIDE;
    return this;
  }

  #end(field: number): number {
    return this.#bounds[this.#base + field]!;
  }

  #column(field: number): string {
    return this.#bytes.toString('utf8', this.#end(field - 1) + 1, this.#end(field));
  }

  get chrom(): string {
    return this.#bytes.toString('utf8', this.#end(LINE_START), this.#end(END_CHROM));
  }

  /** 1-based. */
  get pos(): number {
    return readPosition(this.#bytes, this.#end(END_CHROM) + 1, this.#end(END_POS));
  }

  get ids(): readonly string[] {
    return listOf(this.#column(END_ID), ';');
  }

  get ref(): string {
    return this.#column(END_REF);
  }

  get alts(): readonly string[] {
    return listOf(this.#column(END_ALT), ',');
  }

  get qual(): number | null {
    const value = parseFloatBytes(this.#bytes, this.#end(END_ALT) + 1, this.#end(END_QUAL));
    return Number.isNaN(value) ? null : value;
  }

  /** Empty when no filter was applied (`.`). */
  get filters(): readonly string[] {
    return listOf(this.#column(END_FILTER), ';');
  }

  /** Undefined when the record lacks the key. */
  info(key: string): FieldValue | undefined {
    for (let at = this.#firstInfo(); at < this.#textEnd; at = this.#valueEnd + 1) {
      const definition = this.#findInfo(at);
      if (definition?.id === key) return this.#infoValue(definition);
    }
    return undefined;
  }

  /** Every INFO key of the record with its typed value, in file order. */
  eachInfo(visit: (definition: FieldDefinition, value: FieldValue) => void): void {
    for (let at = this.#firstInfo(); at < this.#textEnd; at = this.#valueEnd + 1) {
      const definition = this.#findInfo(at);
      if (definition !== undefined) visit(definition, this.#infoValue(definition));
    }
  }

  /** Where the first key begins; the end when INFO is `.`. */
  #firstInfo(): number {
    const start = this.#end(END_FILTER) + 1;
    const end = this.#end(END_INFO);
    this.#loadText(start, end);
    this.#keys.restart();
    return end - start === 1 && this.#bytes[start] === DOT ? end : start;
  }

  /** Definition of the key at `at`, and where its value ends; undefined between two semicolons. */
  #findInfo(at: number): FieldDefinition | undefined {
    this.#valueEnd = at;
    if (this.#bytes[at] === SEMICOLON) return undefined;
    const definition = this.#keys.find(this.#bytes, at, this.#textEnd);
    const keyEnd = this.#keys.end;
    this.#valueEnd =
      keyEnd < this.#textEnd && this.#bytes[keyEnd] === EQUALS ? this.#find(';', keyEnd, this.#textEnd) : keyEnd;
    return definition;
  }

  #infoValue(definition: FieldDefinition): FieldValue {
    const from = this.#keys.end + 1;
    return from > this.#valueEnd || definition.type === 'Flag' ? true : this.#value(definition, from, this.#valueEnd);
  }

  /** One sample's value, by the sample's index in the header; undefined when the record lacks the key. */
  format(key: string, sample: number): FieldValue | undefined {
    const lineEnd = this.#end(LINE_END);
    const formatStart = this.#end(END_INFO) + 1;
    if (formatStart > lineEnd) return undefined;
    this.#loadText(formatStart, lineEnd);
    const formatEnd = this.#find('\t', formatStart, lineEnd);
    const index = this.#bytes.toString('utf8', formatStart, formatEnd).split(':').indexOf(key);
    if (index === -1) return undefined;
    let start = formatEnd + 1;
    for (let skipped = 0; skipped < sample; skipped++) start = this.#find('\t', start, lineEnd) + 1;
    if (start > lineEnd) return undefined;
    const end = this.#find('\t', start, lineEnd);
    for (let skipped = 0; skipped < index; skipped++) start = this.#find(':', start, end) + 1;
    // Trailing fields may be left out: VCF 4.3 §1.6.2.
    if (start > end) return null;
    const definition = fieldDefinition(this.#header, 'format', key);
    return this.#value(definition ?? UNDECLARED, start, this.#find(':', start, end));
  }

  #loadText(from: number, to: number): void {
    this.#textStart = from;
    this.#textEnd = to;
    this.#text = this.#bytes.toString('latin1', from, to);
    this.#comma = -1;
  }

  /** Offset of the first `separator` in `bytes[from .. to)` of the loaded text, or `to`. */
  #find(separator: string, from: number, to: number): number {
    const found = this.#text.indexOf(separator, from - this.#textStart);
    return found === -1 || found + this.#textStart > to ? to : found + this.#textStart;
  }

  #findComma(from: number, to: number): number {
    if (this.#comma < from) this.#comma = this.#find(',', from, this.#textEnd);
    return Math.min(this.#comma, to);
  }

  #value({ type, number }: FieldDefinition, from: number, to: number): FieldValue {
    if (number !== 1) return this.#list(type, from, to);
    const isText = type === 'String' || type === 'Character';
    return !isText && this.#findComma(from, to) < to ? this.#list(type, from, to) : this.#scalar(type, from, to);
  }

  #list(type: FieldDefinition['type'], from: number, to: number): readonly Scalar[] {
    let end = this.#findComma(from, to);
    const values = [this.#scalar(type, from, end)];
    while (end < to) {
      const start = end + 1;
      end = this.#findComma(start, to);
      values.push(this.#scalar(type, start, end));
    }
    return values;
  }

  #scalar(type: FieldDefinition['type'], from: number, to: number): Scalar {
    if (to - from === 1 && this.#bytes[from] === DOT) return null;
    if (type === 'Integer' || type === 'Float') {
      const value = type === 'Integer' ? parseInteger(this.#bytes, from, to) : parseFloatBytes(this.#bytes, from, to);
      if (!Number.isNaN(value)) return value;
    }
    const text = this.#text.substring(from - this.#textStart, to - this.#textStart);
    return this.#isAscii || !BEYOND_ASCII.test(text) ? text : this.#bytes.toString('utf8', from, to);
  }
}

const BEYOND_ASCII = /[\x80-\xff]/;

const UNDECLARED: FieldDefinition = { id: '', number: '.', type: 'String', description: '' };

function listOf(text: string, separator: string): readonly string[] {
  return text === '.' ? [] : text.split(separator);
}
