import type { GraphAnswer } from '../stores/graph/query.ts';
import type { JsonValue } from '../stores/graph/statement.ts';

export interface NeighbourNode {
  readonly id: string;
  /** Node table: `Gene`. */
  readonly label: string;
  readonly name: string;
}

export interface NeighbourEdge {
  readonly from: string;
  readonly to: string;
  /** Relation table: `LocatedIn`. */
  readonly label: string;
  /** What it says, in short. */
  readonly text: string;
}

/** A variant and what it is connected with. The first node is the variant itself. */
export interface Neighbourhood {
  readonly nodes: readonly NeighbourNode[];
  readonly edges: readonly NeighbourEdge[];
  /** There are more. */
  readonly truncated: boolean;
}

type Held = { readonly [name: string]: JsonValue };

const NAMES: Readonly<Record<string, string>> = {
  File: 'name',
  Sample: 'name',
  Variant: 'key',
  Gene: 'symbol',
  Transcript: 'id',
  Disease: 'name',
  Analysis: 'id',
};

/** Nodes that a relation leads from to the variant; from the variant to all others. */
const LEADS_TO_VARIANT = new Set(['Sample']);

/** From the rows of NEIGHBOURS. */
export function neighbourhoodOf(key: string, { rows, truncated }: GraphAnswer): Neighbourhood {
  const variant = { id: `Variant:${key}`, label: 'Variant', name: key };
  const nodes = new Map<string, NeighbourNode>([[variant.id, variant]]);
  const edges: NeighbourEdge[] = [];
  for (const [relation, node] of rows as readonly (readonly [Held, Held])[]) {
    const label = String(node._label);
    const name = String(node[NAMES[label] ?? 'id'] ?? '');
    // Files of one name are several.
    const id = `${label}:${label === 'File' ? String(node.id) : name}`;
    nodes.set(id, { id, label, name: label === 'Analysis' ? `judgement ${name}` : name });
    const [from, to] = LEADS_TO_VARIANT.has(label) ? [id, variant.id] : [variant.id, id];
    edges.push({ from, to, label: String(relation._label), text: textOf(relation) });
  }
  return { nodes: [...nodes.values()], edges, truncated };
}

/** What people look for first in a relation. */
function textOf(relation: Held): string {
  const said = (name: string): string | undefined => {
    const value = relation[name];
    return value === undefined || value === null ? undefined : String(value);
  };
  const titled = (name: string): string | undefined => (said(name) === undefined ? undefined : `${name} ${said(name)}`);
  const parts = {
    HasVariant: [said('genotype'), titled('depth')],
    LocatedIn: [said('consequence'), said('amino_acid_change') ?? said('codon_change')],
    ReportedIn: [titled('af'), said('filter')],
    AssociatedWith: [said('clinsig')],
    AnalyzedBy: [said('class'), titled('points')],
  }[String(relation._label)];
  return (parts ?? []).filter((part) => part !== undefined).join(', ');
}
