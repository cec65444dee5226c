import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCampaign } from './campaign.ts';

const SEED = Number(process.env.CHAOS_SEED ?? 20261122);
const replay = `replay with CHAOS_SEED=${SEED}, or npm run chaos -- --seed ${SEED}`;
const RECORDS = 8_000;

test('should end with the tables of a calm run when the process is killed at 50 moments and the database at 10', async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const options = { seed: SEED, records: RECORDS, processKills: 50, databaseKills: 10 };
  const { killed, violations } = await runCampaign({ ...options, log: (line) => t.diagnostic(line) });
  assert.deepEqual(violations, [], replay);
  assert.ok(killed >= 40, `only ${killed} kills hit a running ingest; ${replay}`);
});

for (const plant of ['ledger', 'checkpoint'] as const) {
  test(`should report a violation when the ${plant} bug is planted`, async () => {
    const options = { seed: SEED, records: RECORDS, processKills: 15, databaseKills: 0, plant };
    const { violations } = await runCampaign(options);
    assert.notDeepEqual(violations, [], `the harness did not see the planted bug; ${replay}`);
  });
}
