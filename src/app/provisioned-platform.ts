import { VcfAgentError } from '../core/errors.ts';
import type { Platform, PlatformConsumer, PlatformProducer, TopicAdmin, TopicSpec } from '../core/ports.ts';

/**
 * A platform whose topics are made when they are first used and not there: also on one that was down when the program
 * started. What is there is left as it is, so that somebody who may not make topics can use them.
 */
export class ProvisionedPlatform implements Platform {
  readonly name: Platform['name'];
  readonly topics: TopicAdmin;
  readonly #platform: Platform;
  readonly #specOf: (topic: string) => TopicSpec;
  /** Several that miss the same topic at once make it once. */
  readonly #making = new Map<string, Promise<void>>();

  constructor(platform: Platform, specOf: (topic: string) => TopicSpec) {
    this.name = platform.name;
    this.topics = platform.topics;
    this.#platform = platform;
    this.#specOf = specOf;
  }

  producer(topic: string): Promise<PlatformProducer> {
    return this.#withTopic(topic, () => this.#platform.producer(topic));
  }

  consumer(topic: string, group: string): Promise<PlatformConsumer> {
    return this.#withTopic(topic, () => this.#platform.consumer(topic, group));
  }

  lag: Platform['lag'] = (topic, group, options) => this.#platform.lag(topic, group, options);

  probe: Platform['probe'] = (options) => this.#platform.probe(options);

  close(): Promise<void> {
    return this.#platform.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #withTopic<T>(topic: string, use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (error) {
      if (!(error instanceof VcfAgentError) || error.code !== 'TOPIC_NOT_FOUND') throw error;
    }
    await this.#make(topic);
    return await use();
  }

  #make(topic: string): Promise<void> {
    const known = this.#making.get(topic);
    if (known !== undefined) return known;
    const making = this.#platform.topics.create(this.#specOf(topic)).finally(() => this.#making.delete(topic));
    this.#making.set(topic, making);
    return making;
  }
}
