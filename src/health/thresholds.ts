import type { Thresholds } from './options.ts';

/** What counts as ill in each environment: a laptop is forgiven more than a production system. */
export const THRESHOLDS = {
  production: { failoverScore: 0.8, errorRate: 0.01, latencyMs: 1_000, checkEveryMs: 15_000 },
  staging: { failoverScore: 0.7, errorRate: 0.03, latencyMs: 2_000, checkEveryMs: 20_000 },
  development: { failoverScore: 0.6, errorRate: 0.1, latencyMs: 5_000, checkEveryMs: 30_000 },
} as const satisfies Record<string, Thresholds>;
