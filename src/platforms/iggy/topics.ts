import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable, TopicAdmin, TopicInfo, TopicSpec } from '../../core/ports.ts';
import { areFsynced, type IggyClient, IggyError, SERVER_ERROR, type TopicDetails } from './client/index.ts';
import { translated } from './errors.ts';
import type { IggyOptions } from './options.ts';

type Settings = Pick<IggyOptions, 'stream' | 'durability'>;

/** Topics of our stream. */
export class IggyTopics implements TopicAdmin {
  readonly #client: IggyClient;
  readonly #settings: Settings;

  constructor(client: IggyClient, settings: Settings) {
    this.#client = client;
    this.#settings = settings;
  }

  list({ signal }: Cancellable = {}): Promise<readonly TopicInfo[]> {
    return translated(signal, async () => {
      const found = await this.#client.stream(this.#settings.stream, { signal });
      return (found?.topicList ?? []).map(({ name, partitions, replication, messages }) => {
        return { name, partitions, replication: Math.max(1, replication), messages };
      });
    });
  }

  create({ name, partitions, replication = 1 }: TopicSpec, { signal }: Cancellable = {}): Promise<void> {
    return translated(signal, async () => {
      if (replication > 1) {
        const message = `an Iggy server keeps one copy of a topic: ${name} cannot have ${replication}`;
        throw new VcfAgentError('OPTION_CONFLICT', message);
      }
      const { stream, durability } = this.#settings;
      if ((await this.#client.topic(stream, name, { signal })) !== undefined) return;
      await unlessThere(SERVER_ERROR.streamNameExists, () => this.#client.createStream(stream, { signal }));
      const settings = { partitions, durability } as const;
      await unlessThere(SERVER_ERROR.topicNameExists, () =>
        this.#client.createTopic(stream, name, settings, { signal }),
      );
    });
  }

  grow(name: string, partitions: number, { signal }: Cancellable = {}): Promise<void> {
    return translated(signal, async () => {
      const { partitions: found } = await this.get(name, { signal });
      if (partitions < found) {
        throw new VcfAgentError(
          'OPTION_CONFLICT',
          `topic ${name} has ${found} partitions: it cannot have ${partitions}`,
        );
      }
      if (partitions === found) return;
      await this.#client.createPartitions(this.#settings.stream, name, partitions - found, { signal });
    });
  }

  /** Rejects with an error of the client's, or TOPIC_NOT_FOUND. */
  async get(name: string, { signal }: Cancellable = {}): Promise<TopicDetails> {
    const { stream } = this.#settings;
    const found = await this.#client.topic(stream, name, { signal });
    if (found === undefined) throw new VcfAgentError('TOPIC_NOT_FOUND', `no topic ${name} in Iggy's stream ${stream}`);
    return found;
  }
}

/** Two who make the same at once: the second is told that it is there, which is what was wanted. */
async function unlessThere(isThere: number, create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof IggyError) || error.serverCode !== isThere) throw error;
  }
}

/**
 * How a topic keeps what is sent to it. `fsynced`: every message is on disk before it is acknowledged. `flushable`: the server
 * has no topic options (before 0.9), but a command that flushes. `lax`: it was made with other options, for good.
 */
export function keepingOf({ options }: TopicDetails): 'fsynced' | 'flushable' | 'lax' {
  if (options.length === 0) return 'flushable';
  return areFsynced(options) ? 'fsynced' : 'lax';
}
