import { Consumer } from '@platformatic/kafka';
import type { Clock, IncomingMessage } from '../../core/ports.ts';
import { clientOptions, RenewableClient, transferMs } from './client.ts';
import { asPlatformError, refusalsIn } from './errors.ts';
import { envelopeIdIn } from './message.ts';
import type { KafkaOptions } from './options.ts';

/** Longest that a broker keeps a fetch that finds nothing; the next one follows. */
export const FETCH_WAIT_MS = 200;
/** Bit of a batch's attributes: it marks the end of a transaction and holds no messages. */
const IS_CONTROL = 1 << 5;
const READ_UNCOMMITTED = 0;

interface Position {
  /** Of the next message to ask for. */
  offset: bigint;
  /** Epoch of the leader that gave the last one, -1 when unknown: by it a leader sees that our end of the log is not its own. */
  epoch: number;
  /** When a broker last said all it had here. */
  answeredMs: number;
}

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
type FetchPartitions = Parameters<Consumer['fetch']>[0]['topics'][number]['partitions'];
type PartitionResponse = FetchResponse['responses'][number]['partitions'][number];

export interface FetcherEvents {
  /** Messages of a partition, in order. */
  onMessages(messages: readonly IncomingMessage[]): void;
  /** A leader has no such offset. Answers where to go on. */
  onOutOfRange(partition: number, offset: bigint): Promise<bigint>;
  /** A fetch has ended, well or not. */
  onEnd(): void;
}

/**
 * Fetches the partitions that it is given from their leaders: at most one request a leader under way, on connections of its
 * own, because a broker answers the requests of a connection one after the other and a fetch may wait.
 */
export class Fetcher {
  readonly #topic: string;
  readonly #options: KafkaOptions;
  readonly #clock: Clock;
  readonly #events: FetcherEvents;
  readonly #client: RenewableClient<Consumer>;
  readonly #positions = new Map<number, Position>();
  readonly #busy = new Set<number>();
  #starting = false;
  #failure: unknown;
  #partitionCount = 0;

