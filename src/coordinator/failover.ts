import type { CoordinatorOptions } from './options.ts';

export type Role = 'primary' | 'fallback';

/** What of a platform's health decides where an envelope goes. */
export interface RouteHealth {
  readonly usable: boolean;
  readonly score: number;
  /** Of its breaker. */
  readonly state: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  readonly permitted: boolean;
}

export interface RouteHealths {
  readonly primary: RouteHealth;
  /** Undefined: there is one platform only. */
  readonly fallback?: RouteHealth | undefined;
}

export type FailoverOptions = Pick<CoordinatorOptions, 'failbackHoldMs' | 'maxFailbackHoldMs'>;

/** An open breaker whose time is not over. One that is half open lets somebody through, if not this one. */
function isBlocked({ state, permitted }: RouteHealth): boolean {
  return state === 'OPEN' && !permitted;
}

export function isFit(health: RouteHealth): boolean {
  return health.usable && !isBlocked(health);
}

/**
 * Which platform is in charge, with hysteresis: away from an ill primary at once, back only when it has been well for a
 * while. If it falls ill again soon after coming back, the next while is twice as long. Plain state over what it is told,
 * so that a replay of recorded health goes the same way.
 */
export class Failover {
  readonly #options: FailoverOptions;
  #active: Role = 'primary';
  #wellSinceMs: number | undefined;
  #backSinceMs = Number.NEGATIVE_INFINITY;
  #holdMs: number;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#holdMs = options.failbackHoldMs;
  }

  get active(): Role {
    return this.#active;
  }

  /** How long the primary has to be well before it is used again, ms. */
  get holdMs(): number {
    return this.#holdMs;
  }

  /** Takes note of how the platforms are and returns which is in charge. */
  observe({ primary, fallback }: RouteHealths, nowMs: number): Role {
    if (!primary.usable) this.#wellSinceMs = undefined;
    else this.#wellSinceMs ??= nowMs;
    if (fallback === undefined) return this.#active;
    if (this.#active === 'primary') {
      if (!isFit(primary) && isFit(fallback)) this.#failOver(nowMs);
    } else if (isFit(primary) && (!isFit(fallback) || this.#hasHeld(nowMs))) this.#failBack(nowMs);
    return this.#active;
  }

  #hasHeld(nowMs: number): boolean {
    return this.#wellSinceMs !== undefined && nowMs - this.#wellSinceMs >= this.#holdMs;
  }

  #failOver(nowMs: number): void {
    const { failbackHoldMs, maxFailbackHoldMs } = this.#options;
    const relapsed = nowMs - this.#backSinceMs < this.#holdMs;
    this.#holdMs = relapsed ? Math.min(this.#holdMs * 2, maxFailbackHoldMs) : failbackHoldMs;
    this.#active = 'fallback';
    this.#wellSinceMs = undefined;
  }

  #failBack(nowMs: number): void {
    this.#active = 'primary';
    this.#backSinceMs = nowMs;
  }
}
