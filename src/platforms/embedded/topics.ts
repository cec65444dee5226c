import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable, TopicAdmin, TopicInfo, TopicSpec } from '../../core/ports.ts';
import type { LogClient } from './log-client.ts';

/** Topics of the embedded log. There is one copy of everything: asking for more is refused, not overlooked. */
export class EmbeddedTopics implements TopicAdmin {
  readonly #client: LogClient;

  constructor(client: LogClient) {
    this.#client = client;
  }

  async list({ signal }: Cancellable = {}): Promise<readonly TopicInfo[]> {
    signal?.throwIfAborted();
    const topics = await this.#client.topics();
    return topics.map((topic) => ({ ...topic, replication: 1, messages: BigInt(topic.messages) }));
  }

  async create({ name, partitions, replication = 1 }: TopicSpec, { signal }: Cancellable = {}): Promise<void> {
    signal?.throwIfAborted();
    if (replication > 1) {
      throw new VcfAgentError('OPTION_CONFLICT', `the embedded log keeps one copy: ${name} cannot have ${replication}`);
    }
    await this.#client.ensureTopic(name, partitions);
  }

  async grow(name: string, partitions: number, { signal }: Cancellable = {}): Promise<void> {
    signal?.throwIfAborted();
    await this.#client.growTopic(name, partitions);
  }
}
