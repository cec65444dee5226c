import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type ExtraStage, exercise } from './exercise.ts';
import { makeMutant } from './mutate.ts';
import { createRandom } from './random.ts';
import { loadSeeds } from './seeds.ts';

export type Planted = 'crash' | 'hang' | 'slow';

export interface WorkerData {
  readonly folder: string;
  readonly seed: number;
  readonly planted: Planted | undefined;
}

/** What becomes of one mutant. */
export interface Verdict {
  readonly mutant: number;
  readonly outcome: string;
  readonly recipe: string;
  /** CPU time of the thread: what a busy machine does not change. A deadlock is for the watchdog. */
  readonly cpuMs: number;
  /** Set when something else than a VcfAgentError was thrown. */
  readonly crash?: string | undefined;
}

/** Well over the limit even where the machine gives the thread half of its time. */
const SLOW_MS = 3000;

/** Bugs that only a damaged file brings out: no record of the real files has such a byte. */
const PLANTED: Record<Planted, ExtraStage> = {
  crash: ({ bytes }) => {
    if (hasControlByte(bytes)) throw new TypeError('planted crash');
  },
  hang: ({ bytes }) => {
    while (hasControlByte(bytes));
  },
  slow: ({ bytes }) => {
    for (const start = performance.now(); hasControlByte(bytes) && performance.now() - start < SLOW_MS; );
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
  const start = process.threadCpuUsage();
  try {
    const outcome = await exercise(path, planted && PLANTED[planted]);
    return { mutant, outcome, recipe, cpuMs: cpuMsSince(start) };
  } catch (error) {
    const crash = (error as Error).stack ?? String(error);
    return { mutant, outcome: 'crash', recipe, cpuMs: cpuMsSince(start), crash };
  }
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
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
