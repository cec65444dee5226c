import type { FeatureShare } from '../analysis/embeddings/feature-vector.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import type { VariantRow, VariantStore } from '../core/ports.ts';
import type { FoundRow, VariantQuestions } from '../stores/lancedb/questions.ts';
import { distinct, type FoundVariant, foundVariant, keyOf } from './found-variant.ts';
import type { Openers } from './projection-openers.ts';
import type { Projections, UseOptions } from './projections.ts';

export interface SimilarPorts {
  readonly store: VariantStore;
  readonly projections: Projections<Openers>;
  readonly tenant: string;
}

export interface SimilarOptions extends UseOptions {
  /** What a hit has to be. */
  readonly filter?: Filter | undefined;
  readonly limit?: number | undefined;
  /** Says of each hit how much each feature adds. */
  readonly explain?: boolean | undefined;
  /** What the filter of the wanted variant cannot say exactly. */
  readonly matches?: ((row: VariantRow) => boolean) | undefined;
}

/** How a hit agrees with the subject in one feature. */
export interface SharedFeature extends FeatureShare {
  /** As the file has it; empty when it says nothing. */
  readonly subject: string;
  readonly hit: string;
}

export interface SimilarVariant extends FoundVariant {
  /** 1: agrees in every feature. */
  readonly similarity: number;
  /** Most telling first; with `explain`. */
  readonly features?: readonly SharedFeature[] | undefined;
}

export interface SimilarAnswer {
  readonly subject: FoundVariant;
  readonly hits: readonly SimilarVariant[];
}

const DEFAULT_LIMIT = 10;
/** The same allele of several files counts once: so many more are looked at. */
const SPARE = 3;
/** Enough that putting them in their exact order does not miss any of the few that are wanted. */
const LEAST_LOOKED = 60;
/** Rows of one page, among which the wanted one is looked for. */
const PAGE_ROWS = 100;

/**
 * The variants whose features are most like those of the first that `wanted` accepts. Rejects with NOT_FOUND when there is no
 * such variant, OPTION_CONFLICT for a filter that vectors do not have the fields for, and as Projections.use does.
 */
export async function similar(
  { store, projections, tenant }: SimilarPorts,
  wanted: Filter,
  options: SimilarOptions = {},
): Promise<SimilarAnswer> {
  const { filter, limit = DEFAULT_LIMIT, explain = false, matches = () => true, signal } = options;
  const [{ filterToLance }, vectors] = await Promise.all([
    import('../stores/lancedb/filter-sql.ts'),
    import('../analysis/embeddings/feature-vector.ts'),
  ]);
  const where = filter && filterToLance(filter);
  const { rows } = await store.query(wanted, { tenant, limit: PAGE_ROWS, signal });
  const row = rows.find(matches);
  if (row === undefined) throw new VcfAgentError('NOT_FOUND', 'no such variant is stored');
  return await projections.use(
    'lancedb',
    async (lance) => {
      const questions = lance.questions(tenant);
      const subject = await questions.byId(row.id);
      if (subject === undefined) throw new VcfAgentError('PROJECTION_DAMAGED', `it lacks the variant ${row.id}`);
      const others = await nearestOthers(questions, subject, { where, limit });
      const hits = others
        .map((hit) => ({ hit, features: sharedFeatures(vectors.explainSimilarity, subject, hit) }))
        .map((found) => ({ ...found, similarity: found.features.reduce((sum, { share }) => sum + share, 0) }))
        .toSorted((a, b) => b.similarity - a.similarity || (a.hit.id < b.hit.id ? -1 : 1))
        .slice(0, limit);
      return {
        subject: foundVariant(subject),
        hits: hits.map(({ hit, similarity, features }) => ({
          ...foundVariant(hit),
          similarity,
          ...(explain && { features: features.toSorted((a, b) => b.share - a.share) }),
        })),
      };
    },
    options,
  );
}

/** Until there are enough that are another allele, or no more. More than are wanted: their order is not exact yet. */
async function nearestOthers(
  questions: VariantQuestions,
  subject: FoundRow,
  { where, limit }: { readonly where: string | undefined; readonly limit: number },
): Promise<readonly FoundRow[]> {
  for (let looked = Math.max(LEAST_LOOKED, SPARE * (limit + 1)); ; looked *= 4) {
    const rows = await questions.nearest(subject.vector, { where, limit: looked });
    const others = distinct([subject, ...rows]).filter((row) => keyOf(row) !== keyOf(subject));
    if (others.length >= limit || rows.length < looked) return others;
  }
}

/** In a vector the names of two genes may have a place in common; here they are the same or not. */
function sharedFeatures(
  explain: (a: Float32Array, b: Float32Array) => readonly FeatureShare[],
  subject: FoundRow,
  hit: FoundRow,
): readonly SharedFeature[] {
  return explain(subject.vector, hit.vector).map(({ name, weight, share }) => ({
    name,
    weight,
    share: name !== 'gene' ? share : subject.gene === hit.gene ? weight : 0,
    subject: shown(subject, name),
    hit: shown(hit, name),
  }));
}

function shown(row: FoundRow, name: FeatureShare['name']): string {
  if (name === 'type') return `${row.ref}>${row.alt}`;
  const value = row[name];
  return value === null ? '' : typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}
