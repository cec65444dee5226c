import { VcfAgentError } from '../../core/errors.ts';
import { ANY_PROVIDER, type FailedAttempt, type TokenUsage } from '../../core/narratives.ts';
import type { Cancellable, Clock, Random } from '../../core/ports.ts';
import type { NarrationProvider, ProviderAnswer, ProviderFailure } from '../providers/provider.ts';
import type { Lane, Turn } from './lane.ts';
import { type Order, orderBy, type RoutingStrategy } from './strategies.ts';

export interface RouterOptions {
  readonly strategy: RoutingStrategy;
  /** 0: never. */
  readonly hedgeAfterMs: number;
  readonly waitForTurnMs: number;
  readonly maxOutputTokens: number;
}

export interface RouterPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** One question, put to one provider after the other. */
export interface Question {
  /** Name of a provider, or ANY_PROVIDER. */
  readonly asked: string;
  /** Length of what is asked, to book what it may cost. */
  readonly characters: number;
  /** Asks one of them. Rejects only as `signal` does and for what is wrong on our side. */
  ask(
    provider: NarrationProvider,
    options: { readonly signal: AbortSignal },
  ): Promise<ProviderAnswer | ProviderFailure>;
}

export interface Routed {
  /** Undefined: nobody answered. */
  readonly answer?: { readonly provider: NarrationProvider; readonly text: string; readonly usage: TokenUsage };
  /** In the order in which they ended. */
  readonly failures: readonly FailedAttempt[];
}

/** A call under way, or the answer to it. */
interface Attempt {
  readonly lane: Lane;
  readonly stop: AbortController;
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly attempt: Attempt;
  readonly answer?: NonNullable<Routed['answer']>;
  readonly failure?: FailedAttempt;
}

const LONGEST_LOOK_MS = 250;
const OVERTAKEN = new VcfAgentError('ABORTED', 'another provider has answered');
const TOO_SLOW = new VcfAgentError('ABORTED', 'the provider has not answered in time');

/**
 * Puts a question to providers, one after the other and each at most once, until one answers: the next as soon as one has
 * failed, or beside one that takes longer than the hedge. Who is busy is passed over while another is free.
 */
export class NarrationRouter {
  readonly lanes: readonly Lane[];
  readonly #options: RouterOptions;
  readonly #ports: RouterPorts;
  readonly #order: Order;
  /** Ends the waits for a turn: one has become free. */
  #freed = Promise.withResolvers<void>();

  constructor(lanes: readonly Lane[], options: RouterOptions, ports: RouterPorts) {
    this.lanes = lanes;
    this.#options = options;
    this.#ports = ports;
    this.#order = orderBy(options.strategy, ports.random);
  }

  /** Rejects as `signal` does, and with what keeps us from asking anybody (the database, say). */
  async route(question: Question, { signal }: Cancellable = {}): Promise<Routed> {
    signal?.throwIfAborted();
    const failures: FailedAttempt[] = [];
    const left = new Set(this.lanes.filter(({ provider }) => isAsked(question.asked, provider)));
    const running = new Set<Attempt>();
    let mayHedge = true;
    try {
      for (;;) {
        if (running.size === 0) {
          const next = await this.#next(question, left, failures, signal);
          if (next === undefined) return { failures };
          running.add(next);
        }
        const ended = await this.#firstEnd(running, mayHedge && left.size > 0, signal);
        if (ended === undefined) {
          const hedge = await this.#tryNow(question, left, failures);
          if (hedge !== undefined) running.add(hedge);
          // Nobody is free to stand in: then there is nothing to do but to wait.
          else mayHedge = false;
          continue;
        }
        running.delete(ended.attempt);
        if (ended.answer !== undefined) return { answer: ended.answer, failures };
        if (ended.failure !== undefined) failures.push(ended.failure);
      }
    } finally {
      for (const { stop } of running) stop.abort(OVERTAKEN);
    }
  }

