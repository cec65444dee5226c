import { createHash } from 'node:crypto';
import { DEFAULT_PROFILE } from '../analysis/acmg/profile.ts';
import { PROMPT_VERSION } from '../analysis/narration/prompt.ts';
import { subjectOf } from '../analysis/narration/subject.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import { ANY_PROVIDER, type AnalysisRequest, type NarrationSubject, RULES_PROVIDER } from '../core/narratives.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import { CLASSES, type KeptVerdict, type VerdictClass } from '../core/verdicts.ts';
import type { AnalysisSettings } from './analysis-settings.ts';
import type { App } from './app.ts';

/** Which variants are worth a narrative: those of most points first, no more than the budget. */
export interface Triage extends Cancellable {
  readonly minPoints: number;
  readonly budget: number;
  /** Only these; undefined: all. */
  readonly filter?: Filter | undefined;
}

const PAGE_ROWS = 10_000;
/** BA1 decides alone, whatever the points: what is common is not worth a narrative unless the benign is asked for. */
const NOT_BENIGN: readonly VerdictClass[] = CLASSES.filter((name) => !/benign/i.test(name));

/** Verdicts on the variants to narrate, of these files together. Judges a file first of which no verdicts are kept. */
export async function findCandidates(
  app: Pick<App, 'store' | 'tenant' | 'judge'>,
  files: readonly StoredFile[],
  { minPoints, budget, filter, signal }: Triage,
): Promise<readonly KeptVerdict[]> {
  const { store, tenant } = app;
  const classes = minPoints > 0 ? NOT_BENIGN : CLASSES;
  const found: KeptVerdict[] = [];
  for (const { fileId } of files) {
    const [judgement] = await store.verdicts.judgements(tenant, fileId, { signal });
    if (judgement === undefined) {
      await app.judge(fileId, { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, signal });
    }
    const wanted = { fileId, minPoints, classes, order: 'points', limit: budget, signal } as const;
    if (filter === undefined) found.push(...(await store.verdicts.query(tenant, wanted)));
    else {
      for await (const ids of matching(store, tenant, fileId, filter, signal)) {
        found.push(...(await store.verdicts.query(tenant, { ...wanted, ids })));
      }
    }
  }
  return found.toSorted((a, b) => b.points - a.points || Number(a.id - b.id)).slice(0, budget);
}

async function* matching(
  store: VariantStore,
  tenant: string,
  fileId: number,
  filter: Filter,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly bigint[]> {
  let cursor: string | undefined;
  do {
    const page = await store.query(filter, { tenant, fileId, limit: PAGE_ROWS, cursor, signal });
    if (page.rows.length > 0) yield page.rows.map(({ id }) => id);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

export interface Asking extends Cancellable {
  /** Names of providers that are each to narrate; none: whoever the router chooses. */
  readonly providers: readonly string[];
  /** Ask again where nobody but the rules could answer. */
  readonly retry?: boolean | undefined;
}

/** Requests to narrate these variants, in their order. Throws OPTION_CONFLICT for a provider that is not configured. */
export async function requestsFor(
  app: Pick<App, 'store' | 'tenant' | 'judged'>,
  verdicts: readonly KeptVerdict[],
  settings: Pick<AnalysisSettings, 'providers'>,
  { providers, retry = false, signal }: Asking,
): Promise<readonly AnalysisRequest[]> {
  const whom = whomToAsk(providers, settings);
  const attempts = await attemptsSoFar(app, verdicts, { signal });
  const requests = new Map<bigint, readonly AnalysisRequest[]>();
  for (const [fileId, some] of Map.groupBy(verdicts, (verdict) => verdict.fileId)) {
    for await (const batch of app.judged(fileId, { ids: some.map(({ id }) => id), signal })) {
      for (const variant of batch) {
        const about = { tenant: app.tenant, fileId, variantId: variant.id, subject: subjectOf(variant) };
        const made = whom.map(({ asked, models }) => {
          const request = requestOf(about, asked, models, 0);
          const failed = attempts.get(`${request.correlationId} ${asked}`) ?? 0;
          return requestOf(about, asked, models, retry ? failed : Math.max(0, failed - 1));
        });
        requests.set(variant.id, made);
      }
    }
  }
  return verdicts.flatMap(({ id }) => requests.get(id) ?? []);
}

interface Asked {
  readonly asked: string;
  /** Other models are another question. */
  readonly models: readonly string[];
}

function whomToAsk(names: readonly string[], { providers }: Pick<AnalysisSettings, 'providers'>): readonly Asked[] {
  const models = new Map(providers.map(({ name, model }) => [name as string, `${name}:${model}`]));
  if (names.length === 0) {
    if (models.size === 0) return [{ asked: RULES_PROVIDER, models: [] }];
    return [{ asked: ANY_PROVIDER, models: [...models.values()].sort() }];
  }
  return [...new Set(names)].map((asked) => {
    const model = models.get(asked);
    if (asked === RULES_PROVIDER) return { asked, models: [] };
    if (model !== undefined) return { asked, models: [model] };
    const known = [RULES_PROVIDER, ...models.keys()].join(', ');
    throw new VcfAgentError(
      'OPTION_CONFLICT',
      `${asked} is not configured: there is ${known}. VCF_AGENT_ANALYSIS_PROVIDERS names those that are to be used`,
    );
  });
}

/** How often each was asked in vain, by correlation id and who was asked. */
async function attemptsSoFar(
  { store, tenant }: Pick<App, 'store' | 'tenant'>,
  verdicts: readonly KeptVerdict[],
  options: Cancellable,
): Promise<ReadonlyMap<string, number>> {
  const variantIds = verdicts.map(({ id }) => id);
  const counts = new Map<string, number>();
  for (const one of await store.narratives.narratives(tenant, { variantIds, ...options })) {
    if (one.provider !== RULES_PROVIDER || one.failures.length === 0) continue;
    const key = `${one.correlationId} ${one.asked}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function requestOf(
  about: {
    readonly tenant: string;
    readonly fileId: number;
    readonly variantId: bigint;
    readonly subject: NarrationSubject;
  },
  asked: string,
  models: readonly string[],
  attempt: number,
): AnalysisRequest {
  const { tenant, fileId, variantId, subject } = about;
  const correlationId = sha256([tenant, fileId, String(variantId), subject.digest, PROMPT_VERSION]);
  const requestId = sha256([correlationId, asked, models, attempt]);
  return { requestId, correlationId, fileId, variantId, asked, promptVersion: PROMPT_VERSION, subject };
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
