import type { PlatformName } from '../core/ports.ts';
import type { IllReason, PlatformHealth } from '../health/platform-health.ts';
import type { Role, RouteHealth } from './failover.ts';
import type { Strategy } from './options.ts';
import type { Arm } from './rollout.ts';
import type { RouteReason } from './router.ts';

/** What of a health a decision was made on: what routes, and the figures behind it. */
export interface HealthNote extends RouteHealth {
  readonly platform: PlatformName;
  /** Why it is not usable. */
  readonly reasons: readonly IllReason[];
  readonly latencyMs: number;
  readonly errorRate: number;
  readonly throughput: number;
  readonly inFlight: number;
  readonly silentMs: number;
}

export function noteHealth(health: PlatformHealth): HealthNote {
  const { platform, usable, score, permitted, reasons, inFlight, breaker } = health;
  return {
    platform,
    usable,
    score,
    state: breaker.state,
    permitted,
    reasons,
    latencyMs: thousandths(health.latencyMs),
    errorRate: thousandths(health.errorRate),
    throughput: thousandths(health.throughput),
    inFlight,
    silentMs: Math.round(health.silentMs),
  };
}

/** As much as anybody reads, and a third of the text. */
export function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

interface FlightBase {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Envelope ids that travel together; usually one. */
  readonly envelopes: readonly string[];
  /** How often this was said of these envelopes by now, when that was left out in between; left out: it is said once. */
  readonly times?: number | undefined;
}

/** Where envelopes were to go, and the health that was decided on. */
export interface DecisionEvent extends FlightBase {
  readonly kind: 'decision';
  readonly topic: string;
  readonly tenant: string;
  /** 0 for the first, then one more for each retry. */
  readonly round: number;
  readonly strategy: Strategy;
  readonly arm: Arm;
  readonly health: { readonly primary: HealthNote; readonly fallback?: HealthNote | undefined };
  readonly order: readonly Role[];
  readonly reason: RouteReason;
}

/** `unknown`: no answer; the platform may have it. `refused`: by our own breaker. `abandoned`: the caller gave up, or it was cut off. */
export type AttemptOutcome = 'acknowledged' | 'failed' | 'unknown' | 'refused' | 'abandoned';

/** One send to one platform, when it ended. */
export interface AttemptEvent extends FlightBase {
  readonly kind: 'attempt';
  readonly platform: PlatformName;
  readonly round: number;
  readonly outcome: AttemptOutcome;
  /** Of the error. */
  readonly code?: string | undefined;
  readonly durationMs: number;
  /** The delivery had ended before: when this is acknowledged too, the envelope is on both platforms. */
  readonly late: boolean;
}

/** `skipped`: the ledger has it. `direct`: written to the database, past all platforms. */
export type DeliveryResult = 'delivered' | 'direct' | 'dead letter' | 'skipped' | 'abandoned';

/** How a delivery ended. */
export interface ResultEvent extends FlightBase {
  readonly kind: 'result';
  readonly result: DeliveryResult;
  readonly platform?: PlatformName | undefined;
  /** Rounds it took. */
  readonly rounds: number;
  readonly durationMs: number;
}

export type FlightEvent = DecisionEvent | AttemptEvent | ResultEvent;

/** Takes note of what the coordinator does. Must not throw and must not wait: envelopes do not wait for their log book. */
export interface FlightRecorder {
  record(event: FlightEvent): void;
}