  /** Undefined: the hedge's time is over. */
  async #firstEnd(
    running: ReadonlySet<Attempt>,
    mayHedge: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Ended | undefined> {
    const { hedgeAfterMs } = this.#options;
    const ends: Promise<Ended | undefined>[] = [...running].map(({ ended }) => ended);
    const done = new AbortController();
    const aborted = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
    const given = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal });
    });
    if (mayHedge && hedgeAfterMs > 0) {
      // The abort that ends this sleep is either ours or told by `given`.
      ends.push(
        this.#ports.clock.sleep(hedgeAfterMs, { signal: aborted }).then(
          () => undefined,
          () => new Promise(() => {}),
        ),
      );
    }
    try {
      return await Promise.race([...ends, given]);
    } finally {
      done.abort();
    }
  }

  /** The next that can be asked, waited for if all are busy; undefined when there is none. */
  async #next(
    question: Question,
    left: Set<Lane>,
    failures: FailedAttempt[],
    signal: AbortSignal | undefined,
  ): Promise<Attempt | undefined> {
    const { clock } = this.#ports;
    const deadline = clock.monotonicMs() + this.#options.waitForTurnMs;
    while (left.size > 0) {
      const freed = this.#freed.promise;
      const attempt = await this.#tryNow(question, left, failures);
      if (attempt !== undefined) return attempt;
      const leftMs = deadline - clock.monotonicMs();
      this.#giveUp(left, failures, ({ isShutOut }) => isShutOut, 'its circuit breaker is open');
      if (leftMs <= 0) this.#giveUp(left, failures, () => true, 'it had no turn in time');
      if (left.size === 0) return undefined;
      const waitMs = Math.max(1, Math.min(leftMs, LONGEST_LOOK_MS, ...[...left].map((lane) => lane.waitMs)));
      await this.#pause(waitMs, freed, signal);
    }
    return undefined;
  }

  async #pause(waitMs: number, freed: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const done = new AbortController();
    const sleeping = this.#ports.clock.sleep(waitMs, {
      signal: signal ? AbortSignal.any([signal, done.signal]) : done.signal,
    });
    // Rejects when it is cut short, by us or by the caller.
    await Promise.race([sleeping.catch(() => undefined), freed]);
    done.abort();
    signal?.throwIfAborted();
  }

  /** The first that is free takes the question; those that have spent their budget are asked no more. */
  async #tryNow(question: Question, left: Set<Lane>, failures: FailedAttempt[]): Promise<Attempt | undefined> {
    for (const lane of this.#order([...left])) {
      if (lane.waitMs > 0) continue;
      const { characters } = question;
      const turn = await lane.begin({ characters, maxOutputTokens: this.#options.maxOutputTokens });
      if (turn === 'busy') continue;
      left.delete(lane);
      if (turn !== 'no budget') return this.#start(question, lane, turn);
      failures.push(failed(lane, 'budget used up', 'it may not be asked any more today'));
    }
    return undefined;
  }

  #giveUp(left: Set<Lane>, failures: FailedAttempt[], which: (lane: Lane) => boolean, reason: string): void {
    for (const lane of [...left].filter(which)) {
      left.delete(lane);
      failures.push(failed(lane, 'unavailable', reason));
    }
  }

  #start(question: Question, lane: Lane, turn: Turn): Attempt {
    const stop = new AbortController();
    const attempt: Attempt = {
      lane,
      stop,
      ended: this.#run(question, lane, turn, stop).then((end) => ({ attempt, ...end })),
    };
    // It may end when nobody looks any more.
    attempt.ended.catch(() => undefined);
    return attempt;
  }

  async #run(question: Question, lane: Lane, turn: Turn, stop: AbortController): Promise<Omit<Ended, 'attempt'>> {
    const { clock } = this.#ports;
    const { provider, options } = lane;
    const over = new AbortController();
    const timer = clock.sleep(options.timeoutMs, { signal: over.signal }).then(
      () => stop.abort(TOO_SLOW),
      () => undefined,
    );
    try {
      const answer = await Promise.race([question.ask(provider, { signal: stop.signal }), aborted(stop.signal)]);
      if (!answer.ok) {
        await turn.failed(answer.kind, answer.retryAfterMs);
        return { failure: failed(lane, answer.kind, answer.reason) };
      }
      return { answer: { provider, text: answer.text, usage: await turn.answered(answer) } };
    } catch (error) {
      if (stop.signal.reason === TOO_SLOW) {
        await turn.failed('timeout');
        return { failure: failed(lane, 'timeout', `no answer within ${options.timeoutMs} ms`) };
      }
      if (error instanceof VcfAgentError && error.code === 'EGRESS_DENIED') {
        await turn.failed('withheld');
        return { failure: failed(lane, 'withheld', error.message) };
      }
      turn.abandoned();
      throw error;
    } finally {
      over.abort();
      await timer;
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    }
  }
}

function isAsked(asked: string, { name }: NarrationProvider): boolean {
  return asked === ANY_PROVIDER || asked === name;
}

/** Whoever is asked may be deaf to the signal. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function failed({ provider }: Lane, kind: FailedAttempt['kind'], reason: string): FailedAttempt {
  return { provider: provider.name, model: provider.model, kind, reason };
}
