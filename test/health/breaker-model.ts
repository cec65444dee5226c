import type { BreakerState } from '../../src/health/circuit-breaker.ts';
import type { BreakerOptions } from '../../src/health/options.ts';

interface ModelCall {
  readonly state: BreakerState;
  /** Which stay in that state: a later one is another. */
  readonly stay: number;
  readonly begunMs: number;
}

interface Ended {
  readonly atMs: number;
  readonly durationMs: number;
  readonly ok: boolean;
}

/**
 * What a circuit breaker has to do, written down as plainly as possible: every question is answered by going through the
 * list of all calls since the state was entered. The reference that the real one is compared with.
 */
export class BreakerModel {
  readonly #options: BreakerOptions;
  nowMs = 0;
  state: BreakerState = 'CLOSED';
  stay = 0;
  sinceMs = 0;
  rejected = 0;
  opened = 0;
  readonly calls: (ModelCall | undefined)[] = [];
  #underWay: ModelCall[] = [];
  #ended: Ended[] = [];

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  permits(): boolean {
    if (this.state === 'OPEN') return this.nowMs - this.sinceMs >= this.#options.openMs;
    return this.state === 'CLOSED' || this.trialsInFlight() < this.#options.halfOpenPermits;
  }

  trialsInFlight(): number {
    return this.state === 'HALF_OPEN' ? this.#underWay.length : 0;
  }

  failuresInRow(): number {
    if (this.state !== 'CLOSED') return 0;
    const lastSuccess = this.#ended.findLastIndex(({ ok }) => ok);
    return this.#ended.length - 1 - lastSuccess;
  }

  trialsSucceeded(): number {
    return this.state === 'HALF_OPEN' ? this.#ended.filter(({ ok }) => ok).length : 0;
  }

  acquire(): void {
    if (!this.permits()) {
      this.rejected += 1;
      this.calls.push(undefined);
      return;
    }
    if (this.state === 'OPEN') this.enter('HALF_OPEN');
    const call = { state: this.state, stay: this.stay, begunMs: this.nowMs };
    this.#underWay.push(call);
    this.calls.push(call);
  }

  settle(index: number, outcome: 'succeeded' | 'failed' | 'released'): void {
    const call = this.calls[index];
    this.calls[index] = undefined;
    if (call === undefined || call.stay !== this.stay) return;
    this.#underWay = this.#underWay.filter((other) => other !== call);
    if (outcome === 'released') return;
    const durationMs = this.nowMs - call.begunMs;
    this.#ended.push({ atMs: this.nowMs, durationMs, ok: outcome === 'succeeded' });
    if (this.state === 'HALF_OPEN') this.#judgeTrials(durationMs);
    else this.#judgeCalls();
  }

  trip(): void {
    if (this.state === 'OPEN') this.sinceMs = this.nowMs;
    else this.enter('OPEN');
  }

  enter(state: BreakerState): void {
    if (state === 'OPEN') this.opened += 1;
    this.state = state;
    this.stay += 1;
    this.sinceMs = this.nowMs;
    this.#underWay = [];
    this.#ended = [];
  }

  #judgeTrials(durationMs: number): void {
    if (!this.#ended.at(-1)!.ok || durationMs >= this.#options.slowCallMs) this.enter('OPEN');
    else if (this.#ended.length >= this.#options.successThreshold) this.enter('CLOSED');
  }

  #judgeCalls(): void {
    const { windowMs, windowCalls, minimumCalls, failureRate, slowCallMs, slowCallRate } = this.#options;
    const window = this.#ended.filter(({ atMs }) => this.nowMs - atMs <= windowMs).slice(-windowCalls);
    const share = (matches: (ended: Ended) => boolean) => window.filter(matches).length / window.length;
    const enough = window.length >= minimumCalls;
    const ill =
      this.failuresInRow() >= this.#options.failureThreshold ||
      (enough && share(({ ok }) => !ok) >= failureRate) ||
      (enough && share(({ durationMs }) => durationMs >= slowCallMs) >= slowCallRate);
    if (ill) this.enter('OPEN');
  }
}
