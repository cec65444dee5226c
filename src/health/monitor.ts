import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, PlatformName, Random } from '../core/ports.ts';
import { type BreakerChange, CircuitBreaker } from './circuit-breaker.ts';
import { PlatformCollector, type PlatformCollectorPorts, type PlatformSample } from './collectors/platform.ts';
import type { BreakerOptions, MonitorOptions } from './options.ts';
import { type JudgeOptions, judge, type PlatformHealth } from './platform-health.ts';
import { PlatformSignals } from './signals.ts';

export interface HealthMonitorOptions extends JudgeOptions {
  readonly breaker: BreakerOptions;
  readonly monitor: MonitorOptions;
}

export interface HealthMonitorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly onBreakerChange?: ((change: BreakerChange) => void) | undefined;
  /** After every check of a platform, whether it answered or not. */
  readonly onChecked?: ((health: PlatformHealth, sample: PlatformSample | undefined) => void) | undefined;
}

/** Checks of several processes must not come in step. */
const JITTER = 0.1;

interface Watched {
  readonly collector: PlatformCollector;
  readonly signals: PlatformSignals;
  readonly breaker: CircuitBreaker;
  sample: PlatformSample | undefined;
  nextCheckMs: number;
}

/**
 * Knows how every platform is: from the sends themselves (`signals`, at once) and from asking (`run`, now and then; more
 * often while a platform is ill, because then nobody sends to it). Reading a health changes nothing.
 */
export class HealthMonitor {
  readonly #options: HealthMonitorOptions;
  readonly #ports: HealthMonitorPorts;
  readonly #watched = new Map<PlatformName, Watched>();

  constructor(platforms: readonly PlatformCollectorPorts[], options: HealthMonitorOptions, ports: HealthMonitorPorts) {
    this.#options = options;
    this.#ports = ports;
    for (const from of platforms) {
      const { name } = from.platform;
      this.#watched.set(name, {
        collector: new PlatformCollector(from, {
          timeoutMs: options.monitor.probeTimeoutMs,
          firstTimeoutMs: options.monitor.firstProbeTimeoutMs,
          clock: ports.clock,
        }),
        signals: new PlatformSignals(options.signals, ports.clock),
        breaker: new CircuitBreaker(name, options.breaker, { clock: ports.clock, onChange: ports.onBreakerChange }),
        sample: undefined,
        nextCheckMs: Number.NEGATIVE_INFINITY,
      });
    }
  }

  get platforms(): readonly PlatformName[] {
    return [...this.#watched.keys()];
  }

  signals(name: PlatformName): PlatformSignals {
    return this.#of(name).signals;
  }

  breaker(name: PlatformName): CircuitBreaker {
    return this.#of(name).breaker;
  }

  /** What the platform said of itself when it last answered. */
  sample(name: PlatformName): PlatformSample | undefined {
    return this.#of(name).sample;
  }

  health(name: PlatformName): PlatformHealth {
    const { signals, breaker } = this.#of(name);
    const reading = signals.read();
    const { score, reasons } = judge(reading, this.#options);
    return {
      platform: name,
      score,
      usable: reasons.length === 0,
      reasons,
      ...reading,
      breaker: breaker.status(),
      permitted: breaker.wouldPermit(),
    };
  }

  /** Checks every platform when its time has come, until `signal` says stop; then it resolves. */
  async run(options: Required<Cancellable>): Promise<void> {
    // Each by itself: one that does not answer must not keep the other from being asked.
    await Promise.all(this.platforms.map((name) => this.#watch(name, options)));
  }

  async #watch(name: PlatformName, { signal }: Required<Cancellable>): Promise<void> {
    const { clock } = this.#ports;
    const { recoveryCheckMs } = this.#options.monitor;
    while (signal?.aborted === false) {
      if (this.#isDue(name, clock.monotonicMs())) await this.check(name, { signal });
      await clock.sleep(recoveryCheckMs, { signal }).catch(() => undefined);
    }
  }

  /** Asks one platform now. Never rejects: no answer is an answer. */
  async check(name: PlatformName, { signal }: Cancellable = {}): Promise<PlatformHealth> {
    const { clock, random, onChecked } = this.#ports;
    const watched = this.#of(name);
    const begunMs = clock.monotonicMs();
    let sample: PlatformSample | undefined;
    try {
      sample = await watched.collector.collect({ signal });
      watched.sample = sample;
      watched.signals.probed(sample.probe.latencyMs);
    } catch (error) {
      if (signal?.aborted !== true) watched.signals.probeFailed(begunMs, error);
    }
    const jitter = 1 + JITTER * (2 * random() - 1);
    watched.nextCheckMs = clock.monotonicMs() + this.#options.thresholds.checkEveryMs * jitter;
    const health = this.health(name);
    onChecked?.(health, sample);
    return health;
  }

  #isDue(name: PlatformName, now: number): boolean {
    return now >= this.#of(name).nextCheckMs || !this.health(name).usable;
  }

  #of(name: PlatformName): Watched {
    const watched = this.#watched.get(name);
    if (watched !== undefined) return watched;
    throw new VcfAgentError('NOT_FOUND', `no platform ${name} is watched`);
  }
}
