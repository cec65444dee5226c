import type { HealthMonitorOptions } from './monitor.ts';
import { BreakerOptions, HealthWeights, MonitorOptions, parseOptions, SignalOptions, Thresholds } from './options.ts';

/** What counts as ill in each environment: a laptop is forgiven more than a production system. */
export const THRESHOLDS = {
  production: { failoverScore: 0.8, errorRate: 0.01, latencyMs: 1_000, checkEveryMs: 15_000 },
  staging: { failoverScore: 0.7, errorRate: 0.03, latencyMs: 2_000, checkEveryMs: 20_000 },
  development: { failoverScore: 0.6, errorRate: 0.1, latencyMs: 5_000, checkEveryMs: 30_000 },
} as const satisfies Record<string, Thresholds>;

export type HealthSettings = { readonly [Group in keyof HealthMonitorOptions]?: Partial<HealthMonitorOptions[Group]> };

/** Everything that the health monitor needs: what is given over the environment's defaults. Throws CONFIG_INVALID. */
export function healthOptions(environment: keyof typeof THRESHOLDS, given: HealthSettings = {}): HealthMonitorOptions {
  const thresholds = parseOptions('health.thresholds', Thresholds, { ...THRESHOLDS[environment], ...given.thresholds });
  // A call is slow when its latency would be ill.
  const slowCallMs = Math.ceil(thresholds.latencyMs);
  return {
    thresholds,
    weights: parseOptions('health.weights', HealthWeights, given.weights),
    signals: parseOptions('health.signals', SignalOptions, given.signals),
    breaker: parseOptions('health.breaker', BreakerOptions, { slowCallMs, ...given.breaker }),
    monitor: parseOptions('health.monitor', MonitorOptions, given.monitor),
  };
}
