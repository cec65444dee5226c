import type { EmbedderSettings, TextEmbedder } from '../analysis/embeddings/text-embedder.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import type { Cancellable, VariantStore } from '../core/ports.ts';
import type { LanceProjection } from '../stores/lancedb/projection.ts';
import type { FoundRow } from '../stores/lancedb/questions.ts';
import type { TextCounts, TextVectors } from '../stores/lancedb/texts.ts';
import { distinct, type FoundVariant, foundVariant, keyOf } from './found-variant.ts';
import { NamesGuard } from './names-guard.ts';
import type { Openers } from './projection-openers.ts';
import type { Projections, UseOptions } from './projections.ts';

export interface SearchPorts {
  readonly store: VariantStore;
  readonly projections: Projections<Openers>;
  readonly tenant: string;
  readonly embeddings: EmbedderSettings;
}

export interface SearchOptions extends UseOptions {
  readonly filter?: Filter | undefined;
  readonly limit?: number | undefined;
  /** How long a search may spend on text embeddings that are missing. */
  readonly textBudgetMs?: number | undefined;
  /** Only what means the same, whatever its words. */
  readonly byMeaning?: boolean | undefined;
  readonly onTexts?: ((embedded: number, of: number) => void) | undefined;
}

export interface SearchHit extends FoundVariant {
  /** Higher is better; comparable within one answer. */
  readonly score: number;
  readonly by: readonly ('words' | 'meaning')[];
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** Of what could be embedded; `model` is `none` when meanings were not looked at. */
  readonly texts: TextCounts & { readonly model: string };
}

const DEFAULT_LIMIT = 20;
const TEXT_BUDGET_MS = 2_000;
/** Hits of each kind that are put together. */
const DEPTH = 100;
const TOPICS = 20;
/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): its constant. */
const RANK_OFFSET = 60;

/**
 * Variants by what their descriptions say: those with the words, and those that mean the same, put together by rank. Text
 * embeddings that are missing are made on the way, for a while. Without an embedder that answers: words alone, and it says so.
 */
export async function search(ports: SearchPorts, words: string, options: SearchOptions = {}): Promise<SearchAnswer> {
  const { projections, tenant } = ports;
  const { filter, limit = DEFAULT_LIMIT, byMeaning = false } = options;
  if (words.trim() === '') throw new VcfAgentError('USAGE', 'search needs words');
  const { filterToLance } = await import('../stores/lancedb/filter-sql.ts');
  const wanted = { where: filter && filterToLance(filter), limit: DEPTH + limit };
  const model = await openModel(ports, words, options);
  if (!byMeaning) await prepareWords(projections, options);
  const texts = model === undefined ? NONE : await embedTexts(ports, model, options);
  return await projections.use(
    'lancedb',
    async (lance) => {
      const questions = lance.questions(tenant);
      const found: Partial<Record<'words' | 'meaning', readonly FoundRow[]>> = {};
      if (!byMeaning) found.words = distinct(await questions.withWords(words, wanted));
      if (model !== undefined) found.meaning = await meaningSame(lance, { ...model, tenant, words }, wanted, options);
      return { hits: together(found).slice(0, limit), texts };
    },
    options,
  );
}

/** Embeds every text that is missing, without a bound on time. */
export async function embedAllTexts(ports: SearchPorts, options: SearchOptions = {}): Promise<SearchAnswer['texts']> {
  const model = await openModel(ports, '', options);
  if (model === undefined)
    throw new VcfAgentError('OPTION_CONFLICT', 'VCF_AGENT_EMBEDDINGS is none: nothing makes text embeddings');
  return await embedTexts(ports, model, { ...options, textBudgetMs: Number.POSITIVE_INFINITY });
}

/** What embeds, and what must not be given to it. */
interface Model {
  readonly embedder: TextEmbedder;
  readonly guard: NamesGuard;
}

const NONE = { embedded: 0, missing: 0, model: 'none' } as const;

async function openModel(
  { store, tenant, embeddings }: SearchPorts,
  words: string,
  { signal, onNotice }: SearchOptions,
): Promise<Model | undefined> {
  const { openEmbedder } = await import('../analysis/embeddings/text-embedder.ts');
  try {
    const embedder = await openEmbedder(embeddings, { signal });
    if (embedder === undefined) return undefined;
    const guard = new NamesGuard(embedder.isRemote ? await store.files(tenant) : []);
    if (guard.allows(words)) return { embedder, guard };
    onNotice?.(`the words name a sample or a file: they are not sent to ${embedder.model}, only words are searched`);
  } catch (error) {
    if (!(error instanceof VcfAgentError) || error.code !== 'EMBEDDER_UNAVAILABLE' || words === '') throw error;
    onNotice?.(`${error.message}; only words are searched`);
  }
  return undefined;
}

async function prepareWords(projections: Projections<Openers>, options: UseOptions): Promise<void> {
  if (await projections.use('lancedb', (lance) => lance.hasWords(), options)) return;
  await projections.useAlone('lancedb', (lance) => lance.indexWords(), options);
}

async function embedTexts(
  { projections, tenant }: SearchPorts,
  { embedder, guard }: Model,
  options: SearchOptions,
): Promise<SearchAnswer['texts']> {
  const { textBudgetMs = TEXT_BUDGET_MS, signal, onTexts } = options;
  const { model } = embedder;
  const open = (lance: LanceProjection): Promise<TextVectors> => lance.texts(tenant, embedder);
  const isComplete = await projections.use('lancedb', async (lance) => (await open(lance)).isComplete(), options);
  if (isComplete) return { embedded: 0, missing: 0, model };
  const limits = {
    signal,
    budgetMs: textBudgetMs,
    onProgress: onTexts,
    mayEmbed: (topic: string) => guard.allows(topic),
  };
  const embed = async (lance: LanceProjection) => (await open(lance)).embedMissing(limits);
  return { ...(await projections.useAlone('lancedb', embed, options)), model };
}

async function meaningSame(
  lance: LanceProjection,
  { embedder, tenant, words }: Model & { readonly tenant: string; readonly words: string },
  wanted: { readonly where: string | undefined; readonly limit: number },
  { signal }: Cancellable,
): Promise<readonly FoundRow[]> {
  const [vector] = await embedder.embed([words], { signal });
  const nearest = await (await lance.texts(tenant, embedder)).nearest(vector!, TOPICS);
  const rank = new Map(nearest.map(({ topic }, i) => [topic, i]));
  const rows = await lance.questions(tenant).withTopics([...rank.keys()], wanted);
  return distinct(rows.toSorted((a, b) => rank.get(a.topic ?? '')! - rank.get(b.topic ?? '')!));
}

/** By the sum of what each list's rank is worth. */
function together(found: Readonly<Partial<Record<'words' | 'meaning', readonly FoundRow[]>>>): readonly SearchHit[] {
  const hits = new Map<string, { row: FoundRow; score: number; by: ('words' | 'meaning')[] }>();
  for (const by of ['words', 'meaning'] as const) {
    for (const [rank, row] of (found[by] ?? []).entries()) {
      const hit = hits.get(keyOf(row)) ?? { row, score: 0, by: [] };
      hit.score += 1 / (RANK_OFFSET + rank + 1);
      hit.by.push(by);
      hits.set(keyOf(row), hit);
    }
  }
  return [...hits.values()]
    .toSorted((a, b) => b.score - a.score)
    .map(({ row, score, by }) => ({ ...foundVariant(row), score, by }));
}
