import type { Clock } from '../core/ports.ts';
import { CallWindow } from './call-window.ts';
import type { BreakerOptions } from './options.ts';

export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export type BreakerReason =
  | 'failures in a row'
  | 'failure rate'
  | 'slow calls'
  | 'trial failed'
  | 'trial was slow'
  | 'tripped'
  | 'time for a trial'
  | 'trials succeeded';

export interface BreakerChange {
  readonly breaker: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly reason: BreakerReason;
}

export interface BreakerStatus {
  readonly name: string;
  readonly state: BreakerState;
  /** How long it has been in this state, ms. */
  readonly forMs: number;
  /** OPEN: until a trial is let through (0: the next call is one), ms. */
  readonly retryInMs: number;
  /** CLOSED: failures since the last success. */
  readonly failuresInRow: number;
  /** HALF_OPEN: successful trials so far. */
  readonly trialsSucceeded: number;
  /** HALF_OPEN: trials under way. */
  readonly trialsInFlight: number;
  /** Calls refused, ever, and since it was last opened. */
  readonly rejected: number;
  readonly rejectedSinceOpened: number;
  /** Times it was opened. */
  readonly opened: number;
  /** Why it is in this state; undefined while it never left CLOSED. */
  readonly reason: BreakerReason | undefined;
}

export interface BreakerPorts {
  readonly clock: Clock;
  readonly onChange?: ((change: BreakerChange) => void) | undefined;
}

/** The right to make one call. Exactly one of its methods is to be called when the call has ended; later calls do nothing. */
export interface Permit {
  succeeded(): void;
  failed(): void;
  /** The call ended and says nothing about the other side: the caller gave up. */
  released(): void;
}

/**
 * A circuit breaker. CLOSED: calls pass; it opens after failures in a row, or when the sliding window holds enough calls and
 * too many of them failed or were slow. OPEN: calls are refused and counted; once the time is over the next call is a trial.
 * HALF_OPEN: a few trials at once; enough successes close it, any failure or slow answer opens it again.
 *
 * Only a call moves it (as in Polly): reading `status` or `wouldPermit` never does. A call that began in an earlier state
 * says nothing about this one and is not counted: an old failure must not fail a trial, an old success must not pass one.
 */
export class CircuitBreaker {
  readonly name: string;
  readonly #options: BreakerOptions;
  readonly #ports: BreakerPorts;
  readonly #window: CallWindow;
  #state: BreakerState = 'CLOSED';
  #reason: BreakerReason | undefined;
  #sinceMs: number;
  /** Grows with every change of state, so that a call knows whether it began in this one. */
  #epoch = 0;
  #failuresInRow = 0;
  #trialsSucceeded = 0;
  #trialsInFlight = 0;
  #rejected = 0;
  #rejectedSinceOpened = 0;
  #opened = 0;

