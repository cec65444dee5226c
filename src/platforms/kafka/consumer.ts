import { VcfAgentError } from '../../core/errors.ts';
import type {
  Cancellable,
  Clock,
  IncomingMessage,
  LogPosition,
  PartitionLag,
  PlatformConsumer,
  PollOptions,
} from '../../core/ports.ts';
import type { KafkaAdmin } from './admin.ts';
import { MessageBuffer } from './buffer.ts';
import { closedError, transferMs } from './client.ts';
import { asPlatformError } from './errors.ts';
import { FETCH_WAIT_MS, Fetcher } from './fetcher.ts';
import { groupIdOf, groupLag } from './lag.ts';
import { GroupMembership } from './membership.ts';
import { committedOffsets, firstOffsets } from './offsets.ts';
import type { KafkaOptions } from './options.ts';

interface ConsumerPorts {
  readonly admin: KafkaAdmin;
  readonly options: KafkaOptions;
  readonly clock: Clock;
}

/**
 * Reads its share of a topic. Messages are fetched only for who polls (and about one fetch ahead): a slow reader fills no
 * memory. A partition starts after the group's last commit, or at its first message; while it stays ours its position does
 * too, so that each message comes once, and more often only after somebody else had the partition.
 */
export class KafkaConsumer implements PlatformConsumer {
  readonly #topic: string;
  readonly #group: string;
  readonly #ports: ConsumerPorts;
  readonly #membership: GroupMembership;
  readonly #fetcher: Fetcher;
  readonly #buffer = new MessageBuffer();
  /** Commits that did not get through, by partition: the next one carries them. */
  readonly #owed = new Map<number, bigint>();
  #settledGeneration = 0;
  #sharedPartitions = 0;
  #loss: VcfAgentError | undefined;
  #woken = Promise.withResolvers<void>();
  #closed = false;

  constructor(topic: string, group: string, ports: ConsumerPorts) {
    this.#topic = topic;
    this.#group = groupIdOf(group, topic);
    this.#ports = ports;
    const { options, clock } = ports;
    const onChange = () => this.#wake();
    this.#membership = new GroupMembership({ topic, group: this.#group, options, clock, onChange });
    const events = {
      onMessages: (messages: readonly IncomingMessage[]) => this.#buffer.add(messages),
      onOutOfRange: (partition: number, offset: bigint) => this.#recover(partition, offset),
      onEnd: onChange,
    };
    this.#fetcher = new Fetcher(topic, this.#group, options, { clock, events });
  }

  /** Joins the group; a poll then knows its partitions. */
  open(): Promise<void> {
    return this.#membership.ensure();
  }

