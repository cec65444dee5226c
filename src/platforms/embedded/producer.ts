import { partitionOf } from '../../core/partition.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../../core/ports.ts';
import type { LogClient } from './log-client.ts';

/** How soon a producer sees that its topic has grown. */
const PARTITIONS_MAX_AGE_MS = 1000;

interface ProducerOptions {
  readonly topic: string;
  /** How many it had just now. */
  readonly partitions: number;
  readonly clock: Clock;
}

/** Sends to the embedded log. A resolved send is on disk (fsynced); sends in flight together share an fsync. */
export class EmbeddedProducer implements PlatformProducer {
  readonly #client: LogClient;
  readonly #options: ProducerOptions;
  #partitions: number;
  #partitionsAtMs: number;

  constructor(client: LogClient, options: ProducerOptions) {
    this.#client = client;
    this.#options = options;
    this.#partitions = options.partitions;
    this.#partitionsAtMs = options.clock.monotonicMs();
  }

  async send(messages: readonly OutgoingMessage[], options: Cancellable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#refreshPartitions();
    const { topic } = this.#options;
    const partitions = this.#partitions;
    await this.#client.append(
      messages.map(({ key, id, body }) => ({ topic, partition: partitionOf(key, partitions), id, body })),
    );
  }

  /** Beside the send, not before it: waiting would let a later send of the same key pass this one. */
  #refreshPartitions(): void {
    const { topic, clock } = this.#options;
    const now = clock.monotonicMs();
    if (now - this.#partitionsAtMs < PARTITIONS_MAX_AGE_MS) return;
    this.#partitionsAtMs = now;
    this.#client.partitions(topic).then(
      (partitions) => {
        this.#partitions = partitions;
      },
      // A log that has failed says so to the send itself.
      () => undefined,
    );
  }

  async close(): Promise<void> {}
}
