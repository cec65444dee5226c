/** Classes of durations a window counts in: eight to a doubling, so that a percentile is at most 9 % too high. */
const CLASSES_PER_DOUBLING = 8;
const SMALLEST_MS = 1 / 16;
/** 24 doublings of the smallest: 17 minutes. */
const CLASSES = 24 * CLASSES_PER_DOUBLING + 1;

const FAILED = 1;
const SLOW = 2;
const SILENT = 4;

export interface CallWindowOptions {
  /** Most calls kept. */
  readonly calls: number;
  /** Age at which a call drops out, ms. */
  readonly ageMs: number;
  /** A call of this duration or longer is slow, ms. */
  readonly slowMs: number;
}

export type CallOutcome = 'succeeded' | 'failed' | 'silent';

/**
 * The last calls, no more than a number and no older than an age: a sliding window of both kinds that resilience4j knows, in
 * constant memory. Adding is O(1); a percentile reads 193 counters.
 */
export class CallWindow {
  readonly #options: CallWindowOptions;
  readonly #endedMs: Float64Array;
  readonly #classes: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #counts = new Uint32Array(CLASSES);
  #first = 0;
  #calls = 0;
  #failures = 0;
  #slow = 0;
  #silent = 0;

  constructor(options: CallWindowOptions) {
    this.#options = options;
    this.#endedMs = new Float64Array(options.calls);
    this.#classes = new Uint8Array(options.calls);
    this.#flags = new Uint8Array(options.calls);
  }

  get calls(): number {
    return this.#calls;
  }

  /** Refused and unanswered calls. */
  get failures(): number {
    return this.#failures;
  }

  get slow(): number {
    return this.#slow;
  }

  /** Calls that were given up without an answer. */
  get silent(): number {
    return this.#silent;
  }

  /** A call that ended at `nowMs` (monotonic, never less than at the call before) after `durationMs`. */
  add(nowMs: number, durationMs: number, outcome: CallOutcome): void {
    this.expire(nowMs);
    if (this.#calls === this.#options.calls) this.#dropFirst();
    const slot = (this.#first + this.#calls) % this.#options.calls;
    const flags =
      (outcome === 'succeeded' ? 0 : FAILED) |
      (durationMs >= this.#options.slowMs ? SLOW : 0) |
      (outcome === 'silent' ? SILENT : 0);
    this.#endedMs[slot] = nowMs;
    this.#classes[slot] = classOf(durationMs);
    this.#flags[slot] = flags;
    this.#count(slot, 1);
  }

  /** Forgets what is too old at `nowMs`. */
  expire(nowMs: number): void {
    while (this.#calls > 0 && nowMs - this.#endedMs[this.#first]! > this.#options.ageMs) this.#dropFirst();
  }

  clear(): void {
    while (this.#calls > 0) this.#dropFirst();
  }

  /** The duration that `share` (0 to 1) of the calls did not exceed, ms; 0 without calls. */
  percentileMs(share: number): number {
    let left = Math.ceil(this.#calls * share);
    if (left === 0) return 0;
    for (let index = 0; index < CLASSES; index++) {
      left -= this.#counts[index]!;
      if (left <= 0) return SMALLEST_MS * 2 ** (index / CLASSES_PER_DOUBLING);
    }
    return SMALLEST_MS * 2 ** ((CLASSES - 1) / CLASSES_PER_DOUBLING);
  }

  /** Calls a second over the time that the window covers at `nowMs`. */
  perSecond(nowMs: number): number {
    if (this.#calls === 0) return 0;
    const full = this.#calls === this.#options.calls;
    const spanMs = full ? Math.max(1, nowMs - this.#endedMs[this.#first]!) : this.#options.ageMs;
    return (this.#calls * 1000) / spanMs;
  }

  #dropFirst(): void {
    this.#count(this.#first, -1);
    this.#first = (this.#first + 1) % this.#options.calls;
  }

  #count(slot: number, change: 1 | -1): void {
    const flags = this.#flags[slot]!;
    this.#calls += change;
    if (flags & FAILED) this.#failures += change;
    if (flags & SLOW) this.#slow += change;
    if (flags & SILENT) this.#silent += change;
    this.#counts[this.#classes[slot]!]! += change;
  }
}

function classOf(durationMs: number): number {
  if (durationMs <= SMALLEST_MS) return 0;
  return Math.min(CLASSES - 1, Math.ceil(Math.log2(durationMs / SMALLEST_MS) * CLASSES_PER_DOUBLING));
}
