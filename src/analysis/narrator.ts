import {
  ANY_PROVIDER,
  type AnalysisRequest,
  type FailedAttempt,
  type NarrationSubject,
  type NarrativeStore,
  type NewNarrative,
  RULES_PROVIDER,
} from '../core/narratives.ts';
import type { Cancellable, Clock } from '../core/ports.ts';
import { parseAnswer } from './narration/answer.ts';
import { type Checked, checkNarration } from './narration/check/check.ts';
import { promptOf } from './narration/prompt.ts';
import type { NarrationProvider } from './providers/provider.ts';
import { narrateByRules, RULES_MODEL } from './providers/rules.ts';
import type { NarrationRouter } from './router/router.ts';

/** What a provider may know of a request, and the only way to it. */
export interface Gateway {
  readonly subject: NarrationSubject;
  readonly fetch: typeof fetch;
}

export interface NarratorPorts {
  readonly router: NarrationRouter;
  readonly store: Pick<NarrativeStore, 'cached'>;
  readonly clock: Clock;
  /** Rejects when it is not known what has to be withheld. */
  readonly gateway: (
    tenant: string,
    request: AnalysisRequest,
    provider: NarrationProvider,
    options: Cancellable,
  ) => Promise<Gateway>;
  readonly maxOutputTokens: number;
}

type Written = Pick<NewNarrative, 'provider' | 'model' | 'statements' | 'decisive' | 'usage' | 'cached' | 'failures'>;

const NO_USAGE = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 };

/** Answers requests: out of the cache, by a provider whose answer keeps to the evidence, or by the rules. Always by somebody. */
export class Narrator {
  readonly #ports: NarratorPorts;

  constructor(ports: NarratorPorts) {
    this.#ports = ports;
  }

  /** Rejects as `signal` does, and while the store cannot be reached. */
  async answer(tenant: string, request: AnalysisRequest, options: Cancellable = {}): Promise<NewNarrative> {
    const { clock } = this.#ports;
    const begunMs = clock.monotonicMs();
    const written = (await this.#known(tenant, request, options)) ?? (await this.#written(tenant, request, options));
    return { ...written, requestId: request.requestId, durationMs: clock.monotonicMs() - begunMs };
  }

  async #known(tenant: string, request: AnalysisRequest, options: Cancellable): Promise<Written | undefined> {
    const { router, store } = this.#ports;
    const models = router.lanes
      .map(({ provider }) => ({ provider: provider.name, model: provider.model }))
      .filter(({ provider }) => request.asked === ANY_PROVIDER || request.asked === provider);
    if (models.length === 0) return undefined;
    const known = await store.cached(tenant, request, models, options);
    if (known === undefined || !checkNarration(known, request.subject).ok) return undefined;
    return { ...known, usage: NO_USAGE, cached: true, failures: [] };
  }

  async #written(tenant: string, request: AnalysisRequest, options: Cancellable): Promise<Written> {
    const { router, gateway, maxOutputTokens } = this.#ports;
    const whole = promptOf(request.subject);
    // What each was shown: an answer is held against that, and not against what was withheld.
    const shown = new Map<NarrationProvider, NarrationSubject>();
    const routed = await router.route(
      {
        asked: request.asked,
        characters: whole.system.length + whole.prompt.length,
        ask: async (provider, { signal }) => {
          const { subject, fetch } = await gateway(tenant, request, provider, { signal });
          shown.set(provider, subject);
          return await provider.narrate(promptOf(subject), { signal, fetch, maxOutputTokens });
        },
      },
      options,
    );
    const failures = [...routed.failures, ...unknownAsked(request, router)];
    const { answer } = routed;
    if (answer === undefined) return byRules(request.subject, failures);
    const { provider, usage, text } = answer;
    const checked = checkText(text, shown.get(provider) ?? request.subject);
    const { name, model } = provider;
    if (checked.ok) return { provider: name, model, ...checked.narration, usage, cached: false, failures };
    const rejected: FailedAttempt = { provider: name, model, kind: 'rejected', reason: checked.reason };
    return { ...byRules(request.subject, [...failures, rejected]), usage };
  }
}

function checkText(text: string, subject: NarrationSubject): Checked {
  const answer = parseAnswer(text);
  return typeof answer === 'string' ? { ok: false, reason: answer } : checkNarration(answer, subject);
}

function byRules(subject: NarrationSubject, failures: readonly FailedAttempt[]): Written {
  const narration = narrateByRules(subject);
  return { provider: RULES_PROVIDER, model: RULES_MODEL, ...narration, usage: NO_USAGE, cached: false, failures };
}

/** A provider that the asker knows and this worker does not. */
function unknownAsked({ asked }: AnalysisRequest, { lanes }: NarrationRouter): readonly FailedAttempt[] {
  if (asked === ANY_PROVIDER || asked === RULES_PROVIDER) return [];
  if (lanes.some(({ provider }) => provider.name === asked)) return [];
  return [{ provider: asked, model: '', kind: 'unavailable', reason: 'it is not configured where the question came' }];
}
