import { FileFlightRecorder } from '../coordinator/flight-recorder.ts';
import { CoordinatorOptions } from '../coordinator/options.ts';
import { type ReplayReport, replayDecisions } from '../coordinator/replay.ts';
import type { Clock, PlatformName } from '../core/ports.ts';
import { parseOptions } from '../health/options.ts';
import type { StoreFolders } from './home.ts';
import type { PlatformSettings } from './platforms.ts';

/** A replay, and what was replayed. */
export interface RouteReplay extends ReplayReport {
  /** Milliseconds since the epoch; undefined when nothing is recorded. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** Of the last decision. */
  readonly primary: PlatformName | undefined;
  readonly fallback: PlatformName | undefined;
}

/** Runs the recorded decisions of this machine through another strategy, with the hysteresis that is configured. */
export async function replayRoute(
  { flights }: Pick<StoreFolders, 'flights'>,
  settings: Pick<PlatformSettings, 'coordinator'>,
  strategy: CoordinatorOptions['strategy'],
  clock: Clock,
): Promise<RouteReplay> {
  await using recorder = new FileFlightRecorder({ folder: flights, maxBytes: 0, now: clock.now });
  const decisions = await recorder.decisions();
  const options = parseOptions('coordinator', CoordinatorOptions, settings.coordinator);
  const last = decisions.at(-1);
  return {
    ...replayDecisions(decisions, strategy, options),
    fromMs: decisions[0]?.atMs,
    toMs: last?.atMs,
    primary: last?.health.primary.platform,
    fallback: last?.health.fallback?.platform,
  };
}
