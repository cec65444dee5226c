/**
 * Runs schedules of the simulation, or one again with everything that happened in it:
 *
 *     node test/simulation/run.ts --seed 1 --schedules 100000 [--workers 2]
 *     node test/simulation/run.ts --seed 4711 --log [--plant 'no hedge']
 *
 * Exits 1 when something is found that must not be.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { PLANTS } from './plants.ts';
import type { PlantName } from './run-schedules.ts';
import { makeSchedule } from './schedule.ts';
import { World } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '10000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    plant: { type: 'string' },
    log: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const plant = values.plant as PlantName | undefined;

async function logOne(): Promise<readonly string[]> {
  const schedule = makeSchedule(seed);
  const world = new World(schedule, plant && PLANTS[plant]);
  console.log(JSON.stringify(schedule, undefined, 2));
  const violations = await world.run();
  const startMs = world.clock.now() - world.clock.monotonicMs();
  for (const event of world.flights) {
    const { kind, atMs, envelopes, ...rest } = event;
    const text = kind === 'decision' ? `${event.order} (${event.reason})` : JSON.stringify(rest);
    console.log(`${(atMs - startMs).toFixed(0).padStart(7)} ms  ${envelopes[0]!.slice(-8)}  ${kind}  ${text}`);
  }
  return violations;
}

async function runMany(): Promise<readonly string[]> {
  const [schedules, workers] = [Number(values.schedules), Number(values.workers)];
  const { violations, sightings } = await runCampaign({ first: seed, schedules, workers, plant });
  console.log(JSON.stringify(sightings));
  return violations.map((violation) => `seed ${violation.seed}: ${violation.what}`);
}

const found = values.log ? await logOne() : await runMany();
for (const line of found) console.error(line);
if (found.length > 0) process.exitCode = 1;
