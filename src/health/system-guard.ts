import type { Cancellable, Clock } from '../core/ports.ts';
import { type BreakerChange, type BreakerStatus, CircuitBreaker } from './circuit-breaker.ts';
import type { HostSample } from './collectors/host.ts';
import type { BreakerOptions, SystemLimits } from './options.ts';

/** What the host is short of. */
export type Shortage = 'memory' | 'cpu' | 'disk' | 'event loop';

export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly retryAfterMs: number; readonly shortages: readonly Shortage[] };

export interface SystemGuardPorts {
  readonly clock: Clock;
  readonly collect: () => Promise<HostSample>;
  readonly onSample?: ((sample: HostSample) => void) | undefined;
  readonly onBreakerChange?: ((change: BreakerChange) => void) | undefined;
}

export interface SystemHealth {
  readonly sample: HostSample | undefined;
  readonly shortages: readonly Shortage[];
  readonly breaker: BreakerStatus;
  /** Pieces of work that were not let in. */
  readonly shed: number;
}

const ADMITTED: Admission = { admitted: true };

/**
 * The third circuit breaker: of this machine. Each look at the host is a call to it, which fails when something is short;
 * while it is open no new work is let in, so that what was accepted can be finished and the process is not killed half way.
 * Half open, a little work is let in between two looks.
 */
export class SystemGuard {
  readonly #limits: SystemLimits;
  readonly #ports: SystemGuardPorts;
  readonly #breaker: CircuitBreaker;
  readonly #trialsPerSample: number;
  #sample: HostSample | undefined;
  #shortages: readonly Shortage[] = [];
  #admittedSinceSample = 0;
  #shed = 0;

  constructor(limits: SystemLimits, breaker: BreakerOptions, ports: SystemGuardPorts) {
    this.#limits = limits;
    this.#ports = ports;
    this.#trialsPerSample = breaker.halfOpenPermits;
    this.#breaker = new CircuitBreaker('system', breaker, { clock: ports.clock, onChange: ports.onBreakerChange });
  }

  /** Looks at the host until `signal` says stop; then it resolves. A look that fails says nothing. */
  async run({ signal }: Required<Cancellable>): Promise<void> {
    while (signal?.aborted === false) {
      const sample = await this.#ports.collect().catch(() => undefined);
      if (sample !== undefined) this.observe(sample);
      await this.#ports.clock.sleep(this.#limits.sampleEveryMs, { signal }).catch(() => undefined);
    }
  }

  observe(sample: HostSample): void {
    this.#sample = sample;
    this.#shortages = findShortages(sample, this.#limits);
    this.#admittedSinceSample = 0;
    this.#ports.onSample?.(sample);
    if (sample.memoryShare > this.#limits.criticalMemoryShare) this.#breaker.trip();
    else if (this.#breaker.wouldPermit()) {
      const look = this.#breaker.tryAcquire();
      if (this.#shortages.length > 0) look?.failed();
      else look?.succeeded();
    }
  }

  /** Whether new work may come in now. What is refused is counted, and is to be answered with 503 and Retry-After. */
  admit(): Admission {
    if (this.#isOpenToWork()) {
      this.#admittedSinceSample += 1;
      return ADMITTED;
    }
    this.#shed += 1;
    const { retryInMs } = this.#breaker.status();
    return {
      admitted: false,
      retryAfterMs: Math.max(retryInMs, this.#limits.sampleEveryMs),
      shortages: this.#shortages,
    };
  }

  /** Backpressure for work that can wait: resolves when it may come in. */
  async whenAdmitted({ signal }: Cancellable = {}): Promise<void> {
    while (!this.#isOpenToWork()) await this.#ports.clock.sleep(this.#limits.sampleEveryMs, { signal });
    this.#admittedSinceSample += 1;
  }

  health(): SystemHealth {
    return { sample: this.#sample, shortages: this.#shortages, breaker: this.#breaker.status(), shed: this.#shed };
  }

  #isOpenToWork(): boolean {
    if (this.#breaker.state === 'CLOSED') return true;
    return this.#breaker.state === 'HALF_OPEN' && this.#admittedSinceSample < this.#trialsPerSample;
  }
}

function findShortages(sample: HostSample, limits: SystemLimits): readonly Shortage[] {
  const shortages: Shortage[] = [];
  if (sample.memoryShare > limits.memoryShare) shortages.push('memory');
  if (sample.cpuShare > limits.cpuShare) shortages.push('cpu');
  if (sample.diskFreeBytes !== undefined && sample.diskFreeBytes < limits.diskFreeBytes) shortages.push('disk');
  if (sample.eventLoopDelayMs > limits.eventLoopDelayMs) shortages.push('event loop');
  return shortages;
}
