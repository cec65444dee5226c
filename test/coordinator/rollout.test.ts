import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoordinatorOptions } from '../../src/coordinator/options.ts';
import { policyFor, tenantBucket } from '../../src/coordinator/rollout.ts';
import { parseOptions } from '../../src/health/options.ts';

const TENANTS = Array.from({ length: 2000 }, (_, index) => `tenant-${index}`);
const options = (given: Partial<CoordinatorOptions>) => parseOptions('coordinator', CoordinatorOptions, given);
const share = (given: Partial<CoordinatorOptions>, matches: (policy: ReturnType<typeof policyFor>) => boolean) =>
  (TENANTS.filter((tenant) => matches(policyFor(tenant, options(given)))).length / TENANTS.length) * 100;

test('should give a tenant the same bucket in every release', () => {
  assert.deepEqual(['default', 'clinic-a', ''].map(tenantBucket), [49, 64, 10]);
});

test('should keep tenants outside the rollout on the fallback, about as many as it says', () => {
  const outside = share(
    { rolloutPercent: 30 },
    ({ strategy, arm }) => strategy === 'FALLBACK_ONLY' && arm === 'outside rollout',
  );
  assert.ok(Math.abs(outside - 70) < 4, `${outside} %`);
  assert.equal(
    share({ rolloutPercent: 0 }, ({ arm }) => arm === 'outside rollout'),
    100,
  );
  assert.equal(
    share({}, ({ arm, strategy }) => arm === 'control' && strategy === 'INTELLIGENT'),
    100,
  );
});

test('should leave everybody in who was in when a rollout grows', () => {
  const isIn = (tenant: string, rolloutPercent: number) =>
    policyFor(tenant, options({ rolloutPercent })).arm === 'control';
  assert.ok(TENANTS.filter((tenant) => isIn(tenant, 10)).every((tenant) => isIn(tenant, 20)));
});

test('should draw the experiment apart from the rollout', () => {
  const given = { rolloutPercent: 50, experimentPercent: 50, experimentStrategy: 'PRIMARY_ONLY' } as const;
  const inArm = share(given, ({ arm, strategy }) => arm === 'experiment' && strategy === 'PRIMARY_ONLY');
  assert.ok(Math.abs(inArm - 25) < 4, `${inArm} %`);
});
