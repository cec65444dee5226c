import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { observe, type Sightings } from './invariants.ts';
import { PLANTS } from './plants.ts';

export type PlantName = keyof typeof PLANTS;

export interface Violation {
  readonly seed: number;
  readonly what: string;
}

export interface ScheduleRange {
  readonly first: number;
  readonly schedules: number;
  readonly plant?: PlantName | undefined;
}

export interface RangeResult {
  readonly violations: readonly Violation[];
  /** How often what the simulation is about has happened: one that never failed over has shown nothing. */
  readonly sightings: Sightings;
}

/** Runs the schedules of these seeds, one after another. A planted defect ends it at its first violation. */
export async function runSchedules({ first, schedules, plant }: ScheduleRange): Promise<RangeResult> {
  const found: Violation[] = [];
  const sightings: Record<string, number> = {};
  for (let seed = first; seed < first + schedules; seed++) {
    const seen = await observe(seed, plant && PLANTS[plant]);
    found.push(...seen.violations.map((what) => ({ seed, what })));
    for (const [name, count] of Object.entries(seen.sightings)) sightings[name] = (sightings[name] ?? 0) + count;
    if (plant !== undefined && found.length > 0) break;
  }
  return { violations: found, sightings };
}

if (!isMainThread) {
  // Thousands of errors are made on purpose, and nobody reads where.
  Error.stackTraceLimit = 0;
  parentPort?.postMessage(await runSchedules(workerData as ScheduleRange));
}
