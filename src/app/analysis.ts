import { pump } from '../analysis/message-pump.ts';
import {
  decodeRequest,
  decodeResult,
  encodeRequest,
  encodeResult,
  type RequestMessage,
  type ResultMessage,
} from '../analysis/messages.ts';
import type { Narrator } from '../analysis/narrator.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { AnalysisRequest, Narrative, NewNarrative } from '../core/narratives.ts';
import type { Cancellable, Clock, PlatformConsumer, PlatformProducer, VariantStore } from '../core/ports.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';
import type { Route } from './platforms.ts';
import { ANALYSIS_GROUP, NARRATIVES_GROUP, REQUESTS_TOPIC, RESULTS_TOPIC } from './topics.ts';

export interface AnalysisPorts {
  readonly route: Route;
  readonly store: VariantStore;
  readonly deadLetters: DeadLetterFolder;
  readonly clock: Clock;
  readonly narrator: Narrator;
  readonly tenant: string;
}

export interface AnalysisCounts {
  /** Requests that this process has answered. */
  readonly answered: number;
  /** Answers that it has brought to the store. */
  readonly stored: number;
}

export interface AnalysisOpenOptions {
  /** Requests taken at once. */
  readonly maxMessages: number;
  readonly onCounted?: ((counts: AnalysisCounts) => void) | undefined;
  /** No platform took a question or an answer, which then goes past them. */
  readonly onTrouble?: ((error: VcfAgentError) => void) | undefined;
}

/** Requests written and sent at once. */
const CHUNK = 500;
const FIRST_LOOK_MS = 20;
const MAX_LOOK_MS = 500;
/** Requests of which none is answered for so long are answered here: whoever took them may be gone with its platform. */
const STALLED_MS = 180_000;

/**
 * Asks narrators over `ai-analysis-requests` and hears them over `ai-analysis-results`; and, from when it is opened until it
 * is closed, answers what others ask and stores what others answer, as any number of processes may.
 */
export class Analysis implements AsyncDisposable {
  readonly #ports: AnalysisPorts;
  readonly #consumers: readonly PlatformConsumer[];
  readonly #requests: PlatformProducer;
  readonly #results: PlatformProducer;
  readonly #options: AnalysisOpenOptions;
  readonly #stop = new AbortController();
  readonly #failed = new AbortController();
  readonly #working: Promise<unknown>;
  #counts: AnalysisCounts = { answered: 0, stored: 0 };

