import { promptOf } from '../analysis/narration/prompt.ts';
import { isFromGenotypes } from '../analysis/narration/subject.ts';
import { type Gateway, Narrator } from '../analysis/narrator.ts';
import { anthropicProvider } from '../analysis/providers/anthropic.ts';
import { ollamaProvider } from '../analysis/providers/ollama.ts';
import { openaiProvider } from '../analysis/providers/openai.ts';
import type { NarrationProvider } from '../analysis/providers/provider.ts';
import type { ProviderName, ProviderSettings } from '../analysis/providers/settings.ts';
import { Lane } from '../analysis/router/lane.ts';
import { NarrationRouter } from '../analysis/router/router.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { AnalysisRequest, EgressEntry, NarrationSubject } from '../core/narratives.ts';
import type { Cancellable, Clock, Random, VariantStore } from '../core/ports.ts';
import { CircuitBreaker } from '../health/circuit-breaker.ts';
import { EgressGuard } from '../security/egress.ts';
import type { Confidential, Redaction } from '../security/redaction.ts';
import type { AnalysisSettings } from './analysis-settings.ts';

export interface NarratorParts {
  readonly store: Pick<VariantStore, 'files' | 'narratives'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: typeof fetch;
  /** Hears of every request that leaves, for logs. */
  readonly onEgress?: ((entry: EgressEntry) => void) | undefined;
}

const PROVIDERS: Readonly<Record<ProviderName, (settings: ProviderSettings) => NarrationProvider>> = {
  openai: openaiProvider,
  anthropic: anthropicProvider,
  ollama: ollamaProvider,
};

/** A narrator with the providers that are configured; with none it answers by the rules alone. Throws CONFIG_INVALID. */
export async function createNarrator(settings: AnalysisSettings, parts: NarratorParts): Promise<Narrator> {
  const { store, clock, random } = parts;
  const lanes = settings.providers.map((provider) => laneOf(provider, settings, parts));
  const guard = new EgressGuard(
    { allow: settings.egressAllow, loopbackIsLocal: settings.loopbackIsLocal },
    {
      fetch: parts.fetch,
      log: async (entry) => {
        await store.narratives.logEgress(entry);
        parts.onEgress?.(entry);
      },
    },
  );
  const secrets = settings.providers.flatMap(({ apiKey = '' }) => (apiKey === '' ? [] : [apiKey]));
  const names = new KnownNames(store, clock);
  await Promise.all(lanes.map(({ provider }) => provider.prepare()));
  return new Narrator({
    router: new NarrationRouter(lanes, settings, { clock, random }),
    store: store.narratives,
    clock,
    maxOutputTokens: settings.maxOutputTokens,
    gateway: async (tenant, request, provider, options) => {
      const confidential = { ...(await names.of(tenant, request.fileId, options)), secrets };
      return gatewayTo(guard, tenant, request, provider, confidential);
    },
  });
}

function laneOf(
  { name, ...settings }: AnalysisSettings['providers'][number],
  { breaker }: AnalysisSettings,
  { clock, store }: NarratorParts,
): Lane {
  const { maxRequestsPerDay, maxTokensPerDay, maxUsdPerDay } = settings;
  const limits = {
    requests: maxRequestsPerDay ?? null,
    tokens: maxTokensPerDay ?? null,
    costMicroUsd: maxUsdPerDay === undefined ? null : Math.round(maxUsdPerDay * 1e6),
  };
  const ports = { clock, breaker: new CircuitBreaker(name, breaker, { clock }), budgets: store.narratives };
  return new Lane(PROVIDERS[name](settings), { ...settings, limits }, ports);
}

function gatewayTo(
  guard: EgressGuard,
  tenant: string,
  request: AnalysisRequest,
  { name, model, baseUrl }: NarrationProvider,
  confidential: Confidential,
): Gateway {
  const destination = { provider: name, baseUrl };
  const redaction = guard.redaction(destination, confidential);
  const subject = redacted(request.subject, redaction);
  // What stands in every request, and numbers, which are no names.
  const { system, prompt } = promptOf({ ...subject, evidence: [] });
  const numbers = subject.evidence.filter(({ value }) => typeof value === 'number').map(({ value }) => value);
  const publicText = [system, prompt, model, ...numbers].join('\n');
  const { fileId, requestId } = request;
  return { subject, fetch: guard.fetch(destination, { tenant, fileId, requestId, publicText, redaction }) };
}

/** The evidence as it may leave: an item whose id would not be the same does not. */
function redacted(subject: NarrationSubject, redaction: Redaction): NarrationSubject {
  const evidence = subject.evidence.flatMap((item) => {
    if (redaction.withholds('genotypes') && isFromGenotypes(item.id)) {
      redaction.count('genotypes');
      return [];
    }
    if (redaction.text(item.id) !== item.id) return [];
    const { text, value } = item;
    return [{ ...item, text: redaction.text(text), value: typeof value === 'string' ? redaction.text(value) : value }];
  });
  return { ...subject, evidence };
}

const NAMES_AGE_MS = 60_000;

/** Names of the samples and files of a tenant: of all its files, for a merged file may speak of the others. */
class KnownNames {
  readonly #store: Pick<VariantStore, 'files'>;
  readonly #clock: Clock;
  readonly #known = new Map<
    string,
    { readonly atMs: number; readonly fileIds: ReadonlySet<number> } & Omit<Confidential, 'secrets'>
  >();

  constructor(store: Pick<VariantStore, 'files'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Throws EGRESS_DENIED for a file that is gone: nobody knows what of it is to be withheld. */
  async of(tenant: string, fileId: number, { signal }: Cancellable): Promise<Omit<Confidential, 'secrets'>> {
    const known = this.#known.get(tenant);
    const now = this.#clock.monotonicMs();
    if (known?.fileIds.has(fileId) && now - known.atMs < NAMES_AGE_MS) return known;
    const files = await this.#store.files(tenant);
    signal?.throwIfAborted();
    const fresh = {
      atMs: now,
      fileIds: new Set(files.map((file) => file.fileId)),
      sampleNames: files.flatMap(({ sampleNames }) => sampleNames),
      fileNames: files.map(({ name }) => name),
    };
    this.#known.set(tenant, fresh);
    if (fresh.fileIds.has(fileId)) return fresh;
    throw new VcfAgentError('EGRESS_DENIED', `file ${fileId} is gone: what of it is confidential is not known`);
  }
}