  #wake(): void {
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  }

  /**
   * An empty answer says that there is nothing: each leader was heard since the call. Rejects (retryable) when one does not
   * answer; the consumer goes on trying and may be polled again.
   */
  async poll(options: PollOptions): Promise<readonly IncomingMessage[]> {
    const { clock } = this.#ports;
    const { signal, waitMs } = options;
    const begunMs = clock.monotonicMs();
    const deadline = begunMs + waitMs;
    const { requestTimeoutMs, maxMessageBytes } = this.#ports.options;
    let patience = deadline + FETCH_WAIT_MS + requestTimeoutMs;
    const limit = patience + transferMs(maxMessageBytes);
    let heard = this.#fetcher.bytesRead;
    for (;;) {
      if (this.#closed) throw closedError();
      signal?.throwIfAborted();
      await this.#settleAssignment(signal, patience);
      const messages = this.#buffer.take(options.maxMessages, options.maxBytes);
      if (messages.length > 0) {
        this.#fetchAhead();
        return messages;
      }
      this.#throwLoss();
      const leftMs = deadline - clock.monotonicMs();
      if (leftMs <= 0 && this.#fetcher.answeredSince(begunMs)) return [];
      if (this.#fetcher.bytesRead !== heard) {
        // A large message may be on its way: who sends does not hang.
        heard = this.#fetcher.bytesRead;
        patience = Math.min(Math.max(patience, clock.monotonicMs() + requestTimeoutMs), limit);
      }
      this.#throwFailure(patience);
      const woken = this.#woken.promise;
      this.#fetcher.start(Math.max(0, Math.min(Math.floor(leftMs), FETCH_WAIT_MS)));
      await this.#sleep(leftMs > 0 ? leftMs : patience - clock.monotonicMs(), woken, signal);
    }
  }

  /** What is there already, for the next poll. Not what may come: a poll that cannot wait would wait for that answer. */
  #fetchAhead(): void {
    if (this.#buffer.bytes < this.#ports.options.fetchBytes) this.#fetcher.start(0);
  }

  async #sleep(durationMs: number, woken: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const up = new AbortController();
    const stop = signal === undefined ? up.signal : AbortSignal.any([signal, up.signal]);
    const sleeping = this.#ports.clock.sleep(Math.max(0, durationMs), { signal: stop }).catch(() => undefined);
    await Promise.race([woken, sleeping]);
    up.abort();
  }

  #throwFailure(patience: number): void {
    const late = this.#ports.clock.monotonicMs() >= patience;
    const { failure } = this.#fetcher;
    if (failure === undefined && !late) return;
    const doing = `Kafka: reading ${this.#topic}`;
    const error =
      failure === undefined
        ? new VcfAgentError('PLATFORM_TIMEOUT', `${doing}: a broker does not answer`, { retryable: true })
        : asPlatformError(failure, doing);
    if (late || !error.retryable) throw error;
  }

  #throwLoss(): void {
    const loss = this.#loss;
    this.#loss = undefined;
    if (loss !== undefined) throw loss;
  }

  /** Takes over the partitions that the group has given us since, and lets go of the others. */
  async #settleAssignment(signal: AbortSignal | undefined, patience: number): Promise<void> {
    await this.#membership.ensure({ signal, timeoutMs: Math.max(1, patience - this.#ports.clock.monotonicMs()) });
    if (this.#fetcher.partitionCount > this.#sharedPartitions && this.#sharedPartitions > 0) {
      this.#sharedPartitions = this.#fetcher.partitionCount;
      await this.#membership.rejoin();
    }
    while (this.#settledGeneration !== this.#membership.generation) {
      const { generation, partitions } = this.#membership;
      for (const partition of [...this.#fetcher.partitions]) {
        if (!partitions.includes(partition)) this.#letGo(partition);
      }
      const added = partitions.filter((partition) => !this.#fetcher.has(partition));
      const offsets = await this.#startingOffsets(added, signal);
      this.#settledGeneration = generation;
      for (const [at, partition] of added.entries()) this.#fetcher.add(partition, offsets[at]!);
    }
  }

  #letGo(partition: number): void {
    this.#fetcher.drop(partition);
    this.#buffer.drop(partition);
    this.#owed.delete(partition);
  }

  async #startingOffsets(partitions: readonly number[], signal: AbortSignal | undefined): Promise<bigint[]> {
    const topic = this.#topic;
    const { topics } = await this.#ports.admin.metadata([topic], { signal });
    this.#sharedPartitions = topics.get(topic)?.partitionsCount ?? 0;
    if (partitions.length === 0) return [];
    const places = partitions.map((partition) => ({ topic, partition }));
    const [committed, first] = await this.#ports.admin.ask(
      `Kafka: reading the positions of ${this.#group}`,
      (admin) => Promise.all([committedOffsets(admin, this.#group, topic, partitions), firstOffsets(admin, places)]),
      { signal },
    );
    return partitions.map((_, at) => committed[at] ?? first[at] ?? 0n);
  }

  /**
   * Our position is not in the log. Past its end: the broker has lost its tail and may have given our offsets to other
   * messages, so everything kept is read again. Before its start: retention has deleted what nobody had read, which is told
   * once and loudly, and the reading goes on.
   */
  async #recover(partition: number, offset: bigint): Promise<bigint> {
    const place = [{ topic: this.#topic, partition }];
    const doing = `Kafka: looking for the start of ${this.#topic}`;
    const [first = 0n] = await this.#ports.admin.ask(doing, (admin) => firstOffsets(admin, place));
    if (offset < first) {
      this.#loss = new VcfAgentError(
        'PLATFORM_ERROR',
        `Kafka has deleted messages ${offset} to ${first - 1n} of ${this.#topic}, partition ${partition}, before they were read`,
        { context: { topic: this.#topic, partition } },
      );
      this.#owed.set(partition, first);
    }
    return first;
  }

  /** A failure that may pass is not the caller's: the next commit carries these positions too, and until then they are only late. */
  async commit(positions: readonly LogPosition[]): Promise<void> {
    if (this.#closed) throw closedError();
    for (const { platform, topic, partition, offset } of positions) {
      if (platform !== 'kafka' || topic !== this.#topic) continue;
      // Of a partition that another member has now, it knows better.
      if (!this.#fetcher.has(partition)) continue;
      const next = offset + 1n;
      if (next > (this.#owed.get(partition) ?? -1n)) this.#owed.set(partition, next);
    }
    await this.#payOwed().catch((error: VcfAgentError) => {
      if (!error.retryable) throw error;
    });
  }

  async #payOwed(): Promise<void> {
    if (this.#owed.size === 0) return;
    const paying = new Map(this.#owed);
    await this.#membership.commit(paying);
    for (const [partition, offset] of paying) {
      if (this.#owed.get(partition) === offset) this.#owed.delete(partition);
    }
  }

  /** From what the cluster says of the group, not from what this member remembers. */
  lag(options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    return groupLag(this.#ports.admin, this.#topic, this.#group, options);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#payOwed().catch(() => undefined);
    this.#closed = true;
    this.#wake();
    await Promise.all([this.#membership.close(), this.#fetcher.close()]);
  }
}
