import type { Admin, ClusterTopicMetadata } from '@platformatic/kafka';
import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable, Clock, TopicAdmin, TopicInfo, TopicSpec } from '../../core/ports.ts';
import type { KafkaAdmin } from './admin.ts';
import { refusalsIn } from './errors.ts';
import { endOffsets, firstOffsets } from './offsets.ts';
import type { KafkaOptions } from './options.ts';

/** What another broker has not heard of yet is asked for again so often. */
const SETTLE_MS = 50;
const SETTLE_WITHIN_MS = 15_000;

/** Topics of a Kafka cluster, made so that an acknowledged message is safe. */
export class KafkaTopics implements TopicAdmin {
  readonly #admin: KafkaAdmin;
  readonly #options: KafkaOptions;
  readonly #clock: Clock;

  constructor(admin: KafkaAdmin, options: KafkaOptions, clock: Clock) {
    this.#admin = admin;
    this.#options = options;
    this.#clock = clock;
  }

  async list(options: Cancellable = {}): Promise<readonly TopicInfo[]> {
    const names = await this.#admin.ask('Kafka: listing topics', (admin) => admin.listTopics(), options);
    if (names.length === 0) return [];
    const { topics } = await this.#admin.metadata(names, options);
    const messages = await this.#messages([...topics], options);
    return [...topics].map(([name, { partitions, partitionsCount }]) => ({
      name,
      partitions: partitionsCount,
      replication: partitions[0]?.replicas.length ?? 0,
      messages: messages.get(name),
    }));
  }

  /** From offsets: what retention has deleted is not counted, what compaction has removed is. */
  async #messages(topics: readonly (readonly [string, ClusterTopicMetadata])[], options: Cancellable) {
    const places = topics.flatMap(([topic, { partitionsCount }]) =>
      Array.from({ length: partitionsCount }, (_, partition) => ({ topic, partition })),
    );
    const [first, end] = await this.#admin.ask(
      'Kafka: counting messages',
      (admin: Admin) => Promise.all([firstOffsets(admin, places), endOffsets(admin, places)]),
      options,
    );
    const counts = new Map<string, bigint>();
    for (const [at, { topic }] of places.entries()) {
      counts.set(topic, (counts.get(topic) ?? 0n) + (end[at] ?? 0n) - (first[at] ?? 0n));
    }
    return counts;
  }

  async create(spec: TopicSpec, options: Cancellable = {}): Promise<void> {
    const { name, partitions } = spec;
    const replication = spec.replication ?? (await this.#usualReplication(options));
    const configs = Object.entries({ ...this.#safeConfig(replication), ...this.#options.topicConfig });
    const request = {
      topics: [name],
      partitions,
      replicas: replication,
      configs: configs.map(([key, value]) => ({ name: key, value })),
    };
    const wanted = await this.#admin
      .ask(`Kafka: creating ${name}`, (admin) => admin.createTopics(request), options)
      .then(
        () => partitions,
        (error) => {
          // It was there, or an attempt of ours whose answer was lost has made it.
          if (refusalsIn(error).has('TOPIC_ALREADY_EXISTS')) return 1;
          throw error;
        },
      );
    await this.#settled(name, wanted, options);
  }

  /** Two copies, where there are two brokers. */
  async #usualReplication(options: Cancellable): Promise<number> {
    const { brokers } = await this.#admin.metadata([], options);
    return Math.min(2, brokers.size);
  }

  /**
   * An acknowledged message survives the loss of one broker (of three copies two must have it). A single copy is as safe as
   * its disk: each batch is fsynced before it is acknowledged, as a broker alone does not by itself.
   */
  #safeConfig(replication: number): Record<string, string> {
    return {
      'max.message.bytes': String(this.#options.maxMessageBytes),
      'min.insync.replicas': String(Math.max(1, replication - 1)),
      ...(replication === 1 ? { 'flush.messages': '1' } : {}),
    };
  }

  async grow(name: string, partitions: number, options: Cancellable = {}): Promise<void> {
    const found = (await this.#admin.metadata([name], options)).topics.get(name)?.partitionsCount ?? 0;
    if (partitions < found) {
      throw new VcfAgentError(
        'OPTION_CONFLICT',
        `topic ${name} has ${found} partitions: it cannot shrink to ${partitions}`,
      );
    }
    if (partitions === found) return;
    // Null, not an empty list: then the controller chooses the brokers.
    const request = { topics: [{ name, count: partitions, assignments: null }] };
    await this.#admin.ask(`Kafka: growing ${name}`, (admin) => admin.createPartitions(request), options);
    await this.#settled(name, partitions, options);
  }

  /** The controller has made it; the brokers hear of it a moment later. Resolves when each partition has a leader. */
  async #settled(name: string, atLeast: number, options: Cancellable): Promise<void> {
    const deadline = this.#clock.monotonicMs() + SETTLE_WITHIN_MS;
    for (;;) {
      // One attempt asks the broker that a listing will ask; a second would ask another, which may know more.
      const topic = await this.#admin.metadata([name], { ...options, retries: 0 }).then(
        ({ topics }) => topics.get(name),
        (error: VcfAgentError) => {
          if (error.code !== 'TOPIC_NOT_FOUND' && error.code !== 'PLATFORM_UNAVAILABLE') throw error;
        },
      );
      const partitions = topic?.partitions ?? [];
      if (partitions.length >= atLeast && partitions.every(({ leader }) => leader >= 0)) return;
      if (this.#clock.monotonicMs() >= deadline) {
        throw new VcfAgentError('PLATFORM_TIMEOUT', `Kafka: ${name} has no leaders yet`, { retryable: true });
      }
      await this.#clock.sleep(SETTLE_MS, options);
    }
  }
}
