import { Admin, type ClusterMetadata } from '@platformatic/kafka';
import type { Cancellable, Clock } from '../../core/ports.ts';
import { clientOptions, RenewableClient } from './client.ts';
import { withinDeadline } from './deadline.ts';
import { refusalsIn } from './errors.ts';
import type { KafkaOptions } from './options.ts';

interface AskOptions extends Cancellable {
  readonly timeoutMs?: number;
}

/** Questions to the cluster, each with a deadline. A client that did not answer is not asked again. */
export class KafkaAdmin {
  readonly #client: RenewableClient<Admin>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(options: KafkaOptions, clock: Clock) {
    this.#clock = clock;
    // Three attempts, and some time to elect or to create.
    this.#timeoutMs = 5 * options.requestTimeoutMs;
    this.#client = new RenewableClient(clock, (rotation) => new Admin(clientOptions(options, rotation)));
  }

  /** True when a question would go out on a connection that is there already. */
  get isConnected(): boolean {
    return this.#client.get().isConnected();
  }

  /** Runs `work` with a client. Every failure comes out as ours; `doing` begins its message. */
  async ask<T>(doing: string, work: (admin: Admin) => Promise<T>, options: AskOptions = {}): Promise<T> {
    const { signal, timeoutMs = this.#timeoutMs } = options;
    signal?.throwIfAborted();
    const client = this.#client.get();
    try {
      return await withinDeadline(work(client), { clock: this.#clock, timeoutMs, signal, doing });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      const failure = this.#client.explain(client, error, doing);
      // A broker that refuses is well.
      if (failure.retryable && refusalsIn(error).size === 0) this.#client.discard(client);
      throw failure;
    }
  }

  /** What the cluster says now of its brokers and these topics. TOPIC_NOT_FOUND when it lacks one of them. */
  metadata(
    topics: readonly string[],
    options: AskOptions & { readonly retries?: number } = {},
  ): Promise<ClusterMetadata> {
    const { retries, ...rest } = options;
    const question = { topics: [...topics], forceUpdate: true, ...(retries === undefined ? {} : { retries }) };
    return this.ask(
      `Kafka: asking for ${topics.join(', ') || 'the brokers'}`,
      (admin) => admin.metadata(question),
      rest,
    );
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
