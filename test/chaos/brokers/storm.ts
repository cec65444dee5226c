import { seeded } from '../input.ts';
import { nameOf, planRounds, type Round } from './plan.ts';
import { Scenes, type ScenesOptions } from './scenes.ts';
import { Stage, type StageOptions } from './stage.ts';

export interface StormOptions extends StageOptions, Omit<ScenesOptions, 'patienceMs'> {
  readonly rounds: number;
  /** Takes the place of the rounds that the seed gives. */
  readonly plan?: readonly Round[] | undefined;
  /** A run that is not over so long after everything answers again hangs. Default 60 s. */
  readonly patienceMs?: number | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

export interface StormResult {
  /** Rounds in which the fault met a run that had not ended. */
  readonly hit: number;
  /** What went wrong, a line each; empty when every round ended like the calm run. */
  readonly violations: readonly string[];
}

const PATIENCE_MS = 60_000;

/** Ingests a file again and again, each time with another fault in the middle of it, over real brokers. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { seed, plant, log = () => {}, patienceMs = PATIENCE_MS } = options;
  await using stage = await Stage.open(options);
  await using scenes = await Scenes.open(stage, { ...options, patienceMs });
  const calm = await scenes.calm();
  log(`calm run: ${calm.tables.rows} rows, ${calm.envelopes} envelopes`);
  const violations: string[] = [];
  let hit = 0;
  for (const [index, round] of (options.plan ?? planRounds(options.rounds, seeded(seed))).entries()) {
    const begunMs = performance.now();
    const { isHit, restarts, recoveryMs, violation } = await scenes.play(round, `r${index}`, calm);
    if (isHit) hit += 1;
    const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
    const again = restarts > 0 ? `, run again ${restarts} times` : '';
    const over = `over ${(recoveryMs / 1000).toFixed(1)} s later${again}, ${seconds} s in all`;
    const line = `${index} ${nameOf(round)}${isHit ? '' : ' (too late)'}; ${over}`;
    log(`${line}: ${violation ?? 'as the calm run'}`);
    if (violation !== undefined) violations.push(`${line}: ${violation}`);
    if (violation !== undefined && plant !== undefined) break;
  }
  return { hit, violations };
}
