import type { HealthWeights, Thresholds } from './options.ts';

/** What a score is made of. */
export interface ScoreParts {
  /** 95th percentile of a send, ms. */
  readonly latencyMs: number;
  /** Share of sends that failed, 0 to 1. */
  readonly errorRate: number;
  /** Share of sends that were answered at all, 0 to 1. */
  readonly throughput: number;
}

/**
 * Health as one number from 0 (dead) to 1 (well): the weighted mean of three parts. Latency and errors are worth 1 at nothing,
 * a half at their threshold and 0 at twice it; throughput is the share itself. With the default weights a platform that does
 * nothing worse than reach one of its limits scores 0.8, the failover score of production.
 */
export function healthScore(parts: ScoreParts, thresholds: Thresholds, weights: HealthWeights): number {
  const total = weights.latency + weights.errors + weights.throughput;
  if (total === 0) return 1;
  const sum =
    weights.latency * below(parts.latencyMs, thresholds.latencyMs) +
    weights.errors * below(parts.errorRate, thresholds.errorRate) +
    weights.throughput * parts.throughput;
  // Thousandths are all that the parts are worth, and 0.8 stays 0.8.
  return Math.round((sum / total) * 1000) / 1000;
}

function below(value: number, limit: number): number {
  return Math.max(0, 1 - value / (2 * limit));
}
