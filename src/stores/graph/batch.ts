import type { GraphType, NodeName, RelationName } from './schema.ts';

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

/** Nodes and relations of some envelopes, as text to be loaded; nodes once each. */
export class GraphBatch implements GraphSink {
  readonly nodes = new Map<NodeName, Map<string | number, string>>();
  /** By `relation|from|to`. */
  readonly relations = new Map<string, string[]>();

  node(name: NodeName, key: string | number, values: () => readonly GraphValue[]): void {
    let table = this.nodes.get(name);
    if (table === undefined) {
      table = new Map();
      this.nodes.set(name, table);
    }
    if (!table.has(key)) table.set(key, csvLine([key, ...values()]));
  }

  relation({ relation, from, to, fromKey, toKey, values }: RelationRow): void {
    const place = `${relation}|${from}|${to}`;
    let lines = this.relations.get(place);
    if (lines === undefined) {
      lines = [];
      this.relations.set(place, lines);
    }
    lines.push(csvLine([fromKey, toKey, ...values]));
  }
}

/**
 * One line of CSV as LOADED_AS reads it. Every text is quoted, so that only a quote in it has to be doubled; measured with
 * line ends, quotes, backslashes and NUL in texts: all come back as they were.
 */
export function csvLine(values: readonly GraphValue[]): string {
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

/** A column in the head of a LOAD FROM. */
export function loadColumn(name: string, type: GraphType): string {
  return `${name} ${type}`;
}
