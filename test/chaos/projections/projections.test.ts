import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPENERS } from '../../../src/app/projection-openers.ts';
import { runCampaign } from './campaign.ts';
import { nameOf } from './rig.ts';

const SEED = Number(process.env.CHAOS_SEED ?? 20261123);
const replay = `replay with CHAOS_SEED=${SEED}`;
const RECORDS = 1_000;

for (const name of Object.keys(OPENERS).map(nameOf)) {
  test(`should hold what a calm run holds when who follows with ${name} is killed at 20 moments`, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const options = { name, seed: SEED, records: RECORDS, kills: 20, log: (line: string) => t.diagnostic(line) };
    const { killed, violations } = await runCampaign(options);
    assert.deepEqual(violations, [], replay);
    assert.equal(killed, 20, `only ${killed} kills hit a follower at work; ${replay}`);
  });

  test(`should report a violation when the watermark of ${name} is kept before its rows`, async () => {
    const { violations } = await runCampaign({ name, seed: SEED, records: RECORDS, kills: 20, plant: 'late' });
    assert.notDeepEqual(violations, [], `the harness did not see the planted bug; ${replay}`);
  });
}