  constructor(name: string, options: BreakerOptions, ports: BreakerPorts) {
    this.name = name;
    this.#options = options;
    this.#ports = ports;
    this.#sinceMs = ports.clock.monotonicMs();
    this.#window = new CallWindow({
      calls: options.windowCalls,
      ageMs: options.windowMs,
      slowMs: options.slowCallMs,
    });
  }

  /** The right to make a call now, or undefined: it is refused, and counted as such. */
  tryAcquire(): Permit | undefined {
    if (!this.wouldPermit()) {
      this.#rejected += 1;
      this.#rejectedSinceOpened += 1;
      return undefined;
    }
    if (this.#state === 'OPEN') this.#change('HALF_OPEN', 'time for a trial');
    if (this.#state === 'HALF_OPEN') this.#trialsInFlight += 1;
    return this.#permit(this.#epoch, this.#ports.clock.monotonicMs());
  }

  /** Whether `tryAcquire` would give a permit now. Changes nothing. */
  wouldPermit(): boolean {
    if (this.#state === 'CLOSED') return true;
    if (this.#state === 'OPEN') return this.#retryInMs() === 0;
    return this.#trialsInFlight < this.#options.halfOpenPermits;
  }

  /** Opens it now, whatever the calls say; what is open stays open for its whole time from now. */
  trip(): void {
    if (this.#state === 'OPEN') this.#sinceMs = this.#ports.clock.monotonicMs();
    else this.#open('tripped');
  }

  /** Changes nothing, not even when the time of an open breaker is over. */
  status(): BreakerStatus {
    return {
      name: this.name,
      state: this.#state,
      forMs: this.#ports.clock.monotonicMs() - this.#sinceMs,
      retryInMs: this.#state === 'OPEN' ? this.#retryInMs() : 0,
      failuresInRow: this.#failuresInRow,
      trialsSucceeded: this.#trialsSucceeded,
      trialsInFlight: this.#trialsInFlight,
      rejected: this.#rejected,
      rejectedSinceOpened: this.#rejectedSinceOpened,
      opened: this.#opened,
      reason: this.#reason,
    };
  }

  get state(): BreakerState {
    return this.#state;
  }

  #permit(epoch: number, begunMs: number): Permit {
    let settled = false;
    const settle = (outcome: 'succeeded' | 'failed' | 'released') => {
      if (settled) return;
      settled = true;
      if (epoch === this.#epoch) this.#settle(outcome, begunMs);
    };
    return {
      succeeded: () => settle('succeeded'),
      failed: () => settle('failed'),
      released: () => settle('released'),
    };
  }

  #settle(outcome: 'succeeded' | 'failed' | 'released', begunMs: number): void {
    if (this.#state === 'HALF_OPEN') this.#trialsInFlight -= 1;
    if (outcome === 'released') return;
    const now = this.#ports.clock.monotonicMs();
    if (this.#state === 'HALF_OPEN') this.#afterTrial(outcome, now - begunMs);
    else this.#afterCall(outcome, now, now - begunMs);
  }

  #afterTrial(outcome: 'succeeded' | 'failed', durationMs: number): void {
    if (outcome === 'succeeded') this.#trialsSucceeded += 1;
    if (outcome === 'failed') this.#open('trial failed');
    // What was shut out for being slow has not recovered by answering slowly.
    else if (durationMs >= this.#options.slowCallMs) this.#open('trial was slow');
    else if (this.#trialsSucceeded >= this.#options.successThreshold) this.#change('CLOSED', 'trials succeeded');
  }

  #afterCall(outcome: 'succeeded' | 'failed', now: number, durationMs: number): void {
    const { failureThreshold, minimumCalls, failureRate, slowCallRate } = this.#options;
    this.#failuresInRow = outcome === 'failed' ? this.#failuresInRow + 1 : 0;
    this.#window.add(now, durationMs, outcome);
    const { calls, failures, slow } = this.#window;
    if (this.#failuresInRow >= failureThreshold) this.#open('failures in a row');
    else if (calls < minimumCalls) return;
    else if (failures / calls >= failureRate) this.#open('failure rate');
    else if (slow / calls >= slowCallRate) this.#open('slow calls');
  }

  #open(reason: BreakerReason): void {
    this.#opened += 1;
    this.#rejectedSinceOpened = 0;
    this.#change('OPEN', reason);
  }

  #change(to: BreakerState, reason: BreakerReason): void {
    const from = this.#state;
    this.#state = to;
    this.#reason = reason;
    this.#epoch += 1;
    this.#sinceMs = this.#ports.clock.monotonicMs();
    this.#failuresInRow = 0;
    this.#trialsSucceeded = 0;
    this.#trialsInFlight = 0;
    this.#window.clear();
    this.#ports.onChange?.({ breaker: this.name, from, to, reason });
  }

  #retryInMs(): number {
    return Math.max(0, this.#sinceMs + this.#options.openMs - this.#ports.clock.monotonicMs());
  }
}
