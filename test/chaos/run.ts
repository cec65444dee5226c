/**
 * `npm run chaos -- [--kills 500] [--database-kills 100] [--seed N] [--records N] [--plant ledger|checkpoint]`
 * The long campaign. A short one runs in `npm test`.
 */
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import type { Plant } from './rig.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    'database-kills': { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    records: { type: 'string', default: '20000' },
    plant: { type: 'string' },
  },
});
const plants: readonly (string | undefined)[] = [undefined, 'ledger', 'checkpoint'];
if (!plants.includes(values.plant)) throw new Error(`--plant is ledger or checkpoint, not ${values.plant}`);

console.log(`seed ${values.seed}`);
const result = await runCampaign({
  seed: Number(values.seed),
  records: Number(values.records),
  processKills: Number(values.kills),
  databaseKills: Number(values['database-kills']),
  plant: values.plant as Plant | undefined,
  log: console.log,
});
for (const violation of result.violations) console.error(violation);
console.log(
  `${result.killed} kills hit a running ingest, ${result.violations.length} violations (seed ${values.seed})`,
);
process.exitCode = result.violations.length === 0 ? 0 : 1;
