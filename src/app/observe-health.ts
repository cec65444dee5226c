import type { StreamingCoordinator } from '../coordinator/coordinator.ts';
import type { Clock, PlatformName } from '../core/ports.ts';
import type { SystemGuard } from '../health/system-guard.ts';
import { DatabaseCheck } from './database-check.ts';
import type { Observer, Performance } from './observe.ts';
import { readGauges } from './observe-gauges.ts';

/** What is looked at. */
export interface Observed {
  readonly coordinator: StreamingCoordinator;
  readonly guard: SystemGuard;
  /** A round trip to the database. */
  readonly database: () => Promise<unknown>;
  /** Envelopes put aside on this machine. */
  readonly deadLetters: () => Promise<{ readonly undelivered: number; readonly refused: number }>;
}

/** One answer of a health endpoint. */
export interface HealthReport {
  /** False: whoever sends work should send it elsewhere. */
  readonly ok: boolean;
  /** When asking again is worth while, where that is known. */
  readonly retryAfterMs?: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * How this process and what it stands on are, for load balancers and people. Reading changes nothing: no breaker moves, no
 * probe is sent to a platform, and the database is asked once a second at most, whoever asks and however often.
 */
export class HealthReports {
  readonly #observer: Observer;
  readonly #observed: Observed;
  readonly #database: DatabaseCheck;
  readonly #stopping: AbortSignal;

  /** `signal`: aborted when the process is told to end; it is not ready from then on. */
  constructor(observer: Observer, observed: Observed, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
    this.#observer = observer;
    this.#observed = observed;
    this.#database = new DatabaseCheck(observed.database, clock);
    this.#stopping = signal;
    observer.metrics.onScrape(async () => {
      readGauges(observer.metrics, observed);
      const letters = await observed.deadLetters().catch(() => undefined);
      for (const kind of ['undelivered', 'refused'] as const)
        observer.metrics.set('dead_letters', { kind }, letters?.[kind]);
    });
  }

  /** The process runs: its event loop answers. Nothing else, or a database that is down would have it restarted. */
  live(): HealthReport {
    const { uptimeSeconds } = this.#observer.performance();
    return { ok: true, body: { status: 'ok', pid: process.pid, uptimeSeconds } };
  }

  /** Whether it can do what is asked of it now. Not while it sheds, ends, or has no platform or no database. */
  async ready(): Promise<HealthReport> {
    const { coordinator } = this.#observed;
    const database = await this.#database.answers();
    const system = this.system();
    const checks = {
      running: !this.#stopping.aborted,
      database,
      platforms: coordinator.status().platforms.some(({ usable, permitted }) => usable && permitted),
      system: system.ok,
    };
    const ok = Object.values(checks).every(Boolean);
    const body = { status: ok ? 'ready' : 'not ready', ...checks };
    return { ok, body, ...(system.retryAfterMs === undefined ? {} : { retryAfterMs: system.retryAfterMs }) };
  }

  coordinator(): HealthReport {
    const status = this.#observed.coordinator.status();
    const ok = status.platforms.some(({ usable }) => usable);
    return { ok, body: { status: ok ? 'ok' : 'ill', ...status } };
  }

  /** Undefined: that platform is not in use here. */
  platform(name: string): HealthReport | undefined {
    const { monitor } = this.#observed.coordinator;
    if (!isWatched(name, monitor.platforms)) return undefined;
    const { usable, ...health } = monitor.health(name);
    const sample = monitor.sample(name);
    const lag = sample?.lag?.map(({ partition, lag: messages }) => ({ partition, messages: Number(messages) }));
    const body = { status: usable ? 'ok' : 'ill', usable, ...health, probe: sample?.probe ?? null, lag: lag ?? null };
    return { ok: usable, body };
  }

  system(): HealthReport {
    const { breaker, sample, shortages, shed } = this.#observed.guard.health();
    const ok = breaker.state !== 'OPEN';
    const body = { status: ok ? 'ok' : 'shedding', shortages, shed, breaker, host: sample ?? null };
    return ok ? { ok, body } : { ok, body, retryAfterMs: breaker.retryInMs };
  }

  performance(): Performance {
    return this.#observer.performance();
  }

  async metrics(): Promise<{ readonly contentType: string; readonly text: string }> {
    const { metrics } = this.#observer;
    return { contentType: metrics.contentType, text: await metrics.text() };
  }
}

function isWatched(name: string, watched: readonly PlatformName[]): name is PlatformName {
  return (watched as readonly string[]).includes(name);
}
