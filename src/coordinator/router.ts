import { Failover, type FailoverOptions, isFit, type Role, type RouteHealths } from './failover.ts';
import type { Strategy } from './options.ts';

export type RouteReason =
  | 'the strategy says so'
  | 'the only platform'
  | 'the primary is well'
  | 'the primary is ill'
  | 'the primary has to stay well first'
  | 'its turn'
  | 'the other is ill'
  | 'both are ill: the better one';

/** Where an envelope goes: to the first, and to the second when the first fails or does not answer. */
export interface Route {
  readonly order: readonly Role[];
  readonly reason: RouteReason;
}

/**
 * The strategies. A health verdict is a preference and a breaker is a prohibition: when no platform is well the better one is
 * tried all the same, because an envelope that is not sent anywhere cannot arrive.
 */
export class Router {
  readonly failover: Failover;
  #turn = 0;

  constructor(options: FailoverOptions) {
    this.failover = new Failover(options);
  }

  route(strategy: Strategy, healths: RouteHealths, nowMs: number): Route {
    const active = this.failover.observe(healths, nowMs);
    const { primary, fallback } = healths;
    if (fallback === undefined) return { order: ['primary'], reason: 'the only platform' };
    if (strategy === 'FALLBACK_ONLY') return { order: ['fallback'], reason: 'the strategy says so' };
    if (strategy === 'PRIMARY_ONLY') return { order: ['primary', 'fallback'], reason: 'the strategy says so' };
    if (!isFit(primary) && !isFit(fallback)) {
      return startingWith(primary.score >= fallback.score ? 'primary' : 'fallback', 'both are ill: the better one');
    }
    if (strategy === 'ROUND_ROBIN') return this.#nextTurn(healths);
    if (active === 'fallback') {
      return startingWith('fallback', isFit(primary) ? 'the primary has to stay well first' : 'the primary is ill');
    }
    return startingWith('primary', 'the primary is well');
  }

  #nextTurn({ primary, fallback }: RouteHealths): Route {
    const fit = (['primary', 'fallback'] as const).filter((role) => isFit(role === 'primary' ? primary : fallback!));
    if (fit.length === 1) return startingWith(fit[0]!, 'the other is ill');
    this.#turn += 1;
    return startingWith(fit[this.#turn % 2]!, 'its turn');
  }
}

function startingWith(role: Role, reason: RouteReason): Route {
  return { order: role === 'primary' ? ['primary', 'fallback'] : ['fallback', 'primary'], reason };
}