  constructor(topic: string, group: string, options: KafkaOptions, ports: { clock: Clock; events: FetcherEvents }) {
    this.#topic = topic;
    this.#options = options;
    this.#clock = ports.clock;
    this.#events = ports.events;
    this.#client = new RenewableClient(ports.clock, (rotation) => {
      const client = new Consumer({
        ...clientOptions(options, rotation),
        // A member of no group: it only fetches.
        groupId: group,
        // One message is given whatever its size, and may take its time.
        requestTimeout: FETCH_WAIT_MS + options.requestTimeoutMs + transferMs(options.maxMessageBytes),
        retries: 0,
      });
      client.topics.track(topic);
      return client;
    });
  }

  /** Partitions of the topic, as last heard. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  /** What went wrong since somebody was answered, if anything did. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Of the connections there are now: another number means that a broker has sent something. */
  get bytesRead(): number {
    return this.#client.bytesRead;
  }

  has(partition: number): boolean {
    return this.#positions.has(partition);
  }

  add(partition: number, offset: bigint): void {
    this.#positions.set(partition, { offset, epoch: -1, answeredMs: Number.NEGATIVE_INFINITY });
  }

  drop(partition: number): void {
    this.#positions.delete(partition);
  }

  get partitions(): Iterable<number> {
    return this.#positions.keys();
  }

  /** True when since then every partition was asked for and its leader said all it had. */
  answeredSince(momentMs: number): boolean {
    return [...this.#positions.values()].every(({ answeredMs }) => answeredMs >= momentMs);
  }

  /** Asks every leader that is not being asked. `waitMs`: how long it may wait for a first message. Returns at once. */
  start(waitMs: number): void {
    if (this.#starting || this.#positions.size === 0) return;
    this.#starting = true;
    this.#startAll(this.#client.get(), waitMs).finally(() => {
      this.#starting = false;
    });
  }

  async #startAll(client: Consumer, waitMs: number): Promise<void> {
    try {
      const { topics } = await client.metadata({ topics: [this.#topic] });
      const topic = topics.get(this.#topic);
      this.#partitionCount = topic?.partitionsCount ?? 0;
      const byLeader = Map.groupBy(this.#positions.keys(), (partition) => topic?.partitions[partition]?.leader ?? -1);
      for (const [leader, partitions] of byLeader) {
        if (leader < 0 || this.#busy.has(leader)) continue;
        this.#busy.add(leader);
        this.#fetch(client, { leader, topicId: topic!.id, partitions, waitMs }).finally(() => {
          this.#busy.delete(leader);
          this.#events.onEnd();
        });
      }
      if (byLeader.has(-1)) client.clearMetadata();
    } catch (error) {
      await this.#failed(client, error);
      this.#events.onEnd();
    }
  }

  async #fetch(
    client: Consumer,
    request: { leader: number; topicId: string; partitions: readonly number[]; waitMs: number },
  ): Promise<void> {
    const { leader, topicId, waitMs } = request;
    const asked = new Map<number, bigint>();
    const partitions = request.partitions.flatMap((partition) => {
      const position = this.#positions.get(partition);
      if (position === undefined) return [];
      asked.set(partition, position.offset);
      const { offset: fetchOffset, epoch } = position;
      const partitionMaxBytes = this.#options.fetchBytes;
      return [{ partition, currentLeaderEpoch: -1, fetchOffset, lastFetchedEpoch: epoch, partitionMaxBytes }];
    });
    try {
      await this.#take(await this.#answerOf(client, { leader, topicId, partitions, waitMs }), asked);
    } catch (error) {
      await this.#failed(client, error);
    }
  }

  async #answerOf(
    client: Consumer,
    request: { leader: number; topicId: string; partitions: FetchPartitions; waitMs: number },
  ): Promise<FetchResponse> {
    try {
      return await client.fetch({
        node: request.leader,
        topics: [{ topicId: request.topicId, partitions: request.partitions }],
        maxWaitTime: request.waitMs,
        minBytes: 1,
        maxBytes: this.#options.fetchBytes,
        isolationLevel: READ_UNCOMMITTED,
      });
    } catch (error) {
      // One partition is refused: what came of the others is good.
      const { response } = error as { response?: FetchResponse };
      if (response?.responses === undefined) throw error;
      client.clearMetadata();
      if (!refusalsIn(error).has('OFFSET_OUT_OF_RANGE')) this.#failure = error;
      return response;
    }
  }

  /** A partition that the answer does not mention has nothing new. */
  async #take(response: FetchResponse, asked: ReadonlyMap<number, bigint>): Promise<void> {
    const refused = new Set<number>();
    for (const { partitions } of response.responses) {
      for (const partition of partitions) {
        if (partition.errorCode !== 0) refused.add(partition.partitionIndex);
        await this.#takePartition(partition, asked.get(partition.partitionIndex));
      }
    }
    const now = this.#clock.monotonicMs();
    for (const partition of asked.keys()) {
      const position = this.#positions.get(partition);
      if (position !== undefined && !refused.has(partition)) position.answeredMs = now;
    }
    if (refused.size === 0) this.#failure = undefined;
    else await this.#clock.sleep(this.#options.retryDelayMs);
  }

  async #takePartition(response: PartitionResponse, asked: bigint | undefined): Promise<void> {
    const { partitionIndex: partition, errorCode, divergingEpoch, records } = response;
    const position = this.#positions.get(partition);
    // Given to another member, or moved, since it was asked for.
    if (position === undefined || asked === undefined || position.offset !== asked) return;
    if (errorCode === OFFSET_OUT_OF_RANGE) {
      this.#moveTo(partition, asked, await this.#events.onOutOfRange(partition, asked));
      return;
    }
    if (errorCode !== 0) return;
    if (divergingEpoch !== undefined && divergingEpoch.endOffset >= 0n && divergingEpoch.endOffset < asked) {
      // The leader's log ended there before it went on: what we have read past it is no longer in it, other messages are.
      this.#moveTo(partition, asked, divergingEpoch.endOffset);
      return;
    }
    const messages: IncomingMessage[] = [];
    for (const batch of records ?? []) {
      position.offset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      position.epoch = batch.partitionLeaderEpoch;
      if ((batch.attributes & IS_CONTROL) !== 0) continue;
      for (const { offsetDelta, headers, value } of batch.records) {
        const offset = batch.firstOffset + BigInt(offsetDelta);
        // Batches are given whole, also when the position lies in the middle of one.
        if (offset < asked) continue;
        messages.push({
          position: { platform: 'kafka', topic: this.#topic, partition, offset },
          id: envelopeIdIn(headers),
          // A copy: the record lies in the memory of the whole answer.
          body: new Uint8Array(value ?? []),
        });
      }
    }
    if (messages.length > 0) this.#events.onMessages(messages);
  }

  #moveTo(partition: number, from: bigint, to: bigint): void {
    const position = this.#positions.get(partition);
    if (position === undefined || position.offset !== from) return;
    position.offset = to;
    position.epoch = -1;
  }

  /** Notes it, and waits a little: whoever is told tries again at once. */
  async #failed(client: Consumer, error: unknown): Promise<void> {
    if (client.closed) return;
    this.#failure = error;
    if (refusalsIn(error).size > 0) client.clearMetadata();
    else if (asPlatformError(error, '').retryable) this.#client.discard(client);
    await this.#clock.sleep(this.#options.retryDelayMs);
  }

  close(): Promise<void> {
    this.#positions.clear();
    return this.#client.close();
  }
}

const OFFSET_OUT_OF_RANGE = 1;
