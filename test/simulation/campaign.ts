import { Worker } from 'node:worker_threads';
import { type PlantName, type RangeResult, runSchedules, type ScheduleRange } from './run-schedules.ts';

export interface CampaignOptions {
  /** Seeds of the schedules: `first` .. `first + schedules - 1`. */
  readonly first: number;
  readonly schedules: number;
  readonly workers: number;
  readonly plant?: PlantName | undefined;
}

/** Runs schedules in as many threads (one: in this one), and returns what went wrong in the order of the seeds. */
export async function runCampaign({ first, schedules, workers, plant }: CampaignOptions): Promise<RangeResult> {
  if (workers === 1) return await runSchedules({ first, schedules, plant });
  const share = Math.ceil(schedules / workers);
  const ranges = Array.from({ length: workers }, (_, index) => {
    const from = first + index * share;
    return { first: from, schedules: Math.min(share, first + schedules - from), plant };
  });
  const results = await Promise.all(ranges.map(inThread));
  const sightings: Record<string, number> = {};
  for (const result of results) {
    for (const [name, count] of Object.entries(result.sightings)) sightings[name] = (sightings[name] ?? 0) + count;
  }
  return { violations: results.flatMap(({ violations }) => violations), sightings };
}

function inThread(range: ScheduleRange): Promise<RangeResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./run-schedules.ts', import.meta.url), { workerData: range });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
