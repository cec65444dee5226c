/**
 * Feeds seeded mutants of the real files to everything that touches a file's bytes:
 *
 *     npm run fuzz -- --mutants 100000 [--seed 1] [--workers 2]
 *     npm run fuzz -- --seed 1 --only 4711 --save mutant.vcf      one mutant again, and its bytes
 *
 * Exits 1 when a mutant crashes something, or takes longer than a second.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { hasSharedVcf, sharedVcf } from '../support/shared.ts';
import { runCampaign } from './campaign.ts';
import { makeMutant } from './mutate.ts';
import { createRandom } from './random.ts';
import { loadSeeds } from './seeds.ts';

const { values } = parseArgs({
  options: {
    mutants: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string' },
    save: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

const SHOWN = 10;
const PROGRESS_EVERY = 1000;

async function main(): Promise<number> {
  if (!hasSharedVcf()) throw new Error('the real files (../shared/vcf) are not here: see test/support/shared.ts');
  const folder = sharedVcf('real');
  const seed = Number(values.seed);
  const mutants = values.only === undefined ? Number(values.mutants) : 1;
  const first = Number(values.only ?? 0);
  console.log(`fuzz: ${mutants} mutants, --seed ${seed}`);
  if (values.save !== undefined) {
    const mutant = await makeMutant(await loadSeeds(folder), createRandom(seed, first));
    writeFileSync(values.save, mutant.bytes);
  }
  const start = performance.now();
  const onProgress = (done: number) => {
    if (done % PROGRESS_EVERY === 0) console.log(`fuzz: ${done} done, ${Math.round(performance.now() - start)} ms`);
  };
  const workers = Math.min(Number(values.workers), mutants);
  const { findings, outcomes, slowest } = await runCampaign({ folder, seed, first, mutants, workers, onProgress });
  for (const { kind, mutant, detail } of findings.slice(0, SHOWN)) {
    console.log(`\n${kind}: --seed ${seed} --only ${mutant}\n${detail}`);
  }
  console.log(`fuzz: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
  console.log(`fuzz: slowest ${Math.round(slowest.cpuMs)} ms: --only ${slowest.mutant} (${slowest.recipe})`);
  console.log(`fuzz: ${findings.length} findings, --seed ${seed}`);
  return findings.length === 0 ? 0 : 1;
}

process.exitCode = await main();
