import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, PlatformName } from '../core/ports.ts';
import { EmbeddedPlatform } from '../platforms/embedded/platform.ts';
import { openPostgresStore } from '../stores/postgres/store.ts';
import type { AppOptions } from './app.ts';
import { systemClock } from './clock.ts';
import { HomeLock, homeFolders } from './home.ts';
import { topicOf } from './topics.ts';

/** One line of `vcf-agent doctor`. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

const GIB = 2 ** 30;
/** Below this an ingest of one annotated genome does not fit. */
const LOW_DISK_GIB = 10;

/** Looks at everything that an ingest stands on, one check after the other; a failed one does not end the rest. */
export async function* runChecks(options: AppOptions, { signal }: Cancellable = {}): AsyncGenerator<Check> {
  yield { name: 'node', status: 'ok', detail: `${process.version} (${process.execPath})` };
  yield await attempt('home', () => checkHome(options.home));
  yield await attempt('ingest', async () => checkLock(options.home));
  yield await attempt('embedded log', () => checkLog(options.home));
  yield await attempt('database', () => checkDatabase(options, signal));
  const { primary, fallback } = options.platforms ?? {};
  for (const name of [primary, fallback]) {
    if (name !== undefined && name !== 'embedded') yield await attempt(name, () => checkServer(name, options, signal));
  }
}

async function attempt(name: string, check: () => Promise<Omit<Check, 'name'>>): Promise<Check> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    const code = error instanceof VcfAgentError ? `${error.code}: ` : '';
    return { name, status: 'failed', detail: code + (error instanceof Error ? error.message : String(error)) };
  }
}

async function checkHome(home: string): Promise<Omit<Check, 'name'>> {
  await mkdir(home, { recursive: true });
  await rm(await mkdtemp(join(home, 'doctor-')), { recursive: true });
  const { bavail, bsize } = await statfs(home);
  const freeGib = (bavail * bsize) / GIB;
  const detail = `${home}, ${freeGib.toFixed(1)} GiB free`;
  if (freeGib >= LOW_DISK_GIB) return { status: 'ok', detail };
  return {
    status: 'warning',
    detail,
    advice: 'an annotated genome takes about 10 GiB: set VCF_AGENT_HOME to a larger disk',
  };
}

function checkLock(home: string): Omit<Check, 'name'> {
  try {
    new HomeLock(home)[Symbol.dispose]();
    return { status: 'ok', detail: 'no other process is writing' };
  } catch (error) {
    if (!(error instanceof VcfAgentError) || error.code !== 'HOME_IN_USE') throw error;
    return {
      status: 'warning',
      detail: 'another vcf-agent is writing here',
      advice: 'a second ingest has to wait for it',
    };
  }
}

async function checkLog(home: string): Promise<Omit<Check, 'name'>> {
  // A log of its own: the real one may be in use, and a doctor leaves no message behind.
  const directory = await mkdtemp(join(home, 'doctor-'));
  try {
    await using platform = new EmbeddedPlatform(
      { directory, partitions: 1, maxBytes: 1024 * 1024 },
      { clock: systemClock },
    );
    const begunMs = systemClock.monotonicMs();
    const producer = await platform.producer('doctor');
    await producer.send([{ key: '', id: 'doctor', body: new Uint8Array(1) }]);
    return {
      status: 'ok',
      detail: `a message was made durable in ${(systemClock.monotonicMs() - begunMs).toFixed(1)} ms`,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkServer(
  name: PlatformName,
  options: AppOptions,
  signal: AbortSignal | undefined,
): Promise<Omit<Check, 'name'>> {
  const { surveyPlatform, withPlatforms } = await import('./platform-survey.ts');
  const ports = { clock: systemClock, signal };
  const report = await withPlatforms([name], { ...options, platforms: options.platforms! }, ports, ([known]) =>
    surveyPlatform(known!, topicOf(options), ports),
  );
  const { probe, error, role, address, waiting } = report;
  if (error !== undefined) {
    const advice = `it is the ${role}: check that it runs, and its settings with \`vcf-agent config\``;
    return { status: 'failed', detail: `${address}: ${error.code}: ${error.message}`, advice };
  }
  const { version = '', brokers = 0, latencyMs = 0, underReplicatedPartitions = 0 } = probe ?? {};
  const facts = [
    `${brokers} ${brokers === 1 ? 'server' : 'servers'}`,
    `answers in ${latencyMs.toFixed(1)} ms`,
    `${waiting ?? 0} envelopes wait`,
  ];
  const detail = `${role}, ${version} at ${address}, ${facts.join(', ')}`;
  if (underReplicatedPartitions === 0) return { status: 'ok', detail };
  const behind = `${underReplicatedPartitions} partitions have fewer copies in step than they should`;
  return { status: 'warning', detail, advice: `${behind}: is a broker down?` };
}

async function checkDatabase({ databaseUrl, home, tenant }: AppOptions, signal: AbortSignal | undefined) {
  const where = databaseUrl === undefined ? { home: homeFolders(home).postgres } : { url: databaseUrl };
  await using store = await openPostgresStore({ ...where, signal });
  const files = await store.files(tenant);
  const kind = databaseUrl === undefined ? 'embedded' : 'server of DATABASE_URL';
  return {
    status: 'ok' as const,
    detail: `PostgreSQL ${await store.version()}, ${kind}, ${files.length} stored for ${tenant}`,
  };
}
