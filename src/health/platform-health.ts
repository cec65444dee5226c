import type { PlatformName } from '../core/ports.ts';
import type { BreakerStatus } from './circuit-breaker.ts';
import type { HealthWeights, SignalOptions, Thresholds } from './options.ts';
import { healthScore } from './score.ts';
import type { SignalReading } from './signals.ts';

/** Why a platform is not to be used. */
export type IllReason = 'disconnected' | 'silent' | 'score';

/** The health of one platform at one moment: plain data, as the flight recorder keeps it. */
export interface PlatformHealth extends SignalReading {
  readonly platform: PlatformName;
  /** 0 (dead) to 1 (well). */
  readonly score: number;
  /** False: routing by health goes elsewhere. */
  readonly usable: boolean;
  /** Why it is not usable; empty when it is. */
  readonly reasons: readonly IllReason[];
  readonly breaker: BreakerStatus;
  /** Whether the breaker would let a call through. */
  readonly permitted: boolean;
}

export interface JudgeOptions {
  readonly thresholds: Thresholds;
  readonly weights: HealthWeights;
  readonly signals: SignalOptions;
}

/** Score and verdict of a reading. */
export function judge(
  reading: SignalReading,
  { thresholds, weights, signals }: JudgeOptions,
): { readonly score: number; readonly reasons: readonly IllReason[] } {
  const score = healthScore(reading, thresholds, weights);
  const reasons: IllReason[] = [];
  if (!reading.connected) reasons.push('disconnected');
  if (reading.silentMs >= signals.silentAfterMs) reasons.push('silent');
  if (score <= thresholds.failoverScore) reasons.push('score');
  return { score, reasons };
}
