import { SETTINGS } from '../config/schema.ts';
import { StreamingCoordinator } from '../coordinator/coordinator.ts';
import { UndeliveredFolder } from '../coordinator/dead-letters.ts';
import { FileFlightRecorder } from '../coordinator/flight-recorder.ts';
import { CoordinatorOptions } from '../coordinator/options.ts';
import type { SendingOptions } from '../coordinator/sender.ts';
import type { Cancellable, Platform, PlatformConsumer, PlatformProducer } from '../core/ports.ts';
import { HostCollector } from '../health/collectors/host.ts';
import { BreakerOptions, parseOptions, SystemLimits } from '../health/options.ts';
import { SystemGuard } from '../health/system-guard.ts';
import { healthOptions } from '../health/thresholds.ts';
import {
  ALONE,
  type PlatformSettings,
  type Route,
  type RouteControl,
  type RoutePlace,
  type RoutePorts,
} from './platforms.ts';

/** What has to be closed, in the order in which it was opened. */
interface Opened {
  readonly platforms: readonly Platform[];
  readonly control: RouteControl;
  readonly host: HostCollector;
}

/** A route over servers: a coordinator, watched platforms, a watched machine, a flight recorder. */
export class CoordinatedRoute implements Route {
  readonly platforms: readonly Platform[];
  readonly control: RouteControl;
  readonly #host: HostCollector;
  readonly #ports: RoutePorts;
  readonly #stop = new AbortController();
  readonly #watching: Promise<unknown>;

  private constructor({ platforms, control, host }: Opened, ports: RoutePorts) {
    this.platforms = platforms;
    this.control = control;
    this.#host = host;
    this.#ports = ports;
    const { signal } = this.#stop;
    this.#watching = Promise.all([control.coordinator.run({ signal }), control.guard.run({ signal })]);
    ports.observer?.onControl?.(control);
  }

  /** `platforms`: the primary and, if there is one, the fallback; closed with the route. Throws CONFIG_INVALID. */
  static async open(
    platforms: readonly Platform[],
    settings: PlatformSettings,
    { home, folders }: RoutePlace,
    ports: RoutePorts,
  ): Promise<CoordinatedRoute> {
    const { clock, observer, direct } = ports;
    const [primary, fallback] = platforms as readonly [Platform, Platform | undefined];
    const alone = fallback === undefined ? ALONE : undefined;
    const health = healthOptions(settings.environment, {
      ...settings.health,
      breaker: { ...alone?.breaker, ...settings.health?.breaker },
    });
    const options = parseOptions('coordinator', CoordinatorOptions, { ...alone?.coordinator, ...settings.coordinator });
    const limits = parseOptions('system.limits', SystemLimits, settings.system?.limits);
    const breaker = parseOptions('system.breaker', BreakerOptions, settings.system?.breaker);
    const undelivered = await UndeliveredFolder.open(folders.deadLetters, clock);
    const recorder = new FileFlightRecorder({
      folder: folders.flights,
      maxBytes: settings.flightBytes ?? SETTINGS['platforms.flightBytes'].default,
      now: clock.now,
      onTrouble: (error) => observer?.onTrouble?.('flight recorder', error),
    });
    const coordinator = new StreamingCoordinator({ primary, fallback }, options, health, {
      clock,
      random: Math.random,
      recorder: {
        record: (event) => {
          recorder.record(event);
          observer?.onFlight?.(event);
        },
      },
      deadLetters: undelivered,
      direct,
      events: observer,
    });
    const host = new HostCollector(home, clock);
    const guard = new SystemGuard(limits, breaker, {
      clock,
      collect: () => host.collect(),
      onSample: observer?.onHost,
      onBreakerChange: observer?.onBreakerChange,
    });
    return new CoordinatedRoute({ platforms, control: { coordinator, guard, recorder, undelivered }, host }, ports);
  }

  producer(topic: string, options: SendingOptions): Promise<PlatformProducer> {
    return this.control.coordinator.producer(topic, options);
  }

  consumer(topic: string, group: string, options: Parameters<Route['consumer']>[2] = {}): Promise<PlatformConsumer> {
    const onTrouble = this.#ports.observer?.onTrouble;
    return this.control.coordinator.consumer(topic, group, { ...options, onTrouble });
  }

  whenAdmitted(options: Cancellable = {}): Promise<void> {
    return this.control.guard.whenAdmitted(options);
  }

  pause(durationMs: number, options: Cancellable = {}): Promise<void> {
    return this.control.coordinator.pause(durationMs, options);
  }

  async close(): Promise<void> {
    this.#ports.observer?.onControl?.(undefined);
    this.#stop.abort();
    await this.#watching;
    await this.control.coordinator.close();
    await Promise.all(this.platforms.map((platform) => platform.close()));
    await this.control.recorder.close();
    this.#host[Symbol.dispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
