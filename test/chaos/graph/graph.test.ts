import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGraphCampaign } from './campaign.ts';

const SEED = Number(process.env.CHAOS_SEED ?? 20261123);
const replay = `replay with CHAOS_SEED=${SEED}`;
/** With more, run the campaign itself: node test/chaos/graph/campaign.ts. */
const KILLS = Number(process.env.CHAOS_KILLS ?? 3);
const VARIANTS = 1_000;

for (const victim of ['process', 'writer'] as const) {
  const who = victim === 'process' ? 'who projects' : 'the process that holds the database';
  test(`should end with the graph of a calm run when ${who} is killed at seeded moments`, async (t) => {
    const outcome = await runGraphCampaign({ seed: SEED, kills: KILLS, victim, variants: VARIANTS });
    t.diagnostic(`${outcome.killed} kills, ${outcome.rebuilt} graphs made anew; ${replay}`);
    assert.deepEqual(outcome.differences, [], replay);
    assert.ok(outcome.killed > 0, `no kill hit anything; ${replay}`);
  });
}

test('should report a difference when what was being written at a kill is trusted', async () => {
  const outcome = await runGraphCampaign({ seed: SEED, kills: 12, victim: 'process', variants: VARIANTS, plant: true });
  assert.notDeepEqual(outcome.differences, [], `the harness did not see the planted bug; ${replay}`);
});
