import { type FailoverOptions, isFit, type Role } from './failover.ts';
import type { DecisionEvent } from './flight.ts';
import type { Strategy } from './options.ts';
import { type Route, Router } from './router.ts';

/** One decision that another strategy would have taken otherwise. */
export interface DifferentDecision {
  readonly envelope: string;
  readonly atMs: number;
  readonly recorded: Role;
  readonly replayed: Role;
  readonly reason: Route['reason'];
}

type Shares = Readonly<Record<Role, number>>;

/** What would have happened. */
export interface ReplayReport {
  readonly strategy: Strategy;
  readonly decisions: number;
  /** First choices, as they were and as they would have been. */
  readonly recorded: Shares;
  readonly replayed: Shares;
  /** Decisions with another first choice. */
  readonly different: number;
  /** First choices that the health of that moment spoke against. */
  readonly recordedIll: number;
  readonly replayedIll: number;
  /** Changes of the first choice from one decision to the next. */
  readonly recordedSwitches: number;
  readonly replayedSwitches: number;
  /** The first few. */
  readonly examples: readonly DifferentDecision[];
}

const EXAMPLES = 20;

/**
 * Runs recorded health through another strategy, in the order in which it was seen, with the hysteresis that it would have
 * had. It tells where envelopes would have gone, not how long they would have taken: the health would have been another,
 * had they gone there.
 */
export function replayDecisions(
  decisions: Iterable<DecisionEvent>,
  strategy: Strategy,
  options: FailoverOptions,
): ReplayReport {
  const router = new Router(options);
  const recorded = new Tally();
  const replayed = new Tally();
  const examples: DifferentDecision[] = [];
  let count = 0;
  let different = 0;
  for (const decision of decisions) {
    const { atMs, health, order } = decision;
    const route = router.route(strategy, health, atMs);
    const [was, wouldBe] = [order[0]!, route.order[0]!];
    const isIll = (role: Role) => !isFit(health[role] ?? health.primary);
    recorded.add(was, isIll(was));
    replayed.add(wouldBe, isIll(wouldBe));
    count += 1;
    if (was === wouldBe) continue;
    different += 1;
    const envelope = decision.envelopes[0] ?? '';
    if (examples.length < EXAMPLES) {
      examples.push({ envelope, atMs, recorded: was, replayed: wouldBe, reason: route.reason });
    }
  }
  return {
    strategy,
    decisions: count,
    recorded: recorded.shares,
    replayed: replayed.shares,
    different,
    recordedIll: recorded.ill,
    replayedIll: replayed.ill,
    recordedSwitches: recorded.switches,
    replayedSwitches: replayed.switches,
    examples,
  };
}

class Tally {
  readonly shares: Record<Role, number> = { primary: 0, fallback: 0 };
  ill = 0;
  switches = 0;
  #last: Role | undefined;

  add(role: Role, isIll: boolean): void {
    this.shares[role] += 1;
    if (isIll) this.ill += 1;
    if (this.#last !== undefined && this.#last !== role) this.switches += 1;
    this.#last = role;
  }
}
