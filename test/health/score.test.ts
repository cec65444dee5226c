import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HealthWeights, parseOptions } from '../../src/health/options.ts';
import { healthScore } from '../../src/health/score.ts';
import { healthOptions, THRESHOLDS } from '../../src/health/thresholds.ts';

const weights = parseOptions('weights', HealthWeights);
const well = { latencyMs: 0, errorRate: 0, throughput: 1 };

test('should be 1 when nothing is wrong and 0 when everything is', () => {
  assert.equal(healthScore(well, THRESHOLDS.production, weights), 1);
  assert.equal(healthScore({ latencyMs: 1e9, errorRate: 1, throughput: 0 }, THRESHOLDS.production, weights), 0);
});

test('should be the failover score of production when one limit is just reached', () => {
  const { latencyMs, errorRate, failoverScore } = THRESHOLDS.production;
  assert.equal(healthScore({ ...well, latencyMs }, THRESHOLDS.production, weights), failoverScore);
  assert.equal(healthScore({ ...well, errorRate }, THRESHOLDS.production, weights), failoverScore);
});

test('should reach the failover score of every environment by latency alone at twice its limit', () => {
  for (const thresholds of Object.values(THRESHOLDS)) {
    const score = healthScore({ ...well, latencyMs: 2 * thresholds.latencyMs }, thresholds, weights);
    assert.ok(score <= thresholds.failoverScore, `${score}`);
  }
});

test('should take the weights as a ratio', () => {
  const ill = { latencyMs: 1000, errorRate: 0, throughput: 0.5 };
  const doubled = { latency: 0.8, errors: 0.8, throughput: 0.4 };
  assert.equal(healthScore(ill, THRESHOLDS.staging, doubled), healthScore(ill, THRESHOLDS.staging, weights));
  assert.equal(healthScore(ill, THRESHOLDS.staging, { latency: 0, errors: 0, throughput: 1 }), 0.5);
});

test('should lay what is set over the defaults of the environment, and refuse what cannot be', () => {
  const options = healthOptions('staging', { thresholds: { latencyMs: 300 }, breaker: { openMs: 5 } });
  assert.deepEqual(options.thresholds, { failoverScore: 0.7, errorRate: 0.03, latencyMs: 300, checkEveryMs: 20_000 });
  assert.deepEqual([options.breaker.openMs, options.breaker.failureThreshold, options.breaker.slowCallMs], [5, 5, 300]);
  assert.throws(() => healthOptions('staging', { weights: { errors: -1 } }), {
    code: 'CONFIG_INVALID',
    message: /health\.weights\.errors/,
  });
});
