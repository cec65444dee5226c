import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from './input.ts';
import type { Outcome } from './program.ts';
import { ChaosRig, type Plant, type StoreState } from './rig.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly records: number;
  /** Rounds in which the ingesting process is killed once, and then run again to its end. */
  readonly processKills: number;
  /** Rounds in which the database server is killed while the ingest runs. */
  readonly databaseKills: number;
  readonly plant?: Plant | undefined;
  readonly log?: (line: string) => void;
}

export interface CampaignResult {
  /** Rounds in which the kill hit a run that was still going. */
  readonly killed: number;
  /** What went wrong, a line each; empty when every round ended like the calm run. */
  readonly violations: readonly string[];
}

/** An ingest that ends with rejected records: the input has some. */
const STORED_WITH_REJECTIONS = 3;
/** A killed database may make the first run give up; more restarts than this mean that it never recovers. */
const MAX_RESTARTS = 3;
/** Kills fall between these parts of a calm run's duration: from the program's start to after its last commit. */
const EARLIEST = 0.1;
const LATEST = 1.05;

/** Kills at seeded moments; after each, the run is taken up again and must end with the tables of an unkilled run. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, processKills, databaseKills, log = () => {} } = options;
  await using rig = new ChaosRig(options);
  await rig.prepare();
  const { calm, calmMs } = await calmRun(rig);
  // A neighbour's load can make the calm run slow: the shortest run seen so far says when kills still hit.
  let shortestMs = calmMs;
  log(`calm run: ${calmMs.toFixed(0)} ms, ${calm.rows} rows, proof ${calm.proved ? 'passes' : 'fails'}`);
  if (!calm.proved) return { killed: 0, violations: [`the calm run does not prove: ${calm.proof}`] };
  const random = seeded(seed);
  const violations: string[] = [];
  let killed = 0;
  for (let round = 0; round < processKills + databaseKills; round++) {
    const victim = round < processKills ? 'process' : 'database';
    const atMs = shortestMs * (EARLIEST + random() * (LATEST - EARLIEST));
    await rig.forget();
    const { hit, elapsedMs } = await killOnce(rig, victim, atMs);
    if (hit) killed += 1;
    else shortestMs = Math.min(shortestMs, elapsedMs);
    const violation = await finish(rig, calm);
    if (violation !== undefined)
      violations.push(`round ${round}, ${victim} killed at ${atMs.toFixed(0)} ms: ${violation}`);
    log(`${victim} killed at ${atMs.toFixed(0)} ms${hit ? '' : ' (too late)'}: ${violation ?? 'as the calm run'}`);
    if (violation !== undefined && options.plant !== undefined) break;
  }
  return { killed, violations };
}

async function calmRun(rig: ChaosRig): Promise<{ calm: StoreState; calmMs: number }> {
  const outcome = await rig.startIngest().done;
  if (outcome.code !== STORED_WITH_REJECTIONS)
    throw new Error(`the calm run ended with ${outcome.code}:\n${outcome.output}`);
  return { calm: await rig.state(), calmMs: outcome.elapsedMs };
}

/** `hit`: the victim was alive and the run had not ended. */
async function killOnce(
  rig: ChaosRig,
  victim: 'process' | 'database',
  atMs: number,
): Promise<{ readonly hit: boolean; readonly elapsedMs: number }> {
  const { child, done } = rig.startIngest();
  let outcome: Outcome | undefined;
  done.then((value) => {
    outcome = value;
  });
  await sleep(atMs);
  const running = outcome === undefined;
  const hit = victim === 'process' ? child.kill('SIGKILL') : rig.killDatabase();
  const { elapsedMs } = await done;
  return { hit: hit && running, elapsedMs };
}

/** Runs the ingest until it ends by itself, then compares. Undefined when all is as it must be. */
async function finish(rig: ChaosRig, calm: StoreState): Promise<string | undefined> {
  let outcome: Outcome | undefined;
  for (let attempt = 0; attempt < MAX_RESTARTS; attempt++) {
    outcome = await rig.startIngest().done;
    if (outcome.code === 0 || outcome.code === STORED_WITH_REJECTIONS) break;
  }
  if (outcome?.code !== 0 && outcome?.code !== STORED_WITH_REJECTIONS) {
    return `the ingest ended with ${outcome?.code}: ${outcome?.output.slice(-600)}`;
  }
  const state = await rig.state();
  if (!state.proved) return `prove fails: ${state.proof.slice(0, 600)}`;
  if (state.rows !== calm.rows || state.digest !== calm.digest) {
    return `the tables differ: ${state.rows} rows (${calm.rows} expected), digest ${state.digest}`;
  }
  return undefined;
}