  private constructor(
    ports: AnalysisPorts,
    [requests, results]: readonly [PlatformProducer, PlatformProducer],
    consumers: readonly [PlatformConsumer, PlatformConsumer],
    options: AnalysisOpenOptions,
  ) {
    this.#ports = ports;
    this.#requests = requests;
    this.#results = results;
    this.#consumers = consumers;
    this.#options = options;
    const { clock, deadLetters } = ports;
    const { signal } = this.#stop;
    const pumps = consumers.map((consumer) => ({
      consumer,
      clock,
      bury: deadLetters.keep.bind(deadLetters),
    }));
    const { maxMessages } = options;
    this.#working = Promise.all([
      pump(pumps[0]!, { signal, maxMessages, decode: decodeRequest, handle: (some) => this.#answerAll(some) }),
      pump(pumps[1]!, { signal, maxMessages: CHUNK, decode: decodeResult, handle: (some) => this.#storeAll(some) }),
    ]).catch((error) => this.#failed.abort(error));
  }

  /** Joins both groups. Rejects as the platforms do. */
  static async open(ports: AnalysisPorts, options: AnalysisOpenOptions): Promise<Analysis> {
    const { route, tenant } = ports;
    const requests = await route.consumer(REQUESTS_TOPIC, ANALYSIS_GROUP);
    const results = await route.consumer(RESULTS_TOPIC, NARRATIVES_GROUP);
    // Without a ledger of envelopes, in which these are not: nothing is ever skipped, and twice is stored once.
    const toRequests = await route.producer(REQUESTS_TOPIC, { tenant });
    const toResults = await route.producer(RESULTS_TOPIC, { tenant });
    return new Analysis(ports, [toRequests, toResults], [requests, results], options);
  }

  /** Aborted, with the error, when it cannot go on. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  get counts(): AnalysisCounts {
    return this.#counts;
  }

  /**
   * Asks, and resolves with an answer to each as soon as all are stored; what was answered before is not asked again. What is
   * interrupted is kept: asked again it goes on. Requests of a file that is deleted meanwhile have no answer.
   */
  async ask(
    requests: readonly AnalysisRequest[],
    { signal, onProgress }: Cancellable & { readonly onProgress?: ((answered: number) => void) | undefined } = {},
  ): Promise<readonly Narrative[]> {
    const { store, tenant } = this.#ports;
    const stop = signal === undefined ? this.failed : AbortSignal.any([signal, this.failed]);
    for (let at = 0; at < requests.length; at += CHUNK) {
      const chunk = requests.slice(at, at + CHUNK);
      await this.#send(await store.narratives.addRequests(tenant, chunk, { signal: stop }), stop);
    }
    const requestIds = requests.map(({ requestId }) => requestId);
    await this.#wait(requestIds, stop, onProgress);
    return await store.narratives.narratives(tenant, { requestIds, signal: stop });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#working;
    await Promise.all([...this.#consumers, this.#requests, this.#results].map((one) => one.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #send(requestIds: readonly string[], signal: AbortSignal): Promise<void> {
    const { tenant } = this.#ports;
    if (requestIds.length === 0) return;
    try {
      await this.#requests.send(
        requestIds.map((requestId) => encodeRequest({ tenant, requestId })),
        { signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof VcfAgentError)) throw error;
      this.#options.onTrouble?.(error);
      // No platform takes them: then there is nobody to ask but ourselves.
      await this.#answerHere(requestIds, signal).catch(() => {
        throw error;
      });
    }
  }

  async #wait(
    requestIds: readonly string[],
    signal: AbortSignal,
    onProgress: ((answered: number) => void) | undefined,
  ): Promise<void> {
    const { store, tenant, clock } = this.#ports;
    let left = requestIds;
    let movedMs = clock.monotonicMs();
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, MAX_LOOK_MS)) {
      signal.throwIfAborted();
      const now = await store.narratives.unanswered(tenant, left, { signal });
      if (now.length < left.length) movedMs = clock.monotonicMs();
      left = now;
      onProgress?.(requestIds.length - left.length);
      if (left.length === 0) return;
      if (clock.monotonicMs() - movedMs >= STALLED_MS) await this.#answerHere(left, signal);
      await clock.sleep(lookMs, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** Past the platforms. */
  async #answerHere(requestIds: readonly string[], signal: AbortSignal): Promise<void> {
    const { tenant, store } = this.#ports;
    for (let at = 0; at < requestIds.length; at += this.#options.maxMessages) {
      const narratives = await this.#answers(tenant, requestIds.slice(at, at + this.#options.maxMessages), signal);
      await store.narratives.saveNarratives(tenant, narratives, { signal });
    }
  }

  async #answerAll(messages: readonly RequestMessage[]): Promise<void> {
    const { signal } = this.#stop;
    for (const [tenant, some] of Map.groupBy(messages, (message) => message.tenant)) {
      const narratives = await this.#answers(
        tenant,
        some.map(({ requestId }) => requestId),
        signal,
      );
      if (narratives.length === 0) continue;
      await this.#tell(tenant, narratives, signal);
      this.#count({ answered: narratives.length });
    }
  }

  async #answers(tenant: string, requestIds: readonly string[], signal: AbortSignal): Promise<readonly NewNarrative[]> {
    const { store, narrator } = this.#ports;
    const requests = await store.narratives.requests(tenant, [...new Set(requestIds)], { signal });
    const open = requests.filter(({ answered }) => !answered);
    return await Promise.all(open.map((request) => narrator.answer(tenant, request, { signal })));
  }

  /** Over the platforms, or, when none takes them, straight to the store: an answer has its price. */
  async #tell(tenant: string, narratives: readonly NewNarrative[], signal: AbortSignal): Promise<void> {
    try {
      await this.#results.send(
        narratives.map((narrative) => encodeResult({ tenant, narrative })),
        { signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof VcfAgentError)) throw error;
      this.#options.onTrouble?.(error);
      await this.#ports.store.narratives.saveNarratives(tenant, narratives, { signal });
    }
  }

  async #storeAll(messages: readonly ResultMessage[]): Promise<void> {
    const { signal } = this.#stop;
    for (const [tenant, some] of Map.groupBy(messages, (message) => message.tenant)) {
      const narratives = some.map(({ narrative }) => narrative);
      const saved = await this.#ports.store.narratives.saveNarratives(tenant, narratives, { signal });
      this.#count({ stored: saved.length });
    }
  }

  #count({ answered = 0, stored = 0 }: Partial<AnalysisCounts>): void {
    this.#counts = { answered: this.#counts.answered + answered, stored: this.#counts.stored + stored };
    this.#options.onCounted?.(this.#counts);
  }
}
