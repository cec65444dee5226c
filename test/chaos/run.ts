/**
 * `npm run chaos -- [--rounds 200] [--input PATH] [--iggy-server PATH] [--iggy-transport quic] [--kills 200] [--database-kills 50] [--seed N]`
 *
 * The long campaigns: faults of brokers, database and processes over every pair of platforms (`--rounds`; --input: a VCF of
 * some thousand records in place of the one that is made; --iggy-server: a program of yours in place of the in-test server),
 * then kills of the process and of the embedded database (`--kills`, `--database-kills`, of these `--plant ledger|checkpoint`
 * puts in a bug). 0: not that one. Short ones run in `npm test`.
 */
import { parseArgs } from 'node:util';
import { runStorm } from './brokers/storm.ts';
import { runCampaign } from './campaign.ts';
import type { Plant } from './rig.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    input: { type: 'string' },
    'iggy-server': { type: 'string' },
    'iggy-transport': { type: 'string', default: 'tcp' },
    kills: { type: 'string', default: '200' },
    'database-kills': { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    records: { type: 'string' },
    plant: { type: 'string' },
  },
});
const plants: readonly (string | undefined)[] = [undefined, 'ledger', 'checkpoint'];
if (!plants.includes(values.plant)) throw new Error(`--plant is ledger or checkpoint, not ${values.plant}`);

const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
const [processKills, databaseKills] = [Number(values.kills), Number(values['database-kills'])];
console.log(`seed ${seed}`);
// What was started ends with us: its starters listen for `exit`.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const violations: string[] = [];
if (rounds > 0 && values.plant === undefined) {
  const records = Number(values.records ?? 6_000);
  const { input, 'iggy-server': iggyServer } = values;
  const iggyTransport = values['iggy-transport'] as 'tcp' | 'quic';
  const storm = { seed, rounds, records, input, iggyServer, iggyTransport, log: console.log };
  const result = await runStorm(storm);
  violations.push(...result.violations);
  console.log(`${result.hit} of ${rounds} faults hit a run, ${result.violations.length} violations (seed ${seed})`);
}
if (processKills + databaseKills > 0) {
  const records = Number(values.records ?? 20_000);
  const plant = values.plant as Plant | undefined;
  const result = await runCampaign({ seed, records, processKills, databaseKills, plant, log: console.log });
  violations.push(...result.violations);
  console.log(`${result.killed} kills hit a running ingest, ${result.violations.length} violations (seed ${seed})`);
}
for (const violation of violations) console.error(violation);
process.exitCode = violations.length === 0 ? 0 : 1;
