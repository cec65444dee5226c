import { VcfAgentError } from '../core/errors.ts';
import type { GraphAnswer } from '../stores/graph/query.ts';
import type { Parameters } from '../stores/graph/statement.ts';
import { type Neighbourhood, neighbourhoodOf } from './graph-neighbours.ts';
import { GENES_HIT, NEIGHBOURS, SHARED_VARIANTS } from './graph-statements.ts';
import type { Openers } from './projection-openers.ts';
import type { Projections, UseOptions } from './projections.ts';

export type { GraphAnswer } from '../stores/graph/query.ts';
export type { JsonValue } from '../stores/graph/statement.ts';
export type { Neighbourhood } from './graph-neighbours.ts';

export interface GraphLimits extends UseOptions {
  /** Most rows of the answer. */
  readonly limit?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly memoryBytes?: number | undefined;
}

export const IMPACTS = ['HIGH', 'MODERATE', 'LOW', 'MODIFIER'] as const;
export type Impact = (typeof IMPACTS)[number];

export const GRAPH_DEFAULTS = { limit: 1_000, timeoutMs: 30_000, memoryBytes: 1024 * 1024 * 1024, neighbours: 60 };

/** Frequency up to which a variant counts as rare where nobody says. */
export const RARE = 0.01;

export interface GraphPorts {
  readonly projections: Pick<Projections<Openers>, 'use'>;
  readonly tenant: string;
}

/**
 * What can be asked of a tenant's graph, which is brought up to date first. Everything rejects with USAGE for what cannot be
 * answered, OVERLOADED for what takes too long or too much memory, and as `Projections.use` does.
 */
export class GraphQuestions {
  readonly #ports: GraphPorts;

  constructor(ports: GraphPorts) {
    this.#ports = ports;
  }

  /** Any one statement that reads; `$name` in it is a parameter. */
  cypher(
    statement: string,
    { parameters, ...limits }: GraphLimits & { readonly parameters?: Parameters } = {},
  ): Promise<GraphAnswer> {
    return this.#ports.projections.use(
      'graph',
      (graph) =>
        graph.query(this.#ports.tenant, statement, {
          parameters,
          rows: limits.limit ?? GRAPH_DEFAULTS.limit,
          timeoutMs: limits.timeoutMs ?? GRAPH_DEFAULTS.timeoutMs,
          memoryBytes: limits.memoryBytes ?? GRAPH_DEFAULTS.memoryBytes,
          signal: limits.signal,
        }),
      limits,
    );
  }

  /** Variants that both samples carry, the most severe first. `maxAf`: no file says that they are more frequent; left out: RARE. */
  async shared(
    a: string,
    b: string,
    { maxAf = RARE, ...limits }: GraphLimits & { readonly maxAf?: number | undefined } = {},
  ): Promise<GraphAnswer> {
    const answer = await this.cypher(SHARED_VARIANTS, { ...limits, parameters: { a, b, maxAf } });
    if (answer.rows.length === 0) for (const name of [a, b]) await this.#requireSample(name, limits);
    return answer;
  }

  /** Genes in which at least so many samples carry a variant of these impacts (HIGH and MODERATE where nobody says). */
  genes({
    samples,
    maxAf = 1,
    impact = ['HIGH', 'MODERATE'],
    ...limits
  }: GraphLimits & {
    readonly samples: number;
    readonly maxAf?: number | undefined;
    readonly impact?: readonly Impact[] | undefined;
  }): Promise<GraphAnswer> {
    return this.cypher(GENES_HIT, { ...limits, parameters: { samples, maxAf, impact } });
  }

  /** What a variant is connected with. Throws NOT_FOUND, and USAGE for what is no key. */
  async neighbours(variant: string, limits: GraphLimits = {}): Promise<Neighbourhood> {
    const { variantParts } = await import('../stores/graph/project-envelope.ts');
    const [, chromosome, position, reference, alternate] = KEY.exec(variant) ?? [];
    if (alternate === undefined) throw new VcfAgentError('USAGE', `a key is 17:43045712:T:C, not ${variant}`);
    const { key } = variantParts(chromosome!, position!, reference!, alternate);
    const limit = limits.limit ?? GRAPH_DEFAULTS.neighbours;
    const answer = await this.cypher(NEIGHBOURS, { ...limits, limit, parameters: { key } });
    if (answer.rows.length > 0) return neighbourhoodOf(key, answer);
    throw new VcfAgentError('NOT_FOUND', `no stored variant is ${variant}`);
  }

  async #requireSample(name: string, limits: GraphLimits): Promise<void> {
    const found = await this.cypher('MATCH (s:Sample {name: $name}) RETURN s.name', {
      ...limits,
      parameters: { name },
    });
    if (found.rows.length === 0) throw new VcfAgentError('NOT_FOUND', 'no stored file has a sample of that name');
  }
}

/** `17:43045712:T:C`, `chr17-43045712-T-C`, `17:43045712:T>C`. */
const KEY = /^(\S+?)[:-](\d+)[:-]([A-Za-z*]+)[:>-](\S+)$/;
