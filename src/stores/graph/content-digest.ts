import { hash } from 'node:crypto';
import { DigestSum } from '../../core/ids.ts';
import type { ProjectionContents } from '../../core/projection.ts';
import type { GraphSink, GraphValue, RelationRow } from './batch.ts';
import {
  firstAndEnd,
  keyOf,
  NODES,
  type NodeName,
  type NodeTable,
  quoted,
  RELATIONS,
  type RelationName,
  type RelationTable,
} from './schema.ts';

/** Sum over relations, each as the JSON of what it is and says. */
export class ContentSum {
  #rows = 0;
  readonly #sum = new DigestSum();

  add(relation: string, values: readonly unknown[]): void {
    this.#rows++;
    this.#sum.add(hash('sha256', JSON.stringify([relation, ...values]), 'hex'));
  }

  addAll({ rows, digest }: ProjectionContents): void {
    this.#rows += rows;
    this.#sum.add(digest);
  }

  get contents(): ProjectionContents {
    return { rows: this.#rows, digest: this.#sum.toString() };
  }
}

/** Digests what a file says without a database. With ReportedIn comes what its two nodes hold. */
export class DigestSink implements GraphSink {
  readonly sum = new ContentSum();
  readonly #nodes = new Map<NodeName, readonly GraphValue[]>();

  node(name: NodeName, _key: string | number, values: () => readonly GraphValue[]): void {
    if (HELD_IN_DIGEST.has(name)) this.#nodes.set(name, values());
  }

  relation({ relation, from, to, fromKey, toKey, values }: RelationRow): void {
    const held = relation === 'ReportedIn' ? [...this.#nodes.get(from)!, ...this.#nodes.get(to)!] : [];
    this.sum.add(`${relation}|${to}`, [fromKey, toKey, ...values.map(asHeld), ...held]);
  }
}

const HELD_IN_DIGEST = new Set<NodeName>(['Variant', 'File']);

/** Nothing is null: CSV cannot tell them apart. */
function asHeld(value: GraphValue): GraphValue {
  return value === '' ? null : value;
}

/** Statements whose rows are digested as DigestSink digests them, under their prefix. */
export function contentStatements(fileId: number): { readonly prefix: string; readonly statement: string }[] {
  return RELATIONS.flatMap((table: RelationTable) =>
    table.pairs.map(([from, to]) => {
      const name = table.name as RelationName;
      const own = table.columns.map(({ name: column }) => `r.${quoted(column)}`);
      const held = name === 'ReportedIn' ? [...heldOf(from, 'a'), ...heldOf(to, 'b')] : [];
      const returned = [`a.${quoted(keyOf(from))}`, `b.${quoted(keyOf(to))}`, ...own, ...held];
      return {
        prefix: `${name}|${to}`,
        statement: `MATCH (a:${from})-[r:${name}]->(b:${to}) WHERE ${ofFile(table, fileId)} RETURN ${returned.join(', ')}`,
      };
    }),
  );
}

/** Condition on a relation `r` (to `b`) of this table: the file says it. */
export function ofFile({ columns }: RelationTable, fileId: number): string {
  const [first, end] = firstAndEnd(fileId);
  return columns.length === 0 ? `b.id = ${fileId}` : `r.\`row\` >= ${first} AND r.\`row\` < ${end}`;
}

function heldOf(name: NodeName, variable: string): string[] {
  const { columns } = NODES.find((table) => table.name === name)! as NodeTable;
  return columns.slice(1).map((column) => `${variable}.${quoted(column.name)}`);
}
