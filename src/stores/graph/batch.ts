import type { NodeName, RelationName } from './schema.ts';

/** A value of a column: null is absent; an empty text is null too, because CSV cannot tell them apart. */
export type GraphValue = string | number | readonly (number | string)[] | null;

export interface NodeRow {
  readonly key: string | number;
  /** The columns after the key. */
  readonly values: readonly GraphValue[];
}

/** One relation: keys of its ends, then its columns in the order of the schema. */
export interface RelationRow {
  readonly relation: RelationName;
  readonly from: NodeName;
  readonly to: NodeName;
  readonly fromKey: string | number;
  readonly toKey: string | number;
  readonly values: readonly GraphValue[];
}

/** Takes what a file says, a node or relation at a time. A node is told before the relations that need it, and often. */
export interface GraphSink {
  node(name: NodeName, key: string | number, values: () => readonly GraphValue[]): void;
  relation(row: RelationRow): void;
}

/** Nodes and relations of some envelopes, as CSV to be loaded; nodes once each. */
export class GraphBatch implements GraphSink {
  readonly nodes = new Map<NodeName, CsvText>();
  /** By `relation|from|to`. */
  readonly relations = new Map<string, CsvText>();
  readonly #keys = new Map<NodeName, Set<string | number>>();

  node(name: NodeName, key: string | number, values: () => readonly GraphValue[]): void {
    const keys = entryOf(this.#keys, name, () => new Set<string | number>());
    if (keys.has(key)) return;
    keys.add(key);
    entryOf(this.nodes, name, () => new CsvText()).add(csvLine([key, ...values()]));
  }

  relation({ relation, from, to, fromKey, toKey, values }: RelationRow): void {
    const text = entryOf(this.relations, `${relation}|${from}|${to}`, () => new CsvText());
    text.add(csvLine([fromKey, toKey, ...values]));
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

const CHUNK_BYTES = 1024 * 1024;

/** Lines as bytes: half a million of them as strings cost more in collecting garbage than all the rest. */
export class CsvText {
  readonly #full: Buffer[] = [];
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #length = 0;

  add(line: string): void {
    // A character takes at most three bytes for each of its UTF-16 units.
    const most = line.length * 3;
    if (this.#length + most > this.#chunk.length) {
      this.#full.push(this.#chunk.subarray(0, this.#length));
      this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, most));
      this.#length = 0;
    }
    this.#length += this.#chunk.write(line, this.#length);
  }

  get chunks(): readonly Buffer[] {
    return [...this.#full, this.#chunk.subarray(0, this.#length)];
  }
}

/**
 * One line of CSV as LOADED_AS reads it. Every text is quoted, so that only a quote in it has to be doubled; measured with
 * line ends, quotes, backslashes and NUL in texts: all come back as they were.
 */
function csvLine(values: readonly GraphValue[]): string {
  let line = '';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) line += ',';
    line += csvValue(values[i]!);
  }
  return `${line}\n`;
}

function csvValue(value: GraphValue): string {
  if (value === null || value === '') return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return csvText(value);
  return csvText(`[${value.join(',')}]`);
}

function csvText(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`;
}

/** Options of the files that csvLine makes; nothing is guessed from their content. */
export const LOADED_AS = `(header=false, auto_detect=false, quote='"', escape='"', delim=',', parallel=false)`;
