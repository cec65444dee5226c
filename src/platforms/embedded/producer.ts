import { createHash } from 'node:crypto';
import type { Cancellable, LogPosition, OutgoingMessage, PlatformProducer } from '../../core/ports.ts';
import type { LogClient } from './log-client.ts';

/** Sends to the embedded log. A resolved send is on disk (fsynced); sends in flight together share an fsync. */
export class EmbeddedProducer implements PlatformProducer {
  readonly #client: LogClient;
  readonly #topic: string;
  readonly #partitions: number;

  constructor(client: LogClient, topic: string, partitions: number) {
    this.#client = client;
    this.#topic = topic;
    this.#partitions = partitions;
  }

  async send(messages: readonly OutgoingMessage[], options: Cancellable = {}): Promise<readonly LogPosition[]> {
    options.signal?.throwIfAborted();
    const topic = this.#topic;
    const entries = messages.map(({ key, id, body }) => ({ topic, partition: this.#partitionOf(key), id, body }));
    const offsets = await this.#client.append(entries);
    return entries.map(({ partition }, index) => ({
      platform: 'embedded',
      topic,
      partition,
      offset: BigInt(offsets[index]!),
    }));
  }

  #partitionOf(key: string): number {
    return createHash('sha256').update(key).digest().readUInt32LE(0) % this.#partitions;
  }

  async close(): Promise<void> {}
}
