import { once } from 'node:events';
import { VcfAgentError } from '../../core/errors.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../../core/ports.ts';
import { type IggyClient, textHeader } from './client/index.ts';
import { translated } from './errors.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { Tails } from './tail.ts';
import type { IggyTopics } from './topics.ts';

/** The header that carries an envelope's whole id; the message's own id is its first 16 bytes. */
export const ENVELOPE_ID = 'envelope-id';

/** Sends wait while this much is under way. */
const IN_FLIGHT_BYTES = 128 * 1024 * 1024;
/** How old what we know of the number of partitions may be. */
const PARTITIONS_AGE_MS = 1000;

interface ProducerOptions {
  readonly stream: string;
  readonly topic: string;
  readonly partitions: number;
  /** After each batch the partition is flushed and fsynced: for servers that acknowledge from memory. */
  readonly flush: boolean;
  readonly tails: Tails;
  readonly clock: Clock;
}

/** Sends to one topic. Partitions are ours to choose; each has its own connection of the pool, which keeps its order. */
export class IggyProducer implements PlatformProducer {
  readonly #client: IggyClient;
  readonly #topics: IggyTopics;
  readonly #options: ProducerOptions;
  readonly #queues = new Map<number, PartitionQueue>();
  /** Partitions whose end was read back since the last failure. */
  readonly #sound = new Set<number>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #inFlightBytes = 0;
  #partitions: number;
  #partitionsAtMs: number;
  #isClosed = false;

  constructor(client: IggyClient, topics: IggyTopics, options: ProducerOptions) {
    this.#client = client;
    this.#topics = topics;
    this.#options = options;
    this.#partitions = options.partitions;
    this.#partitionsAtMs = options.clock.monotonicMs();
  }

  send(messages: readonly OutgoingMessage[], { signal }: Cancellable = {}): Promise<void> {
    return translated(signal, async () => {
      if (this.#isClosed) throw new VcfAgentError('PLATFORM_UNAVAILABLE', 'iggy: the producer was closed');
      const bytes = messages.reduce((sum, { body }) => sum + body.length, 0);
      while (this.#inFlight.size > 0 && this.#inFlightBytes + bytes > IN_FLIGHT_BYTES) {
        const aborted = signal === undefined ? [] : [once(signal, 'abort')];
        await Promise.race([...this.#inFlight, ...aborted]);
        signal?.throwIfAborted();
      }
      this.#refreshPartitions();
      const sends = [...this.#byPartition(messages)].map(([partition, some]) =>
        this.#queue(partition).send(some, signal),
      );
      await this.#track(bytes, Promise.all(sends));
    });
  }

  async #track(bytes: number, sending: Promise<unknown>): Promise<void> {
    const settled = sending.then(
      () => {},
      () => {},
    );
    this.#inFlight.add(settled);
    this.#inFlightBytes += bytes;
    try {
      await sending;
    } finally {
      this.#inFlight.delete(settled);
      this.#inFlightBytes -= bytes;
    }
  }

  #byPartition(messages: readonly OutgoingMessage[]): Map<number, OutgoingMessage[]> {
    return Map.groupBy(messages, ({ key }) => partitionOf(key, this.#partitions));
  }

  #queue(partition: number): PartitionQueue {
    const known = this.#queues.get(partition);
    if (known !== undefined) return known;
    const queue = new PartitionQueue((messages) => this.#request(partition, messages));
    this.#queues.set(partition, queue);
    return queue;
  }

  async #request(partition: number, messages: readonly OutgoingMessage[]): Promise<void> {
    const { stream, topic, flush, tails } = this.#options;
    const place = { topic, partition };
    const outgoing = messages.map(({ id, body }) => ({
      id: BigInt(`0x${id.slice(0, 32)}`),
      payload: body,
      headers: [textHeader(ENVELOPE_ID, id)],
    }));
    const partitioning = { kind: 'partition', partition } as const;
    const isSound = this.#sound.has(partition) && !tails.isKnown(place);
    this.#sound.delete(partition);
    const next = isSound ? undefined : await tails.next(place);
    await this.#client.send({ stream, topic, partitioning, messages: outgoing });
    if (flush) await this.#client.flush(stream, topic, partition, true);
    if (next !== undefined) await tails.check(place, next);
    this.#sound.add(partition);
  }

  /** In passing: a topic that has grown is used as it is from the next send on. */
  #refreshPartitions(): void {
    const now = this.#options.clock.monotonicMs();
    if (now - this.#partitionsAtMs < PARTITIONS_AGE_MS) return;
    this.#partitionsAtMs = now;
    this.#topics.get(this.#options.topic).then(
      ({ partitions }) => {
        this.#partitions = partitions;
      },
      () => {}, // whatever is wrong, the sends themselves will meet it
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#inFlight);
  }
}
