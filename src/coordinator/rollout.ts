import { createHash } from 'node:crypto';
import type { CoordinatorOptions, Strategy } from './options.ts';

/** Which part of a rollout or an experiment a tenant is in. */
export type Arm = 'control' | 'experiment' | 'outside rollout';

export interface Policy {
  readonly strategy: Strategy;
  readonly arm: Arm;
}

/** 0 to 99, the same for a name on every machine and in every release: who is in at 10 % is in at 20 % too. */
export function tenantBucket(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % 100;
}

/** How a tenant is routed. The experiment draws its own lots, so that its arms do not differ by the rollout. */
export function policyFor(tenant: string, options: CoordinatorOptions): Policy {
  const { rolloutPercent, experimentPercent, strategy, experimentStrategy } = options;
  if (tenantBucket(tenant) >= rolloutPercent) return { strategy: 'FALLBACK_ONLY', arm: 'outside rollout' };
  if (tenantBucket(`experiment ${tenant}`) < experimentPercent)
    return { strategy: experimentStrategy, arm: 'experiment' };
  return { strategy, arm: 'control' };
}
