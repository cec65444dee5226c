import { APICallError, generateText, type LanguageModel } from 'ai';
import { VcfAgentError } from '../../core/errors.ts';
import type { NarrationPrompt } from '../narration/prompt.ts';
import type { AskOptions, ProviderAnswer, ProviderFailure } from './provider.ts';

// Its warnings go to the terminal, in the middle of what we print.
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

type ProviderOptions = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

/** One question to one model. The SDK's own retries are off: who is asked next is the router's to decide. */
export async function askModel(
  model: LanguageModel,
  { system, prompt }: NarrationPrompt,
  { signal, maxOutputTokens }: AskOptions,
  providerOptions: ProviderOptions = {},
): Promise<ProviderAnswer | ProviderFailure> {
  try {
    const { text, usage, finishReason } = await generateText({
      model,
      system,
      prompt,
      maxOutputTokens,
      maxRetries: 0,
      providerOptions,
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    if (finishReason === 'length') return failure('cut off', 'the answer is longer than it may be');
    if (finishReason === 'content-filter') return failure('refused', 'the provider withholds its answer');
    return { ok: true, text, inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0 };
  } catch (error) {
    signal?.throwIfAborted();
    const own = causes(error).find((cause) => cause instanceof VcfAgentError);
    if (own !== undefined) throw own;
    return failureOf(error);
  }
}

/** An SDK's errors hold the request and its headers, the key among them: only what they are is taken over. */
function failureOf(error: unknown): ProviderFailure {
  const call = causes(error).find((cause) => APICallError.isInstance(cause));
  const status = call?.statusCode;
  if (status === 429) {
    return {
      ...failure('rate limited', 'HTTP 429'),
      retryAfterMs: retryAfterMs(call?.responseHeaders?.['retry-after']),
    };
  }
  if (status === 408 || status === 504) return failure('timeout', `HTTP ${status}`);
  if (status !== undefined && status >= 500) return failure('server error', `HTTP ${status}`);
  if (status !== undefined && status >= 400) return failure('refused', `HTTP ${status}`);
  const code = causes(error)
    .map((cause) => (cause as { code?: unknown }).code)
    .find((one) => typeof one === 'string');
  const words = causes(error).map((cause) => (cause instanceof Error ? cause.message : ''));
  if (words.some((text) => /^terminated$|other side closed|premature close|aborted/i.test(text))) {
    return failure('cut off', 'the connection ended in the middle of the answer');
  }
  if (status === undefined && (code !== undefined || words.some((text) => /fetch failed|cannot connect/i.test(text)))) {
    return failure('unavailable', `no connection${code === undefined ? '' : ` (${code})`}`);
  }
  return failure('malformed', 'the answer is not what its API answers');
}

function failure(kind: ProviderFailure['kind'], reason: string): ProviderFailure {
  return { ok: false, kind, reason };
}

/** An error and what caused it, outermost first. */
function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let cause = error; cause !== undefined && cause !== null && chain.length < 10; ) {
    chain.push(cause);
    cause = (cause as { cause?: unknown }).cause;
  }
  return chain;
}

/** Seconds, or a date, which nobody sends us. */
function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
