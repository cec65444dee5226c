import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, PartitionLag, Platform, PlatformName, PlatformProbe } from '../core/ports.ts';
import { PlatformCollector } from '../health/collectors/platform.ts';
import { parseOptions } from '../health/options.ts';
import { IggyOptions } from '../platforms/iggy/options.ts';
import { kafkaOptions } from '../platforms/kafka/options.ts';
import { openPostgresStore } from '../stores/postgres/store.ts';
import type { AppOptions } from './app.ts';
import { homeFolders, type StoreFolders, storeFolders } from './home.ts';
import { openPlatform, type PlatformSettings } from './platforms.ts';
import { STORE_GROUP } from './topics.ts';

/** What opening platforms takes. */
export interface SurveyOptions extends Pick<AppOptions, 'home' | 'databaseUrl' | 'logMaxBytes'> {
  readonly platforms: PlatformSettings;
  /** Where the embedded log is, if that is known: it depends on which database it is for. */
  readonly folders?: StoreFolders | undefined;
}

export type PlatformRole = 'primary' | 'fallback' | 'not in use';

/** One platform that is known to the configuration. */
export interface KnownPlatform {
  readonly platform: Platform;
  readonly role: PlatformRole;
  /** Where it is, for people. */
  readonly address: string;
}

/** How a platform answered when it was asked. */
export interface PlatformReport {
  readonly name: PlatformName;
  readonly role: PlatformRole;
  readonly address: string;
  readonly probe?: PlatformProbe;
  /** Envelopes that nobody has applied yet, of the tenant's topic. */
  readonly waiting?: number;
  /** Why there is no probe. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Longer than the health monitor waits: nobody is routed by this. */
const PROBE_TIMEOUT_MS = 5_000;

/** Of the route, primary first. */
export function platformsInUse({ primary, fallback }: PlatformSettings): readonly PlatformName[] {
  return fallback === undefined ? [primary] : [primary, fallback];
}

/** Opens these platforms (nobody is connected to yet), hands them to `work` and closes them. */
export async function withPlatforms<T>(
  names: readonly PlatformName[],
  options: SurveyOptions,
  ports: { readonly clock: Clock } & Cancellable,
  work: (platforms: readonly KnownPlatform[]) => Promise<T>,
): Promise<T> {
  const { platforms: settings, logMaxBytes } = options;
  const folders = options.folders ?? (names.includes('embedded') ? await foldersOf(options, ports) : NOWHERE);
  const place = { logMaxBytes, folders };
  await using open = new AsyncDisposableStack();
  const known: KnownPlatform[] = [];
  for (const name of names) {
    const platform = open.use(await openPlatform(name, settings, place, ports.clock));
    known.push({ platform, role: roleOf(name, settings), address: addressOf(name, settings, place.folders) });
  }
  return await work(known);
}

/** Asks a platform how it is. Never rejects: no answer is an answer. */
export async function surveyPlatform(
  { platform, role, address }: KnownPlatform,
  topic: string,
  { clock, signal }: { readonly clock: Clock } & Cancellable,
): Promise<PlatformReport> {
  const about = { name: platform.name, role, address };
  const lag = (options: Cancellable) => platform.lag(topic, STORE_GROUP, options).catch(noTopic);
  const collector = new PlatformCollector({ platform, lag }, { timeoutMs: PROBE_TIMEOUT_MS, clock });
  try {
    // The first connects: its time says nothing about the platform.
    await collector.collect({ signal });
    const { probe, lag: partitions } = await collector.collect({ signal });
    if (partitions === undefined) return { ...about, probe };
    return { ...about, probe, waiting: Number(partitions.reduce((sum, partition) => sum + partition.lag, 0n)) };
  } catch (error) {
    signal?.throwIfAborted();
    return { ...about, error: reported(error) };
  }
}

/** A topic that nobody has used yet holds nothing. */
function noTopic(error: unknown): readonly PartitionLag[] {
  if (error instanceof VcfAgentError && error.code === 'TOPIC_NOT_FOUND') return [];
  throw error;
}

/** An error as part of a report; what is none of ours is thrown on. */
export function reported(error: unknown): NonNullable<PlatformReport['error']> {
  if (!(error instanceof VcfAgentError)) throw error;
  return { code: error.code, message: error.message };
}

async function foldersOf({ home, databaseUrl }: SurveyOptions, { signal }: Cancellable): Promise<StoreFolders> {
  const where = databaseUrl === undefined ? { home: homeFolders(home).postgres } : { url: databaseUrl };
  await using store = await openPostgresStore({ ...where, signal });
  return storeFolders(home, await store.identity());
}

/** Of platforms that keep nothing here. */
const NOWHERE: StoreFolders = { log: '', checkpoints: '', deadLetters: '', flights: '', projections: '', uploads: '' };

function roleOf(name: PlatformName, { primary, fallback }: PlatformSettings): PlatformRole {
  if (name === primary) return 'primary';
  return name === fallback ? 'fallback' : 'not in use';
}

/** Never a name or a password. */
function addressOf(name: PlatformName, { kafka, iggy }: PlatformSettings, { log }: StoreFolders): string {
  if (name === 'embedded') return log;
  if (name === 'kafka') return kafkaOptions(kafka).brokers.join(', ');
  const { transport, host, port, quicPort } = parseOptions('iggy', IggyOptions, iggy);
  return `${transport}://${host}:${transport === 'quic' ? quicPort : port}`;
}
