import { Consumer } from '@platformatic/kafka';
import type { Cancellable, Clock } from '../../core/ports.ts';
import { clientOptions, closedError, sayGoodbye, watched } from './client.ts';
import { withinDeadline } from './deadline.ts';
import { asPlatformError } from './errors.ts';
import type { KafkaOptions } from './options.ts';

/** A rebalance waits for members that have died: the join may take as long as their session, and some. */
const JOIN_MARGIN_MS = 2000;

interface MembershipOptions {
  readonly topic: string;
  readonly group: string;
  readonly options: KafkaOptions;
  readonly clock: Clock;
  /** Called when the partitions may have changed, or the membership is lost. */
  readonly onChange: () => void;
}

/**
 * A member of a consumer group: it joins, gives signs of life, and knows which partitions are its own. The group is of the
 * classic protocol, in which a member names its own session timeout: with the newer one a killed worker keeps its partitions
 * for 45 seconds on brokers that nobody has configured.
 */
export class GroupMembership {
  readonly #with: MembershipOptions;
  #client: Consumer | undefined;
  #partitions: readonly number[] = [];
  #generation = 0;
  #joining: Promise<void> | undefined;
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#with = options;
  }

  /** Another number each time that the partitions were shared anew. */
  get generation(): number {
    return this.#generation;
  }

  get partitions(): readonly number[] {
    return this.#partitions;
  }

  /** Longest that a join may take: members that have died are waited for. */
  get joinTimeoutMs(): number {
    return 2 * (this.#with.options.sessionTimeoutMs + JOIN_MARGIN_MS);
  }

  /** Resolves at once for a member in good standing; else joins, anew if the membership was lost. After a timeout it goes on joining. */
  async ensure({ signal, timeoutMs = this.joinTimeoutMs }: Cancellable & { timeoutMs?: number } = {}): Promise<void> {
    if (this.#closed) throw closedError();
    if (this.#client !== undefined && this.#joining === undefined) return;
    this.#joining ??= this.#join().finally(() => {
      this.#joining = undefined;
    });
    const { clock } = this.#with;
    await withinDeadline(this.#joining, { clock, timeoutMs, signal, doing: `Kafka: joining ${this.#with.group}` });
  }

  async #join(): Promise<void> {
    const { topic, group } = this.#with;
    const client = this.#makeClient();
    client.on('error', () => this.#lose(client));
    client.on('consumer:group:join', () => this.#take(client));
    client.topics.track(topic);
    this.#client = client;
    try {
      await client.joinGroup({});
      if (this.#closed) throw closedError();
    } catch (error) {
      if (this.#client === client) this.#client = undefined;
      await this.#part(client);
      throw asPlatformError(error, `Kafka: joining ${group}`);
    }
  }

  #makeClient(): Consumer {
    const { group, options } = this.#with;
    const { sessionTimeoutMs, heartbeatIntervalMs, instanceId } = options;
    const client = new Consumer({
      ...clientOptions(options, this.#generation),
      groupId: group,
      groupProtocol: 'classic',
      ...(instanceId === undefined ? {} : { groupInstanceId: instanceId }),
      autocommit: false,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      requestTimeout: sessionTimeoutMs + JOIN_MARGIN_MS,
      // A coordinator that moves to another broker is not there for a moment; a member has a session's time to find it.
      retries: Math.ceil(sessionTimeoutMs / options.retryDelayMs),
    });
    return watched(client);
  }

  #take(client: Consumer): void {
    if (this.#client !== client) return;
    const own = client.assignments?.find(({ topic }) => topic === this.#with.topic);
    this.#partitions = own?.partitions ?? [];
    this.#generation++;
    this.#with.onChange();
  }

  /**
   * It could not join again after the group had been shared anew, and has stopped trying. (A coordinator that does not answer
   * is no reason to leave: the same member goes on when it is back, where a new one would wait for the old one's session.)
   */
  #lose(client: Consumer): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#with.onChange();
    void this.#part(client);
  }

  /** Has the partitions shared anew: the topic has more of them than the group knows. */
  async rejoin(): Promise<void> {
    const client = this.#client;
    if (client === undefined || this.#joining !== undefined) return;
    client.clearMetadata();
    await client.joinGroup({}).catch(() => this.#lose(client));
  }

  /** `offsets`: by partition, of the next message to read. Rejects with our errors; a retryable one may have got through. */
  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const { topic, clock, options } = this.#with;
    const doing = `Kafka: committing in ${this.#with.group}`;
    try {
      await this.ensure({ timeoutMs: options.requestTimeoutMs });
      const client = this.#client;
      if (client === undefined) throw closedError();
      const committing = client.commit({
        offsets: [...offsets].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 })),
      });
      await withinDeadline(committing, { clock, timeoutMs: options.requestTimeoutMs, doing });
    } catch (error) {
      throw asPlatformError(error, doing);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await this.#part(client);
  }

  /**
   * Leaves before it closes: only that ends what the library is about. A client that is closed while the group is shared anew
   * finishes its join all the same, and gives signs of life for ever, on connections that it no longer has.
   */
  async #part(client: Consumer): Promise<void> {
    const leave = async () => {
      await client.leaveGroup();
      await client.close();
    };
    await sayGoodbye(client, this.#with.clock, leave());
  }
}
