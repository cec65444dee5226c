import { VcfAgentError } from '../core/errors.ts';
import type {
  Cancellable,
  Clock,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformName,
  PlatformProducer,
  Random,
} from '../core/ports.ts';
import type { BreakerChange } from '../health/circuit-breaker.ts';
import type { PlatformSample } from '../health/collectors/platform.ts';
import { HealthMonitor, type HealthMonitorOptions } from '../health/monitor.ts';
import type { PlatformHealth } from '../health/platform-health.ts';
import type { DeadLetters } from './dead-letters.ts';
import { Deadlines } from './deadlines.ts';
import { Deduplicator } from './deduplicator.ts';
import { type DirectWriter, Dispatcher, idsOf, type Parcel } from './dispatcher.ts';
import { isFit, type Role } from './failover.ts';
import { type FlightRecorder, type HealthNote, noteHealth } from './flight.ts';
import { Lane } from './lane.ts';
import { MergedConsumer, type MergedConsumerOptions } from './merged-consumer.ts';
import type { CoordinatorOptions } from './options.ts';
import { Pauses } from './pauses.ts';
import { Router } from './router.ts';
import { type DuplicateKind, Sender, type SendingOptions } from './sender.ts';

export interface CoordinatorPlatforms {
  readonly primary: Platform;
  /** Left out: there is one platform, and nothing to fail over to. */
  readonly fallback?: Platform | undefined;
}

/** What happens, for metrics and logs. None of these may throw. */
export interface CoordinatorEvents {
  readonly onFailover?: ((change: { readonly from: PlatformName; readonly to: PlatformName }) => void) | undefined;
  readonly onBreakerChange?: ((change: BreakerChange) => void) | undefined;
  readonly onChecked?: ((health: PlatformHealth, sample: PlatformSample | undefined) => void) | undefined;
  readonly onDuplicate?: ((kind: DuplicateKind) => void) | undefined;
}

export interface CoordinatorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: FlightRecorder;
  readonly deadLetters: DeadLetters;
  readonly direct?: DirectWriter | undefined;
  readonly events?: CoordinatorEvents | undefined;
}

export interface CoordinatorStatus {
  readonly strategy: CoordinatorOptions['strategy'];
  /** The platform in charge under INTELLIGENT. */
  readonly active: PlatformName;
  readonly failovers: number;
  readonly failbacks: number;
  /** How long the primary has to be well before it is used again, ms. */
  readonly failbackHoldMs: number;
  readonly pendingMessages: number;
  readonly pendingBytes: number;
  /** Of sends that go on although their envelope is delivered. */
  readonly stragglerBytes: number;
  /** Delivered ids that are remembered, to save work. */
  readonly rememberedIds: number;
  readonly platforms: readonly (PlatformHealth & { readonly role: Role })[];
}

/**
 * Carries envelopes over two platforms: to the one that strategy and health choose, to the other as well when the answer is
 * late or bad, and to the dead letters when neither takes it. Acknowledges what is durable somewhere, never anything else.
 */
export class StreamingCoordinator {
  readonly monitor: HealthMonitor;
  readonly #options: CoordinatorOptions;
  readonly #ports: CoordinatorPorts;
  readonly #platforms: readonly Platform[];
  readonly #lanes: { readonly primary: Lane; readonly fallback: Lane | undefined };
  readonly #timeouts: Deadlines;
  readonly #hedges: Deadlines;
  readonly #router: Router;
  readonly #dispatcher: Dispatcher;
  readonly #duplicates: Deduplicator;
  readonly #sender: Sender;
  readonly #pauses: Pauses;
  readonly #consumers = new Set<MergedConsumer>();
  #active: Role = 'primary';
  #failovers = 0;
  #failbacks = 0;

