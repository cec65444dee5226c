import { createHash } from 'node:crypto';
import type { Lane } from '../analysis/router/lane.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock } from '../core/ports.ts';
import { EgressGuard } from '../security/egress.ts';
import type { AnalysisSettings } from './analysis-settings.ts';
import type { App } from './app.ts';
import type { Proposer } from './ask.ts';
import { laneOf } from './narrators.ts';

/** A question is about no file: what is logged of it says so. */
const NO_FILE = 0;

interface ProposerParts {
  readonly app: Pick<App, 'store' | 'tenant'>;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/**
 * Asks the configured providers, one after the other until one answers, for a plan. A question that names a stored sample or file
 * stays here unless the settings let that name leave: a plan without the name would be another question's. Undefined: nobody is configured.
 */
export function proposerOf(settings: AnalysisSettings, { app, clock, fetch }: ProposerParts): Proposer | undefined {
  if (settings.providers.length === 0) return undefined;
  const { store, tenant } = app;
  const lanes = settings.providers.map((provider) => laneOf(provider, settings, { clock, store }));
  const guard = new EgressGuard(
    { allow: settings.egressAllow, loopbackIsLocal: settings.loopbackIsLocal },
    { fetch, log: (entry) => store.narratives.logEgress(entry) },
  );
  return async (prompt, options) => {
    const files = await store.files(tenant);
    const confidential = {
      sampleNames: files.flatMap(({ sampleNames }) => sampleNames),
      fileNames: files.map(({ name }) => name),
      secrets: settings.providers.flatMap(({ apiKey = '' }) => (apiKey === '' ? [] : [apiKey])),
    };
    const failures: string[] = [];
    for (const lane of lanes) {
      const { name, model, baseUrl } = lane.provider;
      const destination = { provider: name, baseUrl };
      const redaction = guard.redaction(destination, confidential);
      // The last line is the question; the lines before it are ours.
      const at = prompt.prompt.lastIndexOf('\n');
      if (redaction.text(prompt.prompt.slice(at)) !== prompt.prompt.slice(at)) {
        failures.push(`${name} was not asked: the question names a sample or a file (analysis.egressAllow)`);
        continue;
      }
      const requestId = createHash('sha256').update(prompt.prompt).digest('hex');
      const publicText = [prompt.system, prompt.prompt.slice(0, at), model].join('\n');
      const guarded = guard.fetch(destination, { tenant, fileId: NO_FILE, requestId, publicText, redaction });
      const told = await askLane(lane, prompt, {
        fetch: guarded,
        maxOutputTokens: settings.maxOutputTokens,
        ...options,
      });
      if (told.text !== undefined) return { by: `${name}, ${model}`, text: told.text };
      failures.push(`${name}: ${told.why}`);
    }
    return { failure: failures.join('; ') };
  };
}

type Told = { readonly text: string; readonly why?: undefined } | { readonly text?: undefined; readonly why: string };

async function askLane(
  lane: Lane,
  prompt: { readonly system: string; readonly prompt: string },
  { signal, ...options }: Cancellable & { readonly fetch: typeof fetch; readonly maxOutputTokens: number },
): Promise<Told> {
  const characters = prompt.system.length + prompt.prompt.length;
  const turn = await lane.begin({ characters, maxOutputTokens: options.maxOutputTokens });
  if (typeof turn === 'string') return { why: turn };
  const timeout = AbortSignal.timeout(lane.options.timeoutMs);
  try {
    const both = AbortSignal.any([timeout, ...(signal === undefined ? [] : [signal])]);
    const answer = await lane.provider.narrate(prompt, { ...options, signal: both });
    if (answer.ok) {
      await turn.answered(answer);
      return { text: answer.text };
    }
    await turn.failed(answer.kind, answer.retryAfterMs);
    return { why: `${answer.kind}: ${answer.reason}` };
  } catch (error) {
    turn.abandoned();
    if (timeout.aborted && signal?.aborted !== true) return { why: 'timeout' };
    if (error instanceof VcfAgentError && error.code === 'EGRESS_DENIED') return { why: error.message };
    throw error;
  }
}
