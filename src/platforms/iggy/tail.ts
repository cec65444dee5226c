import { VcfAgentError } from '../../core/errors.ts';
import { type IggyClient, IggyError, SERVER_ERROR } from './client/index.ts';
import type { IggyTopics } from './topics.ts';

/** Who reads back; it stores no offsets. */
const READER = { kind: 'consumer', id: 'vcf-agent-tail' } as const;

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Messages that were acknowledged and cannot be read. A server 0.8.0 that is killed between its write to a partition's log and
 * its write to the index gives the same offset to the next message, and answers whoever asks for it with an error for ever
 * (docs/iggy.md). It shows when that next message is there. So the first batch of a producer, and the first after any of its
 * sends failed, is read back before it is acknowledged; what consumers meet is known here, too. Nothing is sent to such a
 * partition any more, or it would be acknowledged behind something that nobody can pass.
 */
export class Tails {
  readonly #client: IggyClient;
  readonly #topics: IggyTopics;
  readonly #stream: string;
  readonly #unreadable = new Map<string, bigint>();

  constructor(client: IggyClient, topics: IggyTopics, stream: string) {
    this.#client = client;
    this.#topics = topics;
    this.#stream = stream;
  }

  /** Before a batch: the offset that it will begin with, unless others send as well. Throws when the partition is refused. */
  async next(place: Place): Promise<bigint> {
    const known = this.#unreadable.get(keyOf(place));
    if (known !== undefined) await this.check(place, known);
    const { partitionList } = await this.#topics.get(place.topic);
    const { messages = 0n, currentOffset = 0n } = partitionList.find(({ id }) => id === place.partition) ?? {};
    if (messages > 0n) await this.check(place, currentOffset);
    // The current offset of a partition that never had a message is 0, too.
    return messages === 0n && currentOffset === 0n ? 0n : currentOffset + 1n;
  }

  /** Throws PLATFORM_ERROR when this offset, which is in the log, cannot be read. */
  async check(place: Place, offset: bigint): Promise<void> {
    const key = keyOf(place);
    if (await this.#isReadable(place, offset)) {
      if (this.#unreadable.get(key) === offset) this.#unreadable.delete(key);
      return;
    }
    this.#unreadable.set(key, offset);
    throw unreadable(place, offset);
  }

  /** A consumer was refused this offset: true when it is in the log all the same. */
  async met(place: Place, offset: bigint): Promise<boolean> {
    const { partitionList } = await this.#topics.get(place.topic);
    const partition = partitionList.find(({ id }) => id === place.partition);
    if (partition === undefined || partition.messages === 0n || offset > partition.currentOffset) return false;
    this.#unreadable.set(keyOf(place), offset);
    return true;
  }

  isKnown(place: Place): boolean {
    return this.#unreadable.has(keyOf(place));
  }

  async #isReadable({ topic, partition }: Place, offset: bigint): Promise<boolean> {
    const strategy = { kind: 'offset', offset } as const;
    const request = { stream: this.#stream, topic, consumer: READER, partition, strategy, count: 1 };
    try {
      const { messages } = await this.#client.poll(request);
      return messages[0]?.offset === offset;
    } catch (error) {
      if (error instanceof IggyError && error.serverCode === SERVER_ERROR.invalidOffset) return false;
      throw error;
    }
  }
}

export function unreadable({ topic, partition }: Place, offset: bigint): VcfAgentError {
  const where = `message ${offset} of ${topic}, partition ${partition}`;
  const text = `iggy: the server has acknowledged ${where}, and cannot give it back (a defect of server 0.8.0 after a kill, see docs/iggy.md): nothing more is sent there, and an ingest sends over the other platform what is not applied. To use the partition again, make the topic anew`;
  return new VcfAgentError('PLATFORM_ERROR', text, { context: { topic, partition } });
}

function keyOf({ topic, partition }: Place): string {
  return `${partition} ${topic}`;
}
