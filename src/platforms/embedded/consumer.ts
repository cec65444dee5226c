import type {
  Cancellable,
  Clock,
  IncomingMessage,
  LogPosition,
  PartitionLag,
  PlatformConsumer,
  PollOptions,
} from '../../core/ports.ts';
import { groupLag } from './lag.ts';
import type { LogClient } from './log-client.ts';
import type { Assignment, Membership, Shape } from './log-members.ts';
import type { Offsets, StoredMessage } from './log-store.ts';

/** How often an empty log is looked at again: another process may have written to it. Our own appends wake at once. */
const IDLE_POLL_MS = 20;
/** How often a member asks which partitions are its own. */
const ASSIGNMENT_AGE_MS = 250;

const APPENDED = Symbol('appended');

interface ConsumerOptions {
  readonly membership: Membership;
  readonly assignment: Assignment;
  readonly clock: Clock;
}

/**
 * Reads its share of the embedded log from where its group last said it was. That is a hint given after the store's
 * transaction, so it can lie behind the truth, never ahead; what comes twice is caught by the ledger. Positions kept in the
 * store are not asked: after a log was deleted and made anew they would point past messages that nobody has applied.
 */
export class EmbeddedConsumer implements PlatformConsumer {
  readonly #client: LogClient;
  readonly #membership: Membership;
  readonly #clock: Clock;
  #after: Record<number, number>;
  #shape: Shape;
  #assignedAtMs: number;

  constructor(client: LogClient, { membership, assignment, clock }: ConsumerOptions) {
    this.#client = client;
    this.#membership = membership;
    this.#clock = clock;
    this.#after = { ...assignment.offsets };
    this.#shape = assignment.shape;
    this.#assignedAtMs = clock.monotonicMs();
  }

  async poll(options: PollOptions): Promise<readonly IncomingMessage[]> {
    const clock = this.#clock;
    const deadline = clock.monotonicMs() + options.waitMs;
    for (;;) {
      options.signal?.throwIfAborted();
      await this.#refreshAssignment();
      // Listening from before the look: an append between the look and the wait is not missed.
      const appended = new AbortController();
      const forget = this.#client.onceAppended(() => appended.abort(APPENDED));
      try {
        const { maxMessages, maxBytes } = options;
        const messages = await this.#client.read(this.#membership.topic, this.#after, maxMessages, maxBytes);
        if (messages.length > 0) return this.#take(messages);
        const leftMs = deadline - clock.monotonicMs();
        if (leftMs <= 0) return [];
        const signal = options.signal ? AbortSignal.any([options.signal, appended.signal]) : appended.signal;
        await clock.sleep(Math.min(IDLE_POLL_MS, leftMs), { signal }).catch((error) => {
          options.signal?.throwIfAborted();
          if (!appended.signal.aborted) throw error;
        });
      } finally {
        forget();
      }
    }
  }

  /** A partition that stays keeps its position; one that is new starts after the group's last commit. */
  async #refreshAssignment(): Promise<void> {
    const now = this.#clock.monotonicMs();
    if (now - this.#assignedAtMs < ASSIGNMENT_AGE_MS) return;
    const assignment = await this.#client.assignment(this.#membership, this.#shape, this.#clock.now());
    this.#assignedAtMs = now;
    if (assignment === undefined) return;
    this.#shape = assignment.shape;
    const known: Offsets = this.#after;
    const offsets = Object.entries(assignment.offsets).map(([partition, offset]) => {
      const number = Number(partition);
      return [number, known[number] ?? offset] as const;
    });
    this.#after = Object.fromEntries(offsets);
  }

  #take(messages: readonly StoredMessage[]): IncomingMessage[] {
    const { topic } = this.#membership;
    for (const { partition, offset } of messages) this.#after[partition] = offset;
    return messages.map(({ partition, offset, id, body }) => ({
      position: { platform: 'embedded', topic, partition, offset: BigInt(offset) },
      id,
      body,
    }));
  }

  async commit(positions: readonly LogPosition[]): Promise<void> {
    const { topic, group } = this.#membership;
    await this.#client.commit(topic, group, this.#offsets(positions));
  }

  #offsets(positions: readonly LogPosition[]): Record<number, number> {
    const offsets: Record<number, number> = {};
    for (const { platform, topic, partition, offset } of positions) {
      if (platform !== 'embedded' || topic !== this.#membership.topic) continue;
      offsets[partition] = Math.max(offsets[partition] ?? -1, Number(offset));
    }
    return offsets;
  }

  lag(options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    return groupLag(this.#client, this.#membership.topic, this.#membership.group, options);
  }

  async close(): Promise<void> {
    // A closed log has let go of its members. One that cannot take a goodbye, as on a full disk, forgets who is silent.
    if (!this.#client.isClosed) await this.#client.leave(this.#membership.member).catch(() => undefined);
  }
}
