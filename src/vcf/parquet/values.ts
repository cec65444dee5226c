import type { ColumnType, KeyColumn } from './columns.ts';

export type Scalar = string | number | boolean | null;
export type Value = Scalar | readonly Scalar[];

const INTEGER = /^[-+]?\d{1,10}$/;
const MOST_INTEGER = 2 ** 31;
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
/** VCF 4.3 §1.3: what a Float may be beside a number. */
const NOT_FINITE = /^([-+]?)(nan|inf(?:inity)?)$/i;

/** Undefined: the text is no value of this type. */
function scalarOf(text: string, type: ColumnType['scalar']): Scalar | undefined {
  if (text === '.') return null;
  if (type === 'VARCHAR') return text;
  if (type === 'BOOLEAN') return undefined;
  if (type === 'DOUBLE') return doubleOf(text);
  const value = Number(text);
  return INTEGER.test(text) && value >= -MOST_INTEGER && value < MOST_INTEGER ? value : undefined;
}

function doubleOf(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const [, sign, word] = NOT_FINITE.exec(text) ?? [];
  if (word === undefined) return undefined;
  if (word.toLowerCase() === 'nan') return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A value as a file wrote it, typed; undefined when it is none of this type. `.` is null. */
export function typedValue(text: string, { scalar, isList }: ColumnType): Value | undefined {
  if (!isList) return scalarOf(text, scalar);
  if (text === '.') return null;
  const values: Scalar[] = [];
  for (const part of text.split(',')) {
    const value = scalarOf(part, scalar);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** What a file wrote under a key that its header does not declare, or not so, or twice; null: the key stood alone. */
export type Others = Map<string, string | null>;

export interface ReadKeys {
  /** In the order of the columns. */
  readonly values: Value[];
  /** Undefined: everything fits. */
  others: Others | undefined;
}

/** Values of INFO or of a sample, by the columns that their keys fill. */
export class KeyReader {
  readonly columns: readonly KeyColumn[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #empty: readonly Value[];

  constructor(columns: readonly KeyColumn[]) {
    this.columns = columns;
    this.#places = new Map(columns.map(({ key }, place) => [key, place]));
    this.#empty = columns.map(({ type }) => (type.scalar === 'BOOLEAN' ? false : null));
  }

  /** A flag that is not there is false; everything else is null. */
  info(text: string): ReadKeys {
    const read: ReadKeys = { values: [...this.#empty], others: undefined };
    if (text === '.' || text === '') return read;
    const seen = new Set<number>();
    for (const entry of text.split(';')) {
      const at = entry.indexOf('=');
      const key = at < 0 ? entry : entry.slice(0, at);
      this.#take(read, key, at < 0 ? null : entry.slice(at + 1), seen);
    }
    return read;
  }

  sample(keys: readonly string[], text: string): ReadKeys {
    const read: ReadKeys = { values: [...this.#empty], others: undefined };
    const seen = new Set<number>();
    let start = 0;
    for (const key of keys) {
      if (start > text.length) break;
      const colon = text.indexOf(':', start);
      const end = colon < 0 ? text.length : colon;
      this.#take(read, key, text.slice(start, end), seen);
      start = end + 1;
    }
    return read;
  }

  /** `text` null: the key stands alone, as a flag does. */
  #take(read: ReadKeys, key: string, text: string | null, seen: Set<number>): void {
    const place = this.#places.get(key);
    if (place !== undefined && !seen.has(place)) {
      seen.add(place);
      const { type } = this.columns[place]!;
      const isFlag = type.scalar === 'BOOLEAN';
      const value = text === null ? (isFlag ? true : undefined) : typedValue(text, type);
      if (value !== undefined) {
        read.values[place] = value;
        return;
      }
      if (isFlag) read.values[place] = true;
    }
    read.others ??= new Map();
    const before = read.others.get(key);
    read.others.set(key, before === undefined ? text : [before, text].map((part) => part ?? '').join(','));
  }
}
