import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteHealth } from '../../src/coordinator/failover.ts';
import type { Strategy } from '../../src/coordinator/options.ts';
import { Router } from '../../src/coordinator/router.ts';

const WELL: RouteHealth = { usable: true, score: 1, state: 'CLOSED', permitted: true };
const ILL: RouteHealth = { ...WELL, usable: false, score: 0.4 };

function routes(strategy: Strategy, primary: RouteHealth, fallback: RouteHealth | undefined, times = 1) {
  const router = new Router({ failbackHoldMs: 1000, maxFailbackHoldMs: 1000 });
  return Array.from({ length: times }, (_, nowMs) =>
    router.route(strategy, { primary, fallback }, nowMs).order.join(' '),
  );
}

test('should prefer the primary and keep the fallback in reserve when the strategy is PRIMARY_ONLY', () => {
  assert.deepEqual(routes('PRIMARY_ONLY', ILL, WELL), ['primary fallback']);
});

test('should never name the primary when the strategy is FALLBACK_ONLY', () => {
  assert.deepEqual(routes('FALLBACK_ONLY', WELL, ILL), ['fallback']);
});

test('should take turns while both are well when the strategy is ROUND_ROBIN', () => {
  assert.deepEqual(new Set(routes('ROUND_ROBIN', WELL, WELL, 2)), new Set(['primary fallback', 'fallback primary']));
  assert.deepEqual(routes('ROUND_ROBIN', ILL, WELL, 2), ['fallback primary', 'fallback primary']);
  assert.deepEqual(routes('ROUND_ROBIN', WELL, ILL, 2), ['primary fallback', 'primary fallback']);
});

test('should go by health when the strategy is INTELLIGENT', () => {
  assert.deepEqual(routes('INTELLIGENT', WELL, WELL), ['primary fallback']);
  assert.deepEqual(routes('INTELLIGENT', WELL, ILL), ['primary fallback']);
  assert.deepEqual(routes('INTELLIGENT', ILL, WELL), ['fallback primary']);
});

test('should try the better one when both are ill: what is sent nowhere cannot arrive', () => {
  for (const strategy of ['INTELLIGENT', 'ROUND_ROBIN'] as const) {
    assert.deepEqual(routes(strategy, ILL, { ...ILL, score: 0.5 }), ['fallback primary']);
    assert.deepEqual(routes(strategy, ILL, { ...ILL, score: 0.3 }), ['primary fallback']);
  }
});

test('should use the only platform whatever the strategy', () => {
  for (const strategy of ['INTELLIGENT', 'ROUND_ROBIN', 'PRIMARY_ONLY', 'FALLBACK_ONLY'] as const) {
    assert.deepEqual(routes(strategy, ILL, undefined), ['primary']);
  }
});
