import type { Cancellable, PartitionLag, Platform, PlatformProbe } from '../../core/ports.ts';

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

/** Asks a platform through its port: a broker's round trip, its brokers and replicas, and how far its readers are behind. */
export class PlatformCollector {
  readonly #ports: PlatformCollectorPorts;

  constructor(ports: PlatformCollectorPorts) {
    this.#ports = ports;
  }

  /** Rejects as `probe` does. A lag that cannot be told is no verdict on the platform: the probe is. */
  async collect(options: Cancellable = {}): Promise<PlatformSample> {
    const { platform, lag } = this.#ports;
    const [probe, partitions] = await Promise.all([platform.probe(options), lag?.(options).catch(() => undefined)]);
    return { probe, lag: partitions };
  }
}
