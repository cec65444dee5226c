import { Producer } from '@platformatic/kafka';
import type { VcfAgentError } from '../../core/errors.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../../core/ports.ts';
import { clientOptions, closedError, RenewableClient, transferMs } from './client.ts';
import { withinDeadline } from './deadline.ts';
import { asPlatformError, isUnreachable } from './errors.ts';
import { ENVELOPE_ID_HEADER } from './message.ts';
import type { KafkaOptions } from './options.ts';

/** A call of `send`, or a part of one, that is not settled. */
interface Waiting {
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends to one topic, acknowledged by every copy in step. One request is under way at a time: that keeps the order of each
 * partition whatever is retried, and what is sent meanwhile goes together in the next (so batches grow with the load, and a
 * single message never waits for one). A broker that does not answer in time is given up with its connection, and with it all
 * that was waiting: the callers hear of it at once and can send elsewhere.
 */
export class KafkaProducer implements PlatformProducer {
  readonly #topic: string;
  readonly #options: KafkaOptions;
  readonly #clock: Clock;
  readonly #client: RenewableClient<Producer>;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #onUnreachable: ((error: Error) => void) | undefined;
  #partitionCount = 0;
  #partitionsUntilMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(topic: string, options: KafkaOptions, clock: Clock) {
    this.#topic = topic;
    this.#options = options;
    this.#clock = clock;
    this.#client = new RenewableClient(clock, (rotation) => this.#makeClient(rotation));
  }

  #makeClient(rotation: number): Producer {
    const { requestTimeoutMs, sendTimeoutMs, retryDelayMs, maxMessageBytes } = this.#options;
    return new Producer({
      ...clientOptions(this.#options, rotation),
      // The client retries a request under the same sequence number, so that the broker knows it again. Our own deadline
      // is the shorter one: this only has to be long enough for the largest message.
      requestTimeout: requestTimeoutMs + transferMs(maxMessageBytes),
      retries: Math.max(2, Math.ceil(sendTimeoutMs / retryDelayMs)),
      retryDelay: (_client, _operation, _attempt, _retries, error) => {
        // A leader that is gone may be replaced within the deadline; brokers that are all gone will not be back.
        if (isUnreachable(error)) this.#onUnreachable?.(error);
        return retryDelayMs;
      },
      idempotent: true,
    });
  }

  send(messages: readonly OutgoingMessage[], { signal }: Cancellable = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(closedError());
    if (messages.length === 0) return Promise.resolve();
    const sent = Promise.all(this.#parts(messages).map((part) => this.#enqueue(part))).then(() => undefined);
    this.#sending ??= this.#sendAll();
    return signal === undefined ? sent : this.#unlessAborted(sent, signal);
  }

  /** What one request takes: a call may bring more than a broker accepts at once. */
  #parts(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
    const parts: OutgoingMessage[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const message of messages) {
      bytes += message.body.length;
      if (bytes > this.#options.batchBytes) {
        parts.push([]);
        bytes = message.body.length;
      }
      parts.at(-1)!.push(message);
    }
    return parts;
  }

  #enqueue(messages: readonly OutgoingMessage[]): Promise<void> {
    const bytes = messages.reduce((sum, { body }) => sum + body.length, 0);
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ messages, bytes, resolve, reject });
    });
  }

  /** The caller leaves; what became of the messages is unknown, as after any rejection. */
  async #unlessAborted(sent: Promise<void>, signal: AbortSignal): Promise<void> {
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await Promise.race([sent, left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async #sendAll(): Promise<void> {
    // What is sent in the same turn of the event loop goes together.
    await undefined;
    while (this.#waiting.length > 0) await this.#sendBatch(this.#nextBatch());
    this.#sending = undefined;
  }

  #nextBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > this.#options.batchBytes) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #sendBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#request(batch);
      for (const { resolve } of batch) resolve();
    } catch (cause) {
      const failure = asPlatformError(cause, `Kafka: sending to ${this.#topic}`);
      if (failure.retryable) this.#giveUp(batch, failure);
      else await this.#sendSingly(batch, failure);
    }
  }

  async #request(batch: readonly Waiting[]): Promise<void> {
    const client = this.#client.get();
    const bytes = batch.reduce((sum, waiting) => sum + waiting.bytes, 0);
    const { sendTimeoutMs, connectTimeoutMs } = this.#options;
    const timeoutMs = sendTimeoutMs + transferMs(bytes) + (client.isConnected() ? 0 : connectTimeoutMs);
    const doing = `Kafka: sending to ${this.#topic}`;
    const { promise: unreachable, reject } = Promise.withResolvers<never>();
    this.#onUnreachable = reject;
    const produced = Promise.race([this.#produce(client, batch), unreachable]);
    try {
      await withinDeadline(produced, { clock: this.#clock, timeoutMs, doing });
    } catch (error) {
      // After a refusal too: its sequence numbers may no longer be the broker's.
      this.#client.discard(client);
      throw error;
    }
  }

  async #produce(client: Producer, batch: readonly Waiting[]): Promise<void> {
    const topic = this.#topic;
    const partitions = await this.#partitions(client);
    const messages = batch.flatMap((waiting) =>
      waiting.messages.map(({ key, id, body }) => ({
        topic,
        partition: partitionOf(key, partitions),
        key: Buffer.from(key),
        value: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        headers: new Map([[ENVELOPE_ID_HEADER, Buffer.from(id)]]),
      })),
    );
    await client.send({ messages, acks: -1, idempotent: true, compression: this.#options.compression });
  }

  /** As many as the topic had not long ago. The client would look it up as well, but takes longer to. */
  async #partitions(client: Producer): Promise<number> {
    const now = this.#clock.monotonicMs();
    if (now >= this.#partitionsUntilMs) {
      const { topics } = await client.metadata({ topics: [this.#topic] });
      this.#partitionCount = topics.get(this.#topic)?.partitionsCount ?? 1;
      this.#partitionsUntilMs = now + this.#options.metadataMaxAgeMs;
    }
    return this.#partitionCount;
  }

  /** The broker is gone or hangs: what waits behind would only wait for the same. */
  #giveUp(batch: readonly Waiting[], failure: VcfAgentError): void {
    const behind = this.#waiting;
    this.#waiting = [];
    for (const { reject } of [...batch, ...behind]) reject(failure);
  }

  /** One of them is refused: the others must not be refused with it. */
  async #sendSingly(batch: readonly Waiting[], failure: VcfAgentError): Promise<void> {
    if (batch.length === 1) batch[0]!.reject(failure);
    else for (const waiting of batch) await this.#sendBatch([waiting]);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends what is waiting, then closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.#client.close();
  }
}
