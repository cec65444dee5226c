import type { AttemptFailureKind, BudgetLimits, NarrativeStore, Spending, TokenUsage } from '../../core/narratives.ts';
import type { Clock } from '../../core/ports.ts';
import type { NarrationProvider } from '../providers/provider.ts';

/** The right to make one call, as a circuit breaker gives it. */
interface Permit {
  succeeded(): void;
  failed(): void;
  released(): void;
}

/** What a lane needs of a circuit breaker: that of src/health is one, and is handed in by app. */
export interface Breaker {
  tryAcquire(): Permit | undefined;
  wouldPermit(): boolean;
}

/** Who keeps count of what is spent, over all workers. */
export type Budgets = Pick<NarrativeStore, 'reserve' | 'settle'>;

export interface LaneOptions {
  readonly priority: number;
  readonly weight: number;
  readonly concurrency: number;
  readonly requestsPerMinute: number;
  readonly timeoutMs: number;
  readonly limits: BudgetLimits;
  /** US dollars a million tokens, which are also micro dollars a token. */
  readonly usdPerMillionInput: number;
  readonly usdPerMillionOutput: number;
}

export interface LanePorts {
  readonly clock: Clock;
  readonly breaker: Breaker;
  readonly budgets: Budgets;
}

const MINUTE_MS = 60_000;
/** When a provider says that it is too much and not for how long. */
const PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 10 * MINUTE_MS;

/** A call that is under way. One of its methods is to be called when it has ended; the first that is called counts. */
export interface Turn {
  answered(usage: { readonly inputTokens: number; readonly outputTokens: number }): Promise<TokenUsage>;
  failed(kind: AttemptFailureKind, retryAfterMs?: number): Promise<void>;
  /** Nobody waits for it any more, and it may have cost what was booked. */
  abandoned(): void;
}

/** One provider with everything that limits it: breaker, concurrency, rate, budget. */
export class Lane {
  readonly provider: NarrationProvider;
  readonly options: LaneOptions;
  readonly #ports: LanePorts;
  #busy = 0;
  /** Turns that may begin now: a bucket that is filled evenly, and holds what a second brings, one at least. */
  #turns: number;
  #filledMs: number;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(provider: NarrationProvider, options: LaneOptions, ports: LanePorts) {
    this.provider = provider;
    this.options = options;
    this.#ports = ports;
    this.#turns = this.#mostTurns;
    this.#filledMs = ports.clock.monotonicMs();
  }

  /** Share of what it takes at once, 0 to 1. */
  get load(): number {
    return this.#busy / this.options.concurrency;
  }

  /** How long until a turn could begin, ms: 0 for now, Infinity for when another has ended or the breaker lets somebody through. */
  get waitMs(): number {
    const now = this.#ports.clock.monotonicMs();
    if (this.#busy >= this.options.concurrency || !this.#ports.breaker.wouldPermit()) return Number.POSITIVE_INFINITY;
    this.#fill(now);
    const missing = Math.max(0, 1 - this.#turns);
    return Math.max(0, this.#pausedUntilMs - now, (missing * MINUTE_MS) / this.options.requestsPerMinute);
  }

  /** Shut out by its breaker, so that waiting for a turn is waiting for it to be well again. */
  get isShutOut(): boolean {
    return !this.#ports.breaker.wouldPermit();
  }

  /** Begins a call if it may begin now; `no budget`: it may not today. */
  async begin(about: {
    readonly characters: number;
    readonly maxOutputTokens: number;
  }): Promise<Turn | 'busy' | 'no budget'> {
    if (this.waitMs > 0) return 'busy';
    const permit = this.#ports.breaker.tryAcquire();
    if (permit === undefined) return 'busy';
    this.#turns -= 1;
    this.#busy += 1;
    const booked = this.#spending(Math.ceil(about.characters / CHARACTERS_PER_TOKEN), about.maxOutputTokens);
    try {
      if (await this.#ports.budgets.reserve(this.provider.name, booked, this.options.limits)) {
        return this.#turn(permit, booked);
      }
    } catch (error) {
      this.#end(permit, 'released');
      throw error;
    }
    this.#end(permit, 'released');
    return 'no budget';
  }

  #turn(permit: Permit, booked: Spending): Turn {
    const { budgets, clock } = this.#ports;
    const { name } = this.provider;
    let isOver = false;
    const end = (outcome: keyof Permit) => {
      if (!isOver) this.#end(permit, outcome);
      isOver = true;
    };
    return {
      answered: async ({ inputTokens, outputTokens }) => {
        end('succeeded');
        const spent = this.#spending(inputTokens, outputTokens);
        await budgets.settle(name, difference(spent, booked));
        return { inputTokens, outputTokens, costMicroUsd: spent.costMicroUsd };
      },
      failed: async (kind, retryAfterMs = PAUSE_MS) => {
        if (kind === 'rate limited') {
          this.#pausedUntilMs = clock.monotonicMs() + Math.min(retryAfterMs, MAX_PAUSE_MS);
        }
        // Too much is no sign of illness, and what we withheld ourselves is none either.
        end(kind === 'rate limited' || kind === 'withheld' ? 'released' : 'failed');
        // Whoever did not answer in time, or not to the end, may have worked for it all the same.
        if (kind === 'timeout' || kind === 'cut off') return;
        await budgets.settle(name, difference({ requests: 1, tokens: 0, costMicroUsd: 0 }, booked));
      },
      abandoned: () => end('released'),
    };
  }

  #end(permit: Permit, outcome: keyof Permit): void {
    this.#busy -= 1;
    permit[outcome]();
  }

  #spending(inputTokens: number, outputTokens: number): Spending {
    const { usdPerMillionInput, usdPerMillionOutput } = this.options;
    const costMicroUsd = Math.ceil(inputTokens * usdPerMillionInput + outputTokens * usdPerMillionOutput);
    return { requests: 1, tokens: inputTokens + outputTokens, costMicroUsd };
  }

  get #mostTurns(): number {
    return Math.max(1, this.options.requestsPerMinute / 60);
  }

  #fill(now: number): void {
    const filled = ((now - this.#filledMs) * this.options.requestsPerMinute) / MINUTE_MS;
    this.#turns = Math.min(this.#mostTurns, this.#turns + filled);
    this.#filledMs = now;
  }
}

/** English has four or more; evidence is full of numbers. */
const CHARACTERS_PER_TOKEN = 3;

function difference(spent: Spending, booked: Spending): Spending {
  return {
    requests: spent.requests - booked.requests,
    tokens: spent.tokens - booked.tokens,
    costMicroUsd: spent.costMicroUsd - booked.costMicroUsd,
  };
}
