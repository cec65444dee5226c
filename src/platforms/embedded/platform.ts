import type { Clock, Platform, PlatformConsumer, PlatformProducer } from '../../core/ports.ts';
import { EmbeddedConsumer } from './consumer.ts';
import { LogClient } from './log-client.ts';
import type { EmbeddedOptions } from './options.ts';
import { EmbeddedProducer } from './producer.ts';

/** The log that needs no server: a durable partitioned log in one SQLite file. */
export class EmbeddedPlatform implements Platform {
  readonly name = 'embedded';
  readonly #client: LogClient;
  readonly #options: EmbeddedOptions;
  readonly #clock: Clock;

  constructor(options: EmbeddedOptions, ports: { readonly clock: Clock }) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#client = new LogClient(options);
  }

  async producer(topic: string): Promise<PlatformProducer> {
    const partitions = await this.#client.ensureTopic(topic, this.#options.partitions);
    return new EmbeddedProducer(this.#client, topic, partitions);
  }

  async consumer(topic: string, group: string): Promise<PlatformConsumer> {
    await this.#client.ensureTopic(topic, this.#options.partitions);
    const committed = await this.#client.committed(topic, group);
    return new EmbeddedConsumer(this.#client, { topic, group, committed, clock: this.#clock });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
