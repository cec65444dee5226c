import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecisionEvent } from '../../src/coordinator/flight.ts';
import { replayDecisions } from '../../src/coordinator/replay.ts';
import { makeRig } from './rig.ts';

const OPTIONS = { failbackHoldMs: 5000, maxFailbackHoldMs: 60_000 };

/** Ten sends of which the middle four meet a primary that hangs. */
async function recordedDecisions(strategy: 'INTELLIGENT' | 'PRIMARY_ONLY'): Promise<DecisionEvent[]> {
  const { clock, send, primary, flights } = makeRig({ options: { strategy } });
  for (let count = 0; count < 10; count++) {
    primary.mode = count >= 3 && count < 7 ? 'hung' : 'well';
    await send(`${count}`);
    await clock.advance(600);
  }
  return flights.filter((event) => event.kind === 'decision');
}

test('should say that nothing would have changed when the strategy is the one that was used', async () => {
  const decisions = await recordedDecisions('INTELLIGENT');
  const report = replayDecisions(decisions, 'INTELLIGENT', OPTIONS);
  assert.deepEqual([report.decisions, report.different, report.recorded], [10, 0, report.replayed]);
});

test('should say what INTELLIGENT would have spared when PRIMARY_ONLY ran into a hung platform', async () => {
  const decisions = await recordedDecisions('PRIMARY_ONLY');
  const report = replayDecisions(decisions, 'INTELLIGENT', OPTIONS);
  assert.equal(report.recorded.primary, 10);
  assert.ok(report.recordedIll >= 3, `${report.recordedIll}`);
  assert.equal(report.replayedIll, 0);
  assert.deepEqual([report.replayedSwitches, report.recordedSwitches], [1, 0]);
  assert.equal(report.examples[0]!.recorded, 'primary');
  assert.equal(report.examples[0]!.reason, 'the primary is ill');
});

test('should count turns as switches when ROUND_ROBIN is replayed', async () => {
  const decisions = await recordedDecisions('INTELLIGENT');
  const { replayed, replayedSwitches } = replayDecisions(decisions.slice(0, 3), 'ROUND_ROBIN', OPTIONS);
  assert.deepEqual([Math.min(replayed.primary, replayed.fallback), replayedSwitches], [1, 2]);
});

test('should report nothing of no decisions', () => {
  assert.equal(replayDecisions([], 'ROUND_ROBIN', OPTIONS).decisions, 0);
});
