import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type ExtraStage, exercise } from './exercise.ts';
import { makeMutant } from './mutate.ts';
import { createRandom } from './random.ts';
import { loadSeeds } from './seeds.ts';

export interface WorkerData {
  readonly folder: string;
  readonly seed: number;
  readonly planted: 'crash' | 'hang' | undefined;
}

/** What becomes of one mutant. */
export interface Verdict {
  readonly mutant: number;
  readonly outcome: string;
  readonly recipe: string;
  readonly elapsedMs: number;
  /** Set when something else than a VcfAgentError was thrown. */
  readonly crash?: string | undefined;
}

const SLOW_MS = 1000;
const RETRIES = 3;

/** Bugs that only a damaged file brings out: no record of the real files has such a byte. */
const PLANTED: Record<'crash' | 'hang', ExtraStage> = {
  crash: ({ bytes }) => {
    if (hasControlByte(bytes)) throw new TypeError('planted crash');
  },
  hang: ({ bytes }) => {
    while (hasControlByte(bytes));
  },
};

function hasControlByte(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13);
}

const { folder, seed, planted } = workerData as WorkerData;
const seeds = await loadSeeds(folder);
const scratch = mkdtempSync(join(tmpdir(), 'vcf-agent-fuzz-'));
const path = join(scratch, 'mutant');
const port = parentPort!;

async function judge(mutant: number): Promise<Verdict> {
  const { recipe, bytes } = await makeMutant(seeds, createRandom(seed, mutant));
  writeFileSync(path, bytes);
  let verdict = await runOnce(mutant, recipe);
  // A busy machine is slow too: only what is slow every time is a finding.
  for (let retry = 0; retry < RETRIES && verdict.elapsedMs > SLOW_MS; retry++) verdict = await runOnce(mutant, recipe);
  return verdict;
}

async function runOnce(mutant: number, recipe: string): Promise<Verdict> {
  const start = performance.now();
  try {
    const outcome = await exercise(path, planted && PLANTED[planted]);
    return { mutant, outcome, recipe, elapsedMs: performance.now() - start };
  } catch (error) {
    const crash = (error as Error).stack ?? String(error);
    return { mutant, outcome: 'crash', recipe, elapsedMs: performance.now() - start, crash };
  }
}

port.on('message', async (mutant: number | 'stop') => {
  if (mutant !== 'stop') {
    port.postMessage(await judge(mutant));
    return;
  }
  rmSync(scratch, { recursive: true });
  port.close();
});
port.postMessage('ready');
