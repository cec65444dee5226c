import type {
  Cancellable,
  Clock,
  IncomingMessage,
  LogPosition,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformName,
  PollOptions,
} from '../core/ports.ts';

interface ConsumerSourcePorts {
  readonly topic: string;
  readonly group: string;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown) => void;
  /** Its answer, or its trouble, is news. */
  readonly onNews: () => void;
}

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

/**
 * One platform of a merged consumer: at most one poll under way and one answer not taken yet, so memory stays bounded. After
 * an error its consumer is opened anew: the group then goes on after its last commit, and what comes twice is the ledger's.
 */
export class ConsumerSource {
  readonly #platform: Pick<Platform, 'name' | 'consumer'>;
  readonly #ports: ConsumerSourcePorts;
  readonly #stop = new AbortController();
  #opening: Promise<PlatformConsumer> | undefined;
  #consumer: PlatformConsumer | undefined;
  #looking: Promise<void> | undefined;
  #messages: readonly IncomingMessage[] | undefined;
  #trouble: unknown;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #backoffMs = FIRST_BACKOFF_MS;

  constructor(platform: Pick<Platform, 'name' | 'consumer'>, ports: ConsumerSourcePorts) {
    this.#platform = platform;
    this.#ports = ports;
  }

  get name(): PlatformName {
    return this.#platform.name;
  }

  get isOpen(): boolean {
    return this.#consumer !== undefined;
  }

  /** Why it could not be read the last time; undefined when it could. */
  get trouble(): unknown {
    return this.#trouble;
  }

  /** Sees to it that it is being looked at, unless it has an answer or is left alone for a while after an error. */
  ask(options: PollOptions): void {
    if (this.#looking !== undefined || this.#messages !== undefined || this.#stop.signal.aborted) return;
    if (this.#ports.clock.monotonicMs() < this.#retryAtMs) return;
    this.#looking = this.#look(options).finally(() => {
      this.#looking = undefined;
      this.#ports.onNews();
    });
  }

  take(): readonly IncomingMessage[] | undefined {
    const messages = this.#messages;
    this.#messages = undefined;
    return messages;
  }

  /** A hint: one that does not arrive costs a redelivery. */
  async commit(positions: readonly LogPosition[]): Promise<void> {
    await this.#consumer?.commit(positions).catch(this.#ports.onTrouble);
  }

  async lag(options: Cancellable): Promise<readonly PartitionLag[]> {
    const consumer = await this.#open();
    return await consumer.lag(options);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    // One that is still being opened closes itself when it is: nobody waits for a platform that hangs.
    if (this.#consumer === undefined) return;
    await this.#looking;
    await this.#consumer.close();
    this.#consumer = undefined;
  }

  /** Never rejects. */
  async #look({ maxMessages, maxBytes, waitMs }: PollOptions): Promise<void> {
    try {
      const consumer = await this.#open();
      const messages = await consumer.poll({ maxMessages, maxBytes, waitMs, signal: this.#stop.signal });
      this.#trouble = undefined;
      this.#backoffMs = FIRST_BACKOFF_MS;
      if (messages.length > 0) this.#messages = messages;
    } catch (error) {
      if (!this.#stop.signal.aborted) await this.#failed(error);
    }
  }

  async #failed(error: unknown): Promise<void> {
    this.#trouble = error;
    this.#retryAtMs = this.#ports.clock.monotonicMs() + this.#backoffMs;
    this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
    this.#ports.onTrouble(error);
    const broken = this.#consumer;
    this.#consumer = undefined;
    this.#opening = undefined;
    await broken?.close().catch(() => undefined);
  }

  async #open(): Promise<PlatformConsumer> {
    this.#opening ??= this.#platform.consumer(this.#ports.topic, this.#ports.group);
    const consumer = await this.#opening;
    if (this.#stop.signal.aborted) await consumer.close().catch(() => undefined);
    this.#stop.signal.throwIfAborted();
    this.#consumer = consumer;
    return consumer;
  }
}
