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
import {
  type IggyClient,
  IggyError,
  type Membership,
  type PolledMessages,
  type ReceivedMessage,
  SERVER_ERROR,
} from './client/index.ts';
import { translated } from './errors.ts';
import { incoming } from './incoming.ts';
import { type GroupOfTopic, groupLag } from './lag.ts';
import { type Tails, unreadable } from './tail.ts';
import type { IggyTopics } from './topics.ts';

/** How often a member asks which partitions are its own. */
const ASSIGNMENT_AGE_MS = 250;
/** An empty topic is looked at again after this, then after twice as long, up to the most: the server cannot wait for us. */
const IDLE_MIN_MS = 1;
const IDLE_MAX_MS = 25;
/** What a message is taken to weigh before any was seen; the largest that the server takes. */
const FIRST_GUESS_BYTES = 64 * 1024;
const LARGEST_BYTES = 64_000_000;

interface ConsumerOptions extends GroupOfTopic {
  readonly tails: Tails;
  readonly clock: Clock;
}

/** The last message read of a partition: tells whether the log is still the one that was read. */
type Mark = Pick<ReceivedMessage, 'offset' | 'id' | 'timestampUs'>;

/**
 * Reads its share of a topic by explicit offsets, from after the group's stored ones. Those are a hint stored after the
 * database's transaction: behind the truth, never ahead. A server that was killed may have lost the end of its log and use
 * offsets again: whenever the connection was lost, the last message read is asked for again, and if it is not the same one,
 * what we remember of the partition would point past messages that nobody has applied, so all of it is forgotten.
 */
export class IggyConsumer implements PlatformConsumer {
  readonly #client: IggyClient;
  readonly #topics: IggyTopics;
  readonly #membership: Membership;
  readonly #options: ConsumerOptions;
  /** Next offset of each partition that is ours; absent until it was read from the server. */
  readonly #next = new Map<number, bigint>();
  readonly #marks = new Map<number, Mark>();
  /** Offsets up to here were read of a log that is lost: to commit one could mean a message that took its place. */
  readonly #ambiguousTo = new Map<number, bigint>();
  #partitions: readonly number[] = [];
  #assignedAtMs = Number.NEGATIVE_INFINITY;
  #epoch = 0;
  /** Polled, not given out yet. */
  #buffer: IncomingMessage[] = [];
  #turn = 0;
  #messageBytes = FIRST_GUESS_BYTES;
  #isClosed = false;

  constructor(client: IggyClient, topics: IggyTopics, membership: Membership, options: ConsumerOptions) {
    this.#client = client;
    this.#topics = topics;
    this.#membership = membership;
    this.#options = options;
  }

