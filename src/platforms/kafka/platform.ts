import { type Admin, apiVersionsV3 } from '@platformatic/kafka';
import type {
  Cancellable,
  Clock,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformProbe,
  PlatformProducer,
} from '../../core/ports.ts';
import { KafkaAdmin } from './admin.ts';
import { closedError } from './client.ts';
import { KafkaConsumer } from './consumer.ts';
import { groupIdOf, groupLag } from './lag.ts';
import type { KafkaOptions } from './options.ts';
import { KafkaProducer } from './producer.ts';
import { KafkaTopics } from './topics.ts';

/** Apache Kafka, 2.1 or newer (zstd, idempotent producers), or what speaks its protocol. */
export class KafkaPlatform implements Platform {
  readonly name = 'kafka';
  readonly topics: KafkaTopics;
  readonly #options: KafkaOptions;
  readonly #clock: Clock;
  readonly #admin: KafkaAdmin;
  readonly #open = new Set<KafkaProducer | KafkaConsumer>();
  #version: string | undefined;
  #closed = false;

  /** `options`: complete, as `kafkaOptions` makes them. Connects to nobody yet. */
  constructor(options: KafkaOptions, ports: { readonly clock: Clock }) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#admin = new KafkaAdmin(options, ports.clock);
    this.topics = new KafkaTopics(this.#admin, options, ports.clock);
  }

  async producer(topic: string): Promise<PlatformProducer> {
    await this.#admin.metadata([topic]);
    return this.#keep(new KafkaProducer(topic, this.#options, this.#clock));
  }

  async consumer(topic: string, group: string): Promise<PlatformConsumer> {
    await this.#admin.metadata([topic]);
    const ports = { admin: this.#admin, options: this.#options, clock: this.#clock };
    const consumer = this.#keep(new KafkaConsumer(topic, group, ports));
    try {
      await consumer.open();
      return consumer;
    } catch (error) {
      await consumer.close();
      throw error;
    }
  }

  #keep<T extends KafkaProducer | KafkaConsumer>(client: T): T {
    if (this.#closed) throw closedError();
    for (const known of this.#open) if (known.isClosed) this.#open.delete(known);
    this.#open.add(client);
    return client;
  }

  lag(topic: string, group: string, options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    return groupLag(this.#admin, topic, groupIdOf(group, topic), options);
  }

  async probe({ signal }: Cancellable = {}): Promise<PlatformProbe> {
    const { requestTimeoutMs, connectTimeoutMs } = this.#options;
    const timeoutMs = requestTimeoutMs + (this.#admin.isConnected ? 0 : connectTimeoutMs);
    const begunMs = this.#clock.monotonicMs();
    const { brokers } = await this.#admin.metadata([], { signal, timeoutMs });
    const latencyMs = this.#clock.monotonicMs() - begunMs;
    this.#version ??= await this.#admin.ask('Kafka: asking for its version', versionOf, { signal, timeoutMs });
    const underReplicatedPartitions = await this.#underReplicated({ signal });
    return { latencyMs, brokers: brokers.size, underReplicatedPartitions, version: this.#version };
  }

  async #underReplicated(options: Cancellable): Promise<number> {
    const names = await this.#admin.ask('Kafka: listing topics', (admin) => admin.listTopics(), options);
    const { topics } = await this.#admin.metadata(names, options);
    const partitions = [...topics.values()].flatMap((topic) => topic.partitions);
    return partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map((client) => client.close()));
    await this.#admin.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The protocol has no word for the release; the level of the cluster's metadata follows it (25: 4.0). */
async function versionOf(admin: Admin): Promise<string> {
  const [connection] = (await admin.connectToBrokers()).values();
  if (connection === undefined) throw closedError();
  const { finalizedFeatures = [] } = await apiVersionsV3.api.async(connection, 'vcf-agent', '1');
  const level = finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel;
  return level === undefined ? 'Kafka' : `Kafka, metadata.version ${level}`;
}
