import { FileFlightRecorder } from '../coordinator/flight-recorder.ts';
import type { Cancellable, Clock, PlatformName, VariantStore } from '../core/ports.ts';
import { HostCollector, type HostSample } from '../health/collectors/host.ts';
import type { StoreFolders } from './home.ts';

/** What the flight recorder of this machine says of all decisions that it still holds. */
export interface RecordedRouting {
  readonly decisions: number;
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How many went first to each platform. */
  readonly first: Readonly<Partial<Record<PlatformName, number>>>;
  /** Changes from one platform to the other, and when the last was. */
  readonly changes: number;
  readonly lastChangeMs: number | undefined;
}

export interface DatabaseStatus {
  /** Of PostgreSQL. */
  readonly version: string;
  readonly files: number;
  /** Files whose ingest has not ended. */
  readonly unfinished: number;
}

/** What a worker on this machine says of itself on its metrics port. */
export interface WorkerStatus {
  readonly url: string;
  /** False: somebody answers, and is not ready. Undefined: nobody answers. */
  readonly ready: boolean | undefined;
  readonly inCharge?: PlatformName;
  readonly variantsPerSecond?: number;
}

/** Rates are of what happens between two looks. */
const BETWEEN_LOOKS_MS = 250;
const ANSWER_WITHIN_MS = 1_000;

export async function databaseStatus(store: VariantStore, tenant: string): Promise<DatabaseStatus> {
  const [version, files] = await Promise.all([store.version(), store.files(tenant)]);
  return { version, files: files.length, unfinished: files.filter(({ status }) => status === 'ingesting').length };
}

/** Undefined when nothing is recorded. */
export async function recordedRouting(
  { flights }: Pick<StoreFolders, 'flights'>,
  clock: Clock,
): Promise<RecordedRouting | undefined> {
  await using recorder = new FileFlightRecorder({ folder: flights, maxBytes: 0, now: clock.now });
  const decisions = await recorder.decisions();
  const [oldest, newest] = [decisions[0], decisions.at(-1)];
  if (oldest === undefined || newest === undefined) return undefined;
  const first: Partial<Record<PlatformName, number>> = {};
  let last: PlatformName | undefined;
  let changes = 0;
  let lastChangeMs: number | undefined;
  for (const { atMs, health, order } of decisions) {
    const { platform } = health[order[0] ?? 'primary'] ?? health.primary;
    first[platform] = (first[platform] ?? 0) + 1;
    if (last !== undefined && last !== platform) {
      changes += 1;
      lastChangeMs = atMs;
    }
    last = platform;
  }
  return { decisions: decisions.length, fromMs: oldest.atMs, toMs: newest.atMs, first, changes, lastChangeMs };
}

export async function hostStatus(home: string, clock: Clock, options: Cancellable = {}): Promise<HostSample> {
  using collector = new HostCollector(home, clock);
  await collector.collect();
  await clock.sleep(BETWEEN_LOOKS_MS, options);
  return await collector.collect();
}

/** Asks the metrics port that is configured. Never rejects but when it is told to stop. */
export async function workerStatus(
  { host, port }: { readonly host: string; readonly port: number },
  { signal }: Cancellable = {},
): Promise<WorkerStatus> {
  // A server that listens on every address is reached on this machine's own.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  try {
    const [ready, coordinator, performance] = await Promise.all(
      ['health/ready', 'health/coordinator', 'metrics/performance'].map((path) => ask(`${url}/${path}`, signal)),
    );
    return {
      url,
      ready: ready?.ok === true,
      inCharge: coordinator?.body.active as PlatformName,
      variantsPerSecond: Number((performance?.body.variantsPerSecond as Record<string, unknown>)?.last10s),
    };
  } catch {
    signal?.throwIfAborted();
    return { url, ready: undefined };
  }
}

async function ask(url: string, outer: AbortSignal | undefined) {
  const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(url, { signal: outer ? AbortSignal.any([outer, timeout]) : timeout });
  return { ok: response.ok, body: (await response.json()) as Record<string, unknown> };
}
