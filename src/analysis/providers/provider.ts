import type { AttemptFailureKind } from '../../core/narratives.ts';
import type { Cancellable } from '../../core/ports.ts';
import type { NarrationPrompt } from '../narration/prompt.ts';

export interface ProviderAnswer {
  readonly ok: true;
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Why there is no answer. */
export interface ProviderFailure {
  readonly ok: false;
  readonly kind: AttemptFailureKind;
  /** In words of ours: nothing that was sent, and nothing that came back. */
  readonly reason: string;
  /** The provider asks to be left alone for so long. */
  readonly retryAfterMs?: number | undefined;
}

export interface AskOptions extends Cancellable {
  readonly maxOutputTokens: number;
  /** The only way to the network that it may use. */
  readonly fetch: typeof fetch;
}

/** A model behind an API that can put evidence into words. */
export interface NarrationProvider {
  readonly name: string;
  readonly model: string;
  readonly baseUrl: string;
  /** Loads what it needs, so that the first question is not charged with it. */
  prepare(): Promise<void>;
  /** Asks once; never tries again by itself. Rejects as `signal` does, and with what `fetch` refuses (a VcfAgentError). */
  narrate(prompt: NarrationPrompt, options: AskOptions): Promise<ProviderAnswer | ProviderFailure>;
}