  poll(options: PollOptions): Promise<readonly IncomingMessage[]> {
    return translated(options.signal, async () => {
      const { clock } = this.#options;
      const deadline = clock.monotonicMs() + options.waitMs;
      for (let idleMs = IDLE_MIN_MS; ; idleMs = Math.min(idleMs * 2, IDLE_MAX_MS)) {
        if (this.#isClosed) throw new VcfAgentError('PLATFORM_UNAVAILABLE', 'iggy: the consumer was closed');
        await this.#refreshAssignment(options);
        if (this.#buffer.length === 0) await this.#sweep(options);
        if (this.#buffer.length > 0) return this.#take(options);
        const leftMs = deadline - clock.monotonicMs();
        if (leftMs <= 0) return [];
        await clock.sleep(Math.min(idleMs, leftMs), options);
      }
    });
  }

  async #refreshAssignment(call: Cancellable): Promise<void> {
    const now = this.#options.clock.monotonicMs();
    if (now - this.#assignedAtMs >= ASSIGNMENT_AGE_MS) {
      const { partitions, currentOffsets, epoch } = await this.#membership.assignment({ signal: call.signal });
      this.#assignedAtMs = now;
      if (epoch !== this.#epoch) await this.#checkMarks(partitions, epoch, call);
      this.#epoch = epoch;
      this.#partitions = partitions;
      for (const partition of this.#next.keys()) if (!partitions.includes(partition)) this.#next.delete(partition);
      for (const [partition, offset] of currentOffsets) this.#forgetIfLost(partition, offset);
    }
    const unknown = this.#partitions.filter((partition) => !this.#next.has(partition));
    await Promise.all(unknown.map((partition) => this.#findStart(partition, call)));
  }

  async #checkMarks(partitions: readonly number[], epoch: number, { signal }: Cancellable): Promise<void> {
    for (const partition of this.#next.keys()) if (!this.#marks.has(partition)) this.#next.delete(partition);
    for (const [partition, mark] of this.#marks) {
      const { offset } = mark;
      const request = { partition, offset, count: 1, epoch };
      const reply = partitions.includes(partition) ? await this.#membership.poll(request, { signal }) : undefined;
      const found = reply?.messages[0];
      const isSame = found?.offset === offset && found.id === mark.id && found.timestampUs === mark.timestampUs;
      if (!isSame) this.#forget(partition);
    }
  }

  #forget(partition: number): void {
    const mark = this.#marks.get(partition);
    if (mark !== undefined) this.#ambiguousTo.set(partition, mark.offset);
    this.#marks.delete(partition);
    this.#next.delete(partition);
    this.#buffer = this.#buffer.filter(({ position }) => position.partition !== partition);
  }

  async #findStart(partition: number, { signal }: Cancellable): Promise<void> {
    const stored = (await this.#membership.storedOffset(partition, { signal }))?.storedOffset;
    // A server that lost a whole partition in a crash puts 0 for what was stored: message 0 may be another one now.
    this.#next.set(partition, stored === undefined || stored === 0n ? 0n : stored + 1n);
  }

  /** Asks every partition, beginning where the last sweep ended, until there is enough. */
  async #sweep({ maxMessages, maxBytes, signal }: PollOptions): Promise<void> {
    const partitions = this.#partitions;
    const affordable = Math.max(1, Math.floor(maxBytes / this.#messageBytes));
    const width = Math.min(partitions.length, affordable);
    const count = Math.min(maxMessages, Math.max(1, Math.floor(affordable / width)));
    // A partition that cannot be read does not hold up the others; while they are silent, too, it is an error.
    const failures: unknown[] = [];
    let asked = 0;
    while (asked < partitions.length && this.#buffer.length === 0) {
      const some = Array.from({ length: Math.min(width, partitions.length - asked) }, (_, index) => {
        return partitions[(this.#turn + index) % partitions.length]!;
      });
      asked += some.length;
      this.#turn = (this.#turn + some.length) % partitions.length;
      const replies = await Promise.allSettled(some.map((partition) => this.#ask(partition, count, signal)));
      for (const [index, reply] of replies.entries()) {
        if (reply.status === 'fulfilled') this.#receive(some[index]!, reply.value);
        else failures.push(reply.reason);
      }
    }
    if (this.#buffer.length === 0 && failures.length > 0) throw failures[0];
  }

  async #ask(partition: number, count: number, signal: AbortSignal | undefined): Promise<PolledMessages | undefined> {
    const offset = this.#next.get(partition);
    if (offset === undefined) return undefined;
    try {
      const reply = await this.#membership.poll({ partition, offset, count, epoch: this.#epoch }, { signal });
      if (reply === undefined) this.#assignedAtMs = Number.NEGATIVE_INFINITY;
      return reply;
    } catch (error) {
      if (!(error instanceof IggyError)) throw error;
      const place = { topic: this.#options.topic, partition };
      const isRefused = error.serverCode === SERVER_ERROR.invalidOffset;
      if (isRefused && (await this.#options.tails.met(place, offset))) throw unreadable(place, offset);
      if (error.code !== 'REPLY_TOO_LARGE' || count === 1) throw error;
      // A poll is bounded by messages, not by bytes: from here on one at a time, until they prove to be smaller.
      this.#messageBytes = LARGEST_BYTES;
      return undefined;
    }
  }

  #receive(partition: number, reply: PolledMessages | undefined): void {
    if (reply === undefined) return;
    if (reply.partition !== partition || this.#forgetIfLost(partition, reply.currentOffset)) return;
    const last = reply.messages.at(-1);
    if (last === undefined) return;
    this.#next.set(partition, last.offset + 1n);
    this.#marks.set(partition, { offset: last.offset, id: last.id, timestampUs: last.timestampUs });
    const largest = Math.max(...reply.messages.map(({ payload }) => payload.length), 1);
    this.#messageBytes = Math.max(largest, this.#messageBytes * 0.75);
    for (const message of reply.messages) this.#buffer.push(incoming(message, this.#options.topic, partition));
  }

  /** A log that ends before what we have read of it lost its end: its offsets are being used again. */
  #forgetIfLost(partition: number, currentOffset: bigint | undefined): boolean {
    const next = this.#next.get(partition);
    if (next === undefined || currentOffset === undefined || currentOffset + 1n >= next) return false;
    this.#forget(partition);
    return true;
  }

  /** At least one message, whatever its size. */
  #take({ maxMessages, maxBytes }: PollOptions): IncomingMessage[] {
    let bytes = 0;
    let count = 0;
    for (const { body } of this.#buffer) {
      if (count > 0 && (count === maxMessages || bytes + body.length > maxBytes)) break;
      bytes += body.length;
      count++;
    }
    return this.#buffer.splice(0, count);
  }

  commit(positions: readonly LogPosition[]): Promise<void> {
    return translated(undefined, async () => {
      const last = new Map<number, bigint>();
      for (const { platform, topic, partition, offset } of positions) {
        if (platform !== 'iggy' || topic !== this.#options.topic) continue;
        const known = last.get(partition);
        if (known === undefined || known < offset) last.set(partition, offset);
      }
      await Promise.all([...last].map(([partition, offset]) => this.#store(partition, offset)));
    });
  }

  async #store(partition: number, offset: bigint): Promise<void> {
    if (offset <= (this.#ambiguousTo.get(partition) ?? -1n)) return;
    const isStored = await this.#membership.storeOffset({ partition, offset, epoch: this.#epoch });
    // Nothing is lost by that: whoever has the partition now sees those messages again. But it is time to look who has.
    if (!isStored) this.#assignedAtMs = Number.NEGATIVE_INFINITY;
  }

  lag(options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    return groupLag(this.#client, this.#topics, this.#options, options);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return translated(undefined, () => this.#membership.close());
  }
}
