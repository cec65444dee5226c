import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCampaign } from './campaign.ts';
import { PLANTS } from './plants.ts';
import type { PlantName } from './run-schedules.ts';

const SEED = Number(process.env.SIMULATION_SEED ?? Date.now() % 2 ** 31);
const SCHEDULES = Number(process.env.SIMULATION_SCHEDULES ?? 10_000);
const replay = (seed: number) => `replay with: node test/simulation/run.ts --seed ${seed} --log`;

test('should lose nothing, fail over within a second and come back in 10,000 schedules of seeded faults', async (t) => {
  t.diagnostic(`seeds ${SEED} to ${SEED + SCHEDULES - 1}; SIMULATION_SEED=${SEED} runs them again`);
  const { violations, sightings } = await runCampaign({ first: SEED, schedules: SCHEDULES, workers: 2 });
  t.diagnostic(JSON.stringify(sightings));
  assert.deepEqual(violations.slice(0, 5), [], replay(violations[0]?.seed ?? SEED));
  for (const [name, count] of Object.entries(sightings)) assert.ok(count > 0, `the schedules never met: ${name}`);
});

for (const plant of Object.keys(PLANTS) as PlantName[]) {
  test(`should be caught by the same harness when a bug is planted: ${plant}`, async (t) => {
    const { violations } = await runCampaign({ first: SEED, schedules: SCHEDULES, workers: 1, plant });
    assert.notDeepEqual(violations, [], `not seen with SIMULATION_SEED=${SEED}`);
    t.diagnostic(`seed ${violations[0]!.seed}: ${violations[0]!.what}`);
  });
}
