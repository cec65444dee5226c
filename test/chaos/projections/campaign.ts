import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { seeded } from '../input.ts';
import { type Held, ProjectionRig, type RigOptions } from './rig.ts';

export interface CampaignOptions extends RigOptions {
  /** That hit a follower at work. Those that come too late are made up for, as often again. */
  readonly kills: number;
  readonly log?: (line: string) => void;
}

export interface CampaignResult {
  /** Kills that hit a follower at work. */
  readonly killed: number;
  /** What went wrong, a line each. */
  readonly violations: readonly string[];
}

/** From just after the first batch begins to after the last one. */
const LATEST = 1.05;

/** Kills who follows at seeded moments; after each, one that is not killed must end where a calm run does. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, kills, plant, log = () => {} } = options;
  await using rig = new ProjectionRig(options);
  await rig.prepare();
  const { calm, calmMs } = await calmRun(rig);
  if (calm.failures.length > 0) return { killed: 0, violations: [`the calm run does not prove: ${calm.failures}`] };
  let shortestMs = calmMs;
  log(`calm run: ${calmMs.toFixed(0)} ms from its first batch on`);
  const random = seeded(seed);
  const violations: string[] = [];
  let killed = 0;
  for (let round = 0; killed < kills && round < 2 * kills; round++) {
    const from = round % 2 === 0 ? 'two files' : 'nothing';
    const atMs = shortestMs * random() * LATEST;
    rig.restore(from);
    const { hit, workedMs } = await killOnce(rig, atMs);
    if (hit) killed += 1;
    else shortestMs = Math.min(shortestMs, workedMs);
    const violation = await finish(rig, calm);
    log(`from ${from}, killed at ${atMs.toFixed(0)} ms${hit ? '' : ' (too late)'}: ${violation ?? 'as the calm run'}`);
    if (violation !== undefined)
      violations.push(`round ${round}, from ${from}, killed at ${atMs.toFixed(0)} ms: ${violation}`);
    if (violation !== undefined && plant !== undefined) break;
  }
  return { killed, violations };
}

/** From nothing: the longer way. */
async function calmRun(rig: ProjectionRig): Promise<{ calm: Held; calmMs: number }> {
  rig.restore('nothing');
  const { following, done } = rig.start();
  await following;
  const begun = performance.now();
  const { code, output } = await done;
  if (code !== 0) throw new Error(`the calm run ended with ${code}:\n${output}`);
  return { calmMs: performance.now() - begun, calm: await rig.held() };
}

async function killOnce(
  rig: ProjectionRig,
  atMs: number,
): Promise<{ readonly hit: boolean; readonly workedMs: number }> {
  const { child, following, done } = rig.start();
  await following;
  const begun = performance.now();
  let ended = false;
  done.then(() => {
    ended = true;
  });
  await sleep(atMs);
  const hit = !ended && child.kill('SIGKILL');
  await done;
  return { hit, workedMs: performance.now() - begun };
}

async function finish(rig: ProjectionRig, calm: Held): Promise<string | undefined> {
  const { code, output } = await rig.start().done;
  if (code !== 0) return `following ended with ${code}: ${output.slice(-600)}`;
  const held = await rig.held();
  if (held.failures.length > 0) return `prove fails: ${held.failures.join('; ').slice(0, 600)}`;
  if (!isDeepStrictEqual(held.files, calm.files)) return `it holds ${JSON.stringify(held.files).slice(0, 600)}`;
  return undefined;
}
