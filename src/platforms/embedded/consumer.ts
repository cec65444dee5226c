import type {
  Cancellable,
  Clock,
  IncomingMessage,
  LogPosition,
  PartitionLag,
  PlatformConsumer,
  PollOptions,
} from '../../core/ports.ts';
import type { LogClient } from './log-client.ts';
import type { Offsets, StoredMessage } from './log-store.ts';

/** How often an empty log is looked at again: another process may have written to it. Our own appends wake at once. */
const IDLE_POLL_MS = 20;

interface ConsumerOptions {
  readonly topic: string;
  readonly group: string;
  /** Where the group stood: the start until `seek` says better. */
  readonly committed: Offsets;
  readonly clock: Clock;
}

/**
 * Reads the embedded log from where its group last said it was. That is a hint given after the store's transaction, so it
 * can lie behind the truth, never ahead; what comes twice is caught by the ledger. Positions kept in the store are not
 * asked: after a log was deleted and made anew they would point past messages that nobody has applied.
 */
export class EmbeddedConsumer implements PlatformConsumer {
  readonly #client: LogClient;
  readonly #options: ConsumerOptions;
  #after: Record<number, number>;

  constructor(client: LogClient, options: ConsumerOptions) {
    this.#client = client;
    this.#options = options;
    this.#after = { ...options.committed };
  }

  async poll(options: PollOptions): Promise<readonly IncomingMessage[]> {
    const { topic, clock } = this.#options;
    const deadline = clock.monotonicMs() + options.waitMs;
    for (;;) {
      options.signal?.throwIfAborted();
      // Listening from before the look: an append between the look and the wait is not missed.
      const appended = new AbortController();
      const forget = this.#client.onceAppended(() => appended.abort());
      try {
        const messages = await this.#client.read(topic, this.#after, options.maxMessages, options.maxBytes);
        if (messages.length > 0) return this.#take(messages);
        const leftMs = deadline - clock.monotonicMs();
        if (leftMs <= 0) return [];
        const signal = options.signal ? AbortSignal.any([options.signal, appended.signal]) : appended.signal;
        await clock.sleep(Math.min(IDLE_POLL_MS, leftMs), { signal }).catch((error) => {
          if (!appended.signal.aborted) throw error;
        });
      } finally {
        forget();
      }
    }
  }

  #take(messages: readonly StoredMessage[]): IncomingMessage[] {
    const { topic } = this.#options;
    for (const { partition, offset } of messages) this.#after[partition] = offset;
    return messages.map(({ partition, offset, id, body }) => ({
      position: { platform: 'embedded', topic, partition, offset: BigInt(offset) },
      id,
      body,
    }));
  }

  async commit(positions: readonly LogPosition[]): Promise<void> {
    await this.#client.commit(this.#options.topic, this.#options.group, this.#offsets(positions));
  }

  #offsets(positions: readonly LogPosition[]): Record<number, number> {
    const offsets: Record<number, number> = {};
    for (const { platform, topic, partition, offset } of positions) {
      if (platform !== 'embedded' || topic !== this.#options.topic) continue;
      offsets[partition] = Math.max(offsets[partition] ?? -1, Number(offset));
    }
    return offsets;
  }

  async lag({ signal }: Cancellable = {}): Promise<readonly PartitionLag[]> {
    signal?.throwIfAborted();
    const lags = await this.#client.lag(this.#options.topic, this.#options.group);
    return Object.entries(lags).map(([partition, lag]) => ({ partition: Number(partition), lag: BigInt(lag) }));
  }

  async close(): Promise<void> {}
}
