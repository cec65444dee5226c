import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectionContents } from '../../../src/core/projection.ts';
import { census, expectedOf, openGraph } from '../../support/graph.ts';
import { seeded } from '../input.ts';
import { history, survivors } from './history.ts';
import type { WorkerOptions } from './worker.ts';

export interface GraphCampaign {
  readonly seed: number;
  readonly kills: number;
  /** Who is killed: the process that projects, or the one that holds the database. */
  readonly victim: 'process' | 'writer';
  readonly variants: number;
  readonly plant?: boolean;
}

export interface GraphOutcome {
  readonly killed: number;
  readonly rebuilt: number;
  /** What is not as after a calm run; empty is the goal. */
  readonly differences: readonly string[];
}

type Message =
  | { readonly kind: 'applying'; readonly seq: number; readonly writerPid: number }
  | { readonly kind: string };

/** After so long an apply of the sizes used here is over, on a machine at rest. */
const MOST_DELAY_MS = 900;

/** Kills a projecting process again and again, at moments that follow from the seed, lets it finish, and compares. */
export async function runGraphCampaign(campaign: GraphCampaign): Promise<GraphOutcome> {
  const root = await mkdtemp(join(tmpdir(), 'vcf-agent-graph-chaos-'));
  try {
    const random = seeded(campaign.seed);
    const options: WorkerOptions = {
      folder: join(root, 'graph'),
      variants: campaign.variants,
      plant: campaign.plant ?? false,
    };
    const steps = history(campaign.variants).length;
    let killed = 0;
    let rebuilt = 0;
    const differences: string[] = [];
    for (let kill = 0; kill < campaign.kills; kill++) {
      const at = { step: 1 + Math.floor(random() * steps), delayMs: random() * MOST_DELAY_MS };
      const run = await runOnce(options, campaign.victim, at);
      killed += run.killed ? 1 : 0;
      rebuilt += run.rebuilt;
      if (run.failure !== undefined && !run.killed) differences.push(`after ${kill} kills: ${run.failure}`);
    }
    const last = await runOnce(options, campaign.victim, undefined);
    rebuilt += last.rebuilt;
    if (last.failure !== undefined) differences.push(`the last run: ${last.failure}`);
    else differences.push(...(await differencesIn(options)));
    return { killed, rebuilt, differences };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

interface Run {
  readonly killed: boolean;
  readonly rebuilt: number;
  readonly failure: string | undefined;
}

/** Runs the worker, and kills when the apply of that step, or a later one of this run, has gone on for so long. */
async function runOnce(
  options: WorkerOptions,
  victim: GraphCampaign['victim'],
  at: { readonly step: number; readonly delayMs: number } | undefined,
): Promise<Run> {
  const worker: ChildProcess = fork(new URL('./worker.ts', import.meta.url), [JSON.stringify(options)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  worker.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  let rebuilt = 0;
  let killed = false;
  let timer: NodeJS.Timeout | undefined;
  worker.on('message', (message: Message) => {
    if (message.kind === 'rebuilding') rebuilt++;
    if (!('seq' in message) || at === undefined || message.seq < at.step || timer !== undefined) return;
    timer = setTimeout(() => {
      killed = kill(victim === 'writer' ? message.writerPid : worker.pid!);
    }, at.delayMs);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    worker.once('close', (...ended) => resolve(ended as [number | null, string | null]));
  });
  clearTimeout(timer);
  return {
    killed,
    rebuilt,
    failure: code === 0 ? undefined : `it ended with ${signal ?? code}: ${errors.slice(-300)}`,
  };
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // That apply is over, and its process gone.
    return false;
  }
}

/** What a calm run makes: the contents that follow from the files, and as many nodes as they have. */
async function differencesIn(options: WorkerOptions): Promise<string[]> {
  const differences: string[] = [];
  await using graph = await openGraph(options.folder);
  await using calmGraph = await openGraph(await calm(options));
  const compare = (what: string, held: unknown, wanted: unknown): void => {
    const [a, b] = [JSON.stringify(held), JSON.stringify(wanted)];
    if (a !== b) differences.push(`${what}: ${a} where a calm run has ${b}`);
  };
  const ordered = (counts: Record<string, number>) => Object.entries(counts).sort();
  compare('nodes', ordered(await census(graph)), ordered(await census(calmGraph)));
  for (const file of survivors(options.variants)) {
    const held: ProjectionContents = await graph.contents(file.fileId);
    compare(`file ${file.fileId}`, held, await expectedOf(graph, file));
    compare(`file ${file.fileId}, calm`, held, await calmGraph.contents(file.fileId));
  }
  compare('the deleted file', (await graph.contents(2)).rows, 0);
  return differences;
}

/** Folder of a graph that nobody killed. */
async function calm(options: WorkerOptions): Promise<string> {
  const folder = `${options.folder}-calm`;
  const { failure } = await runOnce({ ...options, folder, plant: false }, 'process', undefined);
  if (failure !== undefined) throw new Error(`a calm run fails: ${failure}`);
  return folder;
}

if (import.meta.main) {
  for (const campaign of [
    { victim: 'process', seed: 1 },
    { victim: 'writer', seed: 2 },
    { victim: 'process', seed: 3, plant: true },
  ] as const) {
    console.log(campaign, await runGraphCampaign({ kills: 20, variants: 2000, ...campaign }));
  }
}
