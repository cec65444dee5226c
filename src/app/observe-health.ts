import type { Clock, PlatformName } from '../core/ports.ts';
import { DatabaseCheck } from './database-check.ts';
import { LETTER_KINDS, type LetterKind } from './letters.ts';
import type { Observer, Performance } from './observe.ts';
import { readGauges } from './observe-gauges.ts';

export interface HealthPorts {
  readonly clock: Clock;
  /** A round trip to the database. */
  readonly database: () => Promise<unknown>;
  /** Envelopes put aside on this machine, by kind. */
  readonly deadLetters: () => Promise<Readonly<Record<LetterKind, number>>>;
  /** Aborted when the process is told to end; it is not ready from then on. */
  readonly signal: AbortSignal;
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
  readonly #database: DatabaseCheck;
  readonly #stopping: AbortSignal;

  constructor(observer: Observer, { clock, database, deadLetters, signal }: HealthPorts) {
    this.#observer = observer;
    this.#database = new DatabaseCheck(database, clock);
    this.#stopping = signal;
    observer.metrics.onScrape(async () => {
      if (observer.control !== undefined) readGauges(observer.metrics, observer.control);
      const letters = await deadLetters().catch(() => undefined);
      for (const kind of LETTER_KINDS) observer.metrics.set('dead_letters', { kind }, letters?.[kind]);
    });
  }

  /** The process runs: its event loop answers. Nothing else, or a database that is down would have it restarted. */
  live(): HealthReport {
    const { uptimeSeconds } = this.#observer.performance();
    return { ok: true, body: { status: 'ok', pid: process.pid, uptimeSeconds } };
  }

  /** Whether it can do what is asked of it now. Not while it sheds, ends, or has no platform or no database. */
  async ready(): Promise<HealthReport> {
    const database = await this.#database.answers();
    const system = this.system();
    const platforms = this.#observer.control?.coordinator.status().platforms ?? [];
    const checks = {
      running: !this.#stopping.aborted,
      database,
      platforms: platforms.some(({ usable, permitted }) => usable && permitted),
      system: system.ok,
    };
    const ok = Object.values(checks).every(Boolean);
    const body = { status: ok ? 'ready' : 'not ready', ...checks };
    return { ok, body, ...(system.retryAfterMs === undefined ? {} : { retryAfterMs: system.retryAfterMs }) };
  }

  coordinator(): HealthReport {
    const status = this.#observer.control?.coordinator.status();
    if (status === undefined) return IDLE;
    const ok = status.platforms.some(({ usable }) => usable);
    return { ok, body: { status: ok ? 'ok' : 'ill', ...status } };
  }

  /** Undefined: that platform is not in use here. */
  platform(name: string): HealthReport | undefined {
    const monitor = this.#observer.control?.coordinator.monitor;
    if (monitor === undefined || !isWatched(name, monitor.platforms)) return undefined;
    const { usable, ...health } = monitor.health(name);
    const sample = monitor.sample(name);
    const lag = sample?.lag?.map(({ partition, lag: messages }) => ({ partition, messages: Number(messages) }));
    const body = { status: usable ? 'ok' : 'ill', usable, ...health, probe: sample?.probe ?? null, lag: lag ?? null };
    return { ok: usable, body };
  }

  system(): HealthReport {
    const health = this.#observer.control?.guard.health();
    if (health === undefined) return IDLE;
    const { breaker, sample, shortages, shed } = health;
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

/** Between two files: nothing is open, and nothing is known. */
const IDLE: HealthReport = { ok: false, body: { status: 'idle' } };

function isWatched(name: string, watched: readonly PlatformName[]): name is PlatformName {
  return (watched as readonly string[]).includes(name);
}
