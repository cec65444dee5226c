import type { EnvironmentName } from '../config/environments.ts';
import type { AppliedEnvelope } from '../consume/consumer.ts';
import type { CoordinatorEvents, StreamingCoordinator } from '../coordinator/coordinator.ts';
import type { UndeliveredFolder } from '../coordinator/dead-letters.ts';
import type { DirectWriter } from '../coordinator/dispatcher.ts';
import type { FlightEvent } from '../coordinator/flight.ts';
import type { FileFlightRecorder } from '../coordinator/flight-recorder.ts';
import type { MergedConsumerOptions } from '../coordinator/merged-consumer.ts';
import type { CoordinatorOptions } from '../coordinator/options.ts';
import type { SendingOptions } from '../coordinator/sender.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, Platform, PlatformConsumer, PlatformName, PlatformProducer } from '../core/ports.ts';
import type { HostSample } from '../health/collectors/host.ts';
import type { BreakerOptions, SystemLimits } from '../health/options.ts';
import type { SystemGuard } from '../health/system-guard.ts';
import type { HealthSettings } from '../health/thresholds.ts';
import { EmbeddedPlatform } from '../platforms/embedded/platform.ts';
import type { IggyOptions } from '../platforms/iggy/options.ts';
import type { KafkaOptions } from '../platforms/kafka/options.ts';
import type { StoreFolders } from './home.ts';
import { ProvisionedPlatform } from './provisioned-platform.ts';
import { topicSpec } from './topics.ts';

/** Which platforms carry envelopes, and how. What is left out has the default of whose option it is. */
export interface PlatformSettings {
  /** Decides what counts as ill. */
  readonly environment: EnvironmentName;
  readonly primary: PlatformName;
  readonly fallback?: PlatformName | undefined;
  readonly topicPerTenant?: boolean | undefined;
  /** Copies of topics made by us, on platforms that keep more than one. */
  readonly replication?: number | undefined;
  /** Most that the flight recorder keeps, bytes. */
  readonly flightBytes?: number | undefined;
  readonly coordinator?: Partial<CoordinatorOptions> | undefined;
  readonly health?: HealthSettings | undefined;
  readonly system?:
    | { readonly limits?: Partial<SystemLimits> | undefined; readonly breaker?: Partial<BreakerOptions> | undefined }
    | undefined;
  readonly kafka?: Partial<KafkaOptions> | undefined;
  readonly iggy?: Partial<IggyOptions> | undefined;
}

/** What happens on a route, for metrics and logs. None of these may throw. */
export interface RouteObserver extends CoordinatorEvents {
  /** Every decision, attempt and end, as the flight recorder gets it. */
  readonly onFlight?: ((event: FlightEvent) => void) | undefined;
  readonly onHost?: ((sample: HostSample) => void) | undefined;
  /** Envelopes that a consumer of this process has brought to the store. */
  readonly onApplied?: ((envelopes: readonly AppliedEnvelope[]) => void) | undefined;
  /**
   * A platform cannot be read or the flight recorder cannot be written, which are tried again; or the store has refused an
   * envelope, which is put aside.
   */
  readonly onTrouble?: ((where: PlatformName | 'flight recorder' | 'store', error: unknown) => void) | undefined;
  /** Somebody wants to look at what watches and decides: given when a route is open, undefined when it is closed. */
  readonly onControl?: ((control: RouteControl | undefined) => void) | undefined;
}

/** The way of envelopes from producers to consumers, whatever platforms it goes over. */
export interface Route extends AsyncDisposable {
  /** Primary first. */
  readonly platforms: readonly Platform[];
  /** What watches and decides; undefined where the embedded log is all there is and nothing is to be decided. */
  readonly control: RouteControl | undefined;
  /** For one tenant. Does not wait for a server; topics are made when they are first used. */
  producer(topic: string, options: SendingOptions): Promise<PlatformProducer>;
  /** A member of the group on every platform. */
  consumer(topic: string, group: string, options?: Pick<MergedConsumerOptions, 'drained'>): Promise<PlatformConsumer>;
  /** Resolves when the machine can take more work. */
  whenAdmitted(options?: Cancellable): Promise<void>;
  /** Waits so long at most before what failed is sent again: shorter when there is reason to hope. */
  pause(durationMs: number, options?: Cancellable): Promise<void>;
  close(): Promise<void>;
}

/** The parts of a route over servers. */
export interface RouteControl {
  readonly coordinator: StreamingCoordinator;
  readonly guard: SystemGuard;
  readonly recorder: FileFlightRecorder;
  /** What no platform took. */
  readonly undelivered: UndeliveredFolder;
}

/** Where a route keeps what it keeps on this machine. */
export interface RoutePlace {
  readonly home: string;
  readonly folders: StoreFolders;
  /** Of the embedded log. */
  readonly logMaxBytes: number;
  /** Of this process among the workers of a group, the same after a restart. */
  readonly worker?: string | undefined;
}

