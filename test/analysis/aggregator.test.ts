import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregate } from '../../src/analysis/aggregator.ts';
import { type Narrative, RULES_PROVIDER } from '../../src/core/narratives.ts';
import { STOP } from './narration/subjects.ts';

function narrative(given: Partial<Narrative> & Pick<Narrative, 'provider'>, ...cites: readonly string[]): Narrative {
  return {
    requestId: `${given.provider} ${given.asked ?? ''} ${given.answeredAt?.getTime() ?? 0}`,
    correlationId: 'c',
    fileId: 1,
    variantId: 1n,
    asked: given.provider,
    promptVersion: '1',
    subject: STOP,
    model: 'm',
    statements: [{ text: 'said', cites }],
    decisive: cites[0] ?? null,
    failures: [],
    usage: { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 },
    cached: false,
    durationMs: 1,
    answeredAt: new Date(0),
    ...given,
  };
}

test('should tell what all rest on from what only some do, in the order of the evidence', () => {
  const [opinions] = aggregate([
    narrative({ provider: 'a' }, 'PM2', 'PVS1', 'gene'),
    narrative({ provider: 'b' }, 'PVS1', 'class'),
    narrative({ provider: 'c' }, 'PVS1', 'PM2'),
  ]);
  assert.deepEqual(opinions!.agreed, ['PVS1']);
  assert.deepEqual(opinions!.disputed, [
    { id: 'class', by: ['b'], notBy: ['a', 'c'] },
    { id: 'PM2', by: ['a', 'c'], notBy: ['b'] },
    { id: 'gene', by: ['a'], notBy: ['b', 'c'] },
  ]);
  assert.deepEqual(opinions!.decisive, [
    { id: 'PVS1', by: ['b', 'c'] },
    { id: 'PM2', by: ['a'] },
  ]);
});

test('should take the rules for no opinion: who stands in for somebody agrees with nobody', () => {
  const [opinions] = aggregate([
    narrative({ provider: RULES_PROVIDER, asked: 'a' }, 'PVS1'),
    narrative({ provider: 'b' }, 'PVS1'),
  ]);
  assert.deepEqual([opinions!.agreed, opinions!.disputed], [[], []]);
  assert.deepEqual(
    opinions!.narratives.map(({ provider }) => provider),
    ['b', RULES_PROVIDER],
  );
});

test('should keep apart what has another correlation id, in the order in which each comes', () => {
  const all = [narrative({ provider: 'a', correlationId: 'y' }), narrative({ provider: 'a', correlationId: 'x' })];
  assert.deepEqual(
    aggregate(all).map(({ correlationId }) => correlationId),
    ['y', 'x'],
  );
});

test('should show one answer of those that were asked again: a provider’s, else the last', () => {
  const at = (ms: number) => ({ asked: 'any', answeredAt: new Date(ms) });
  const rules = (ms: number) => narrative({ provider: RULES_PROVIDER, ...at(ms) });
  const [failed] = aggregate([rules(1), rules(3), rules(2)]);
  assert.deepEqual(
    failed!.narratives.map(({ answeredAt }) => answeredAt.getTime()),
    [3],
  );
  const [heard] = aggregate([rules(1), narrative({ provider: 'a', ...at(2) }), rules(3)]);
  assert.deepEqual(
    heard!.narratives.map(({ provider }) => provider),
    ['a'],
  );
});