  constructor(
    { primary, fallback }: CoordinatorPlatforms,
    options: CoordinatorOptions,
    health: HealthMonitorOptions,
    ports: CoordinatorPorts,
  ) {
    if (primary.name === fallback?.name) {
      throw new VcfAgentError('OPTION_CONFLICT', `${primary.name} cannot be both the primary and the fallback`);
    }
    this.#options = options;
    this.#ports = ports;
    this.#platforms = fallback === undefined ? [primary] : [primary, fallback];
    this.monitor = new HealthMonitor(
      this.#platforms.map((platform) => ({ platform, lag: (asked) => this.#lag(platform.name, asked) })),
      health,
      {
        clock: ports.clock,
        random: ports.random,
        onBreakerChange: (change) => this.#breakerChanged(change),
        onChecked: (checked, sample) => this.#checked(checked, sample),
      },
    );
    this.#pauses = new Pauses(ports.clock, ports.random);
    this.#timeouts = new Deadlines(ports.clock, options.sendTimeoutMs);
    this.#hedges = new Deadlines(ports.clock, options.hedgeAfterMs);
    this.#lanes = {
      primary: this.#lane('primary', primary),
      fallback: fallback && this.#lane('fallback', fallback),
    };
    this.#router = new Router(options);
    this.#dispatcher = new Dispatcher(options, {
      ...ports,
      direct: ports.direct,
      hedges: this.#hedges,
      decide: (parcel, round) => this.#decide(parcel, round),
      isAnyUp: () => this.#isAnyUp(),
    });
    this.#duplicates = new Deduplicator(options.seenIds);
    this.#sender = new Sender(options, {
      ...ports,
      dispatcher: this.#dispatcher,
      duplicates: this.#duplicates,
      onDuplicate: ports.events?.onDuplicate,
    });
  }

  /** Checks the platforms until `signal` says stop. Without it envelopes are carried all the same, but nobody notices when a platform is well again. */
  run(options: Required<Cancellable>): Promise<void> {
    return this.monitor.run(options);
  }

  /** A producer for one tenant. Does not wait for a platform. */
  async producer(topic: string, options: SendingOptions): Promise<PlatformProducer> {
    this.#lanes.primary.prepare(topic);
    this.#lanes.fallback?.prepare(topic);
    return this.#sender.producer(topic, options);
  }

  /** A member of the group on every platform at once; commits go to where each message came from. */
  async consumer(topic: string, group: string, options: MergedConsumerOptions = {}): Promise<PlatformConsumer> {
    const { clock } = this.#ports;
    const onClosed = () => this.#consumers.delete(consumer);
    const consumer = new MergedConsumer(this.#platforms, { topic, group, clock, onClosed, ...options });
    this.#consumers.add(consumer);
    return consumer;
  }

  /**
   * Waits before what failed is sent again: shorter than this, so that not all come again at once, and only until a breaker lets
   * somebody through or a platform answers a probe. Rejects as `signal` does.
   */
  pause(durationMs: number, options: Cancellable = {}): Promise<void> {
    return this.#pauses.pause(durationMs, options);
  }

  status(): CoordinatorStatus {
    const { primary, fallback } = this.#lanes;
    return {
      strategy: this.#options.strategy,
      active: (this.#router.failover.active === 'fallback' && fallback ? fallback : primary).name,
      failovers: this.#failovers,
      failbacks: this.#failbacks,
      failbackHoldMs: this.#router.failover.holdMs,
      pendingMessages: this.#sender.pendingMessages,
      pendingBytes: this.#sender.pendingBytes,
      stragglerBytes: primary.stragglerBytes + (fallback?.stragglerBytes ?? 0),
      rememberedIds: this.#duplicates.size,
      platforms: [primary, fallback].flatMap((lane) =>
        lane === undefined ? [] : [{ role: lane.role, ...this.monitor.health(lane.name) }],
      ),
    };
  }

  /** Ends what is under way (ABORTED: whether it arrived is unknown) and closes all but the platforms, which are their opener's. */
  async close(): Promise<void> {
    this.#dispatcher.close();
    this.#hedges.close();
    this.#timeouts.close();
    await Promise.all([
      this.#lanes.primary.close(),
      this.#lanes.fallback?.close(),
      ...[...this.#consumers].map((consumer) => consumer.close()),
    ]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #decide(parcel: Parcel, round: number): readonly Lane[] {
    const { clock, recorder } = this.#ports;
    const health = this.#healths();
    const { strategy, arm } = parcel.policy;
    const { order, reason } = this.#router.route(strategy, health, clock.monotonicMs());
    this.#noteActive();
    const { topic, tenant } = parcel;
    const atMs = clock.now();
    const envelopes = idsOf(parcel);
    recorder.record({ kind: 'decision', atMs, envelopes, topic, tenant, round, strategy, arm, health, order, reason });
    return order.flatMap((role) => this.#lanes[role] ?? []);
  }

  #healths(): { readonly primary: HealthNote; readonly fallback: HealthNote | undefined } {
    const { primary, fallback } = this.#lanes;
    return {
      primary: noteHealth(this.monitor.health(primary.name)),
      fallback: fallback && noteHealth(this.monitor.health(fallback.name)),
    };
  }

  #isAnyUp(): boolean {
    const { primary, fallback } = this.#healths();
    return isFit(primary) || (fallback !== undefined && isFit(fallback));
  }

  /** Between sends, too: a primary that is well again while nothing is sent has held when the next send comes. */
  #checked(health: PlatformHealth, sample: PlatformSample | undefined): void {
    this.#router.failover.observe(this.#healths(), this.#ports.clock.monotonicMs());
    this.#noteActive();
    if (sample !== undefined) this.#pauses.end();
    this.#ports.events?.onChecked?.(health, sample);
  }

  #breakerChanged(change: BreakerChange): void {
    if (change.to !== 'OPEN') this.#pauses.end();
    this.#ports.events?.onBreakerChange?.(change);
  }

  #noteActive(): void {
    const { active } = this.#router.failover;
    const { primary, fallback } = this.#lanes;
    if (active === this.#active || fallback === undefined) return;
    this.#active = active;
    const [from, to] = active === 'fallback' ? [primary, fallback] : [fallback, primary];
    if (active === 'fallback') this.#failovers += 1;
    else this.#failbacks += 1;
    this.#ports.events?.onFailover?.({ from: from.name, to: to.name });
  }

  #lane(role: Role, platform: Platform): Lane {
    return new Lane(role, {
      platform,
      signals: this.monitor.signals(platform.name),
      breaker: this.monitor.breaker(platform.name),
      timeouts: this.#timeouts,
    });
  }

  /** Of the consumers that read here; of none, nothing is known. */
  async #lag(name: PlatformName, options: Cancellable): Promise<readonly PartitionLag[]> {
    const all = await Promise.all([...this.#consumers].map((consumer) => consumer.lagOf(name, options)));
    return all.flat();
  }
}
