import type { Table } from '@lancedb/lancedb';
import { calling } from './errors.ts';
import { all, isAnyOf, literal } from './sql.ts';

/** A row as questions give it back. */
export interface FoundRow {
  readonly id: bigint;
  readonly fileId: number;
  readonly chrom: string;
  readonly pos: number;
  readonly variantId: string;
  readonly ref: string;
  readonly alt: string;
  readonly description: string;
  readonly topic: string | null;
  readonly gene: string | null;
  readonly consequence: string | null;
  readonly impact: string | null;
  readonly clinsig: string | null;
  readonly af: number | null;
  readonly cadd: number | null;
  readonly revel: number | null;
  readonly spliceai: number | null;
  readonly conservation: number | null;
  readonly vector: Float32Array;
}

export interface Wanted {
  /** A condition of filter-sql.ts. */
  readonly where?: string | undefined;
  readonly limit: number;
}

const COLUMNS: Readonly<Record<Exclude<keyof FoundRow, 'vector'>, string>> = {
  id: 'id',
  fileId: 'file_id',
  chrom: 'chromosome',
  pos: 'position',
  variantId: 'variant_id',
  ref: 'reference',
  alt: 'alternate',
  description: 'variant_description',
  topic: 'variant_topic',
  gene: 'gene_symbol',
  consequence: 'consequence',
  impact: 'impact',
  clinsig: 'clinical_significance',
  af: 'allele_frequency',
  cadd: 'cadd',
  revel: 'revel',
  spliceai: 'spliceai',
  conservation: 'conservation',
};
const SELECTED = [...Object.values(COLUMNS), 'variant_vector'];
/** Partitions of the vector index that are looked into. */
const PROBES = 20;

/** Questions about one tenant's variants. */
export class VariantQuestions {
  readonly #table: Table;
  readonly #tenant: string;

  constructor(table: Table, tenant: string) {
    this.#table = table;
    this.#tenant = `tenant = ${literal(tenant)}`;
  }

  async byId(id: bigint): Promise<FoundRow | undefined> {
    const [row] = await this.#rows(all(this.#tenant, `id = ${id}`), 1);
    return row;
  }

  /** Those whose vectors are nearest, the nearest first. */
  async nearest(vector: Float32Array, { where, limit }: Wanted): Promise<readonly FoundRow[]> {
    return await calling(async () => {
      const query = this.#table.query().nearestTo(vector).column('variant_vector').distanceType('l2').nprobes(PROBES);
      const rows = await query
        .where(all(this.#tenant, where))
        .select([...SELECTED, '_distance'])
        .limit(limit)
        .toArray();
      return rows.map(foundRow);
    });
  }

  /** Those whose descriptions have these words, the best first. */
  async withWords(words: string, { where, limit }: Wanted): Promise<readonly FoundRow[]> {
    return await calling(async () => {
      const query = this.#table.query().fullTextSearch(words, { columns: ['variant_description'] });
      const rows = await query
        .where(all(this.#tenant, where))
        .select([...SELECTED, '_score'])
        .limit(limit)
        .toArray();
      return rows.map(foundRow);
    });
  }

  /** Those that mean one of these. */
  async withTopics(topics: readonly string[], { where, limit }: Wanted): Promise<readonly FoundRow[]> {
    if (topics.length === 0) return [];
    return await this.#rows(all(this.#tenant, isAnyOf('variant_topic', topics), where), limit);
  }

  async #rows(where: string, limit: number): Promise<readonly FoundRow[]> {
    return await calling(async () =>
      (await this.#table.query().where(where).select(SELECTED).limit(limit).toArray()).map(foundRow),
    );
  }
}

function foundRow(row: Record<string, unknown>): FoundRow {
  const values = Object.entries(COLUMNS).map(([name, column]) => [name, row[column] ?? null]);
  const found = Object.fromEntries(values) as Omit<FoundRow, 'vector'>;
  return { ...found, id: BigInt(found.id), vector: Float32Array.from(row.variant_vector as Iterable<number>) };
}
