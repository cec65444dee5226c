import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable, Clock, PartitionLag, Platform, PlatformProbe } from '../../core/ports.ts';

/** What a platform said of itself when it was last asked. */
export interface PlatformSample {
  readonly probe: PlatformProbe;
  /** Messages that the group has not committed yet, by partition; undefined when nobody reads here or it could not be told. */
  readonly lag: readonly PartitionLag[] | undefined;
}

export interface PlatformCollectorPorts {
  readonly platform: Pick<Platform, 'name' | 'probe'>;
  /** Of the consumer that reads it, if there is one in this process. */
  readonly lag?: ((options: Cancellable) => Promise<readonly PartitionLag[]>) | undefined;
}

export interface PlatformCollectorOptions {
  readonly timeoutMs: number;
  /**
   * Until it has answered once; left out: the same. To connect, log in and ask everything for the first time takes ten
   * times as long as to ask, and a program that starts is busy: a platform must not be called ill for that. One that refuses
   * says so at once, and one that hangs is found out by the sends.
   */
  readonly firstTimeoutMs?: number;
  readonly clock: Clock;
}

const OVER = Symbol('over');

/** Asks a platform through its port: a broker's round trip, its brokers and replicas, and how far its readers are behind. */
export class PlatformCollector {
  readonly #ports: PlatformCollectorPorts;
  readonly #options: PlatformCollectorOptions;
  #hasAnswered = false;

  constructor(ports: PlatformCollectorPorts, options: PlatformCollectorOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /**
   * Rejects as `probe` does, and with PLATFORM_TIMEOUT when the platform keeps it waiting, whatever it does about the signal.
   * A lag that cannot be told is no verdict on the platform: the probe is.
   */
  async collect({ signal }: Cancellable = {}): Promise<PlatformSample> {
    const { platform, lag } = this.#ports;
    const { timeoutMs, firstTimeoutMs = timeoutMs } = this.#options;
    const probeTimeoutMs = this.#hasAnswered ? timeoutMs : firstTimeoutMs;
    const [probe, partitions] = await Promise.all([
      this.#inTime((options) => platform.probe(options), signal, probeTimeoutMs),
      lag && this.#inTime(lag, signal, timeoutMs).catch(() => undefined),
    ]);
    this.#hasAnswered = true;
    return { probe, lag: partitions };
  }

  async #inTime<T>(
    ask: (options: Cancellable) => Promise<T>,
    outer: AbortSignal | undefined,
    timeoutMs: number,
  ): Promise<T> {
    const stop = new AbortController();
    const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
    const timeout = this.#options.clock.sleep(timeoutMs, { signal }).then(() => {
      const text = `${this.#ports.platform.name} did not answer within ${timeoutMs} ms`;
      throw new VcfAgentError('PLATFORM_TIMEOUT', text, { retryable: true });
    });
    try {
      return await Promise.race([ask({ signal }), timeout]);
    } finally {
      stop.abort(OVER);
      timeout.catch(() => undefined);
    }
  }
}