export interface RoutePorts {
  readonly clock: Clock;
  readonly observer?: RouteObserver | undefined;
  /** Used when the coordinator's `directFallback` allows it. */
  readonly direct?: DirectWriter | undefined;
}

/** More would only help several workers on one machine, which share its disk. */
export const EMBEDDED_PARTITIONS = 4;

/**
 * A platform that nobody can stand in for: a late answer is worth waiting for, and a broken circuit is tried again soon.
 */
export const ALONE = {
  coordinator: { sendTimeoutMs: 30_000 },
  breaker: { openMs: 2_000 },
  kafka: { sendTimeoutMs: 30_000, requestTimeoutMs: 10_000, connectTimeoutMs: 5_000 },
  iggy: { silenceTimeoutMs: 10_000, connectTimeoutMs: 5_000 },
} as const;

/** What the settings are when there are none. */
const EMBEDDED: PlatformSettings = { environment: 'development', primary: 'embedded' };

/** Opens the route that the settings describe; without settings the embedded log alone. Waits for no server. */
export async function openRoute(
  given: PlatformSettings | undefined,
  place: RoutePlace,
  ports: RoutePorts,
): Promise<Route> {
  const settings = given ?? EMBEDDED;
  const { primary, fallback } = settings;
  // Whoever wants to see how it is gets what watches it.
  if (primary === 'embedded' && fallback === undefined && ports.observer?.onControl === undefined) {
    return new EmbeddedRoute(openEmbedded(place, ports.clock), ports.clock);
  }
  if (primary === fallback) {
    throw new VcfAgentError('CONFIG_INVALID', `platforms.primary and platforms.fallback are both ${primary}`);
  }
  const { CoordinatedRoute } = await import('./coordinated-route.ts');
  const names = fallback === undefined ? [primary] : [primary, fallback];
  const platforms: Platform[] = [];
  for (const name of names) platforms.push(await openPlatform(name, settings, place, ports.clock));
  try {
    return await CoordinatedRoute.open(platforms, settings, place, ports);
  } catch (error) {
    await Promise.all(platforms.map((platform) => platform.close()));
    throw error;
  }
}

/** One platform as the settings describe it. Connects with the first call. Throws CONFIG_INVALID. */
export async function openPlatform(
  name: PlatformName,
  settings: PlatformSettings,
  place: Omit<RoutePlace, 'home'>,
  clock: Clock,
): Promise<Platform> {
  if (name === 'embedded') return openEmbedded(place, clock);
  const isAlone = settings.fallback === undefined;
  if (name === 'kafka') {
    const [{ KafkaPlatform }, { kafkaOptions }] = await Promise.all([
      import('../platforms/kafka/platform.ts'),
      import('../platforms/kafka/options.ts'),
    ]);
    const instance = place.worker === undefined ? {} : { instanceId: place.worker };
    const options = kafkaOptions({ ...(isAlone ? ALONE.kafka : {}), ...instance, ...settings.kafka });
    const { replication } = settings;
    return new ProvisionedPlatform(new KafkaPlatform(options, { clock }), (topic) => ({
      ...topicSpec(topic),
      replication,
    }));
  }
  const [{ IggyPlatform }, { IggyOptions }, { parseOptions }] = await Promise.all([
    import('../platforms/iggy/platform.ts'),
    import('../platforms/iggy/options.ts'),
    import('../health/options.ts'),
  ]);
  const options = parseOptions('iggy', IggyOptions, { ...(isAlone ? ALONE.iggy : {}), ...settings.iggy });
  return new ProvisionedPlatform(new IggyPlatform(options, { clock, random: Math.random }), topicSpec);
}

function openEmbedded({ folders, logMaxBytes }: Pick<RoutePlace, 'folders' | 'logMaxBytes'>, clock: Clock): Platform {
  const options = { directory: folders.log, partitions: EMBEDDED_PARTITIONS, maxBytes: logMaxBytes };
  return new EmbeddedPlatform(options, { clock });
}

/** The default: one log on this machine, and nobody in between. */
class EmbeddedRoute implements Route {
  readonly platforms: readonly Platform[];
  readonly control = undefined;
  readonly #log: Platform;
  readonly #clock: Clock;

  constructor(log: Platform, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.platforms = [log];
  }

  producer(topic: string): Promise<PlatformProducer> {
    return this.#log.producer(topic);
  }

  consumer(topic: string, group: string): Promise<PlatformConsumer> {
    return this.#log.consumer(topic, group);
  }

  async whenAdmitted(): Promise<void> {}

  pause(durationMs: number, options: Cancellable = {}): Promise<void> {
    return this.#clock.sleep(durationMs, options);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
