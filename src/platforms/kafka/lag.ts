import type { Cancellable, PartitionLag } from '../../core/ports.ts';
import type { KafkaAdmin } from './admin.ts';
import { committedOffsets, endOffsets, firstOffsets } from './offsets.ts';

/**
 * Kafka's name of a group of ours. Kafka's groups span topics, and its partitions are dealt out by one of the members, which
 * may know only some of the topics; ours are of one topic each.
 */
export const groupIdOf = (group: string, topic: string): string => `${group}.${topic}`;

/** How far a group (`groupIdOf`) is in each partition of its topic. Asks, and joins nothing. */
export async function groupLag(
  admin: KafkaAdmin,
  topic: string,
  groupId: string,
  options: Cancellable,
): Promise<readonly PartitionLag[]> {
  const { topics } = await admin.metadata([topic], options);
  const partitions = [...Array(topics.get(topic)?.partitionsCount ?? 0).keys()];
  const places = partitions.map((partition) => ({ topic, partition }));
  const [committed, first, end] = await admin.ask(
    `Kafka: measuring the lag of ${groupId}`,
    (client) =>
      Promise.all([
        committedOffsets(client, groupId, topic, partitions),
        firstOffsets(client, places),
        endOffsets(client, places),
      ]),
    options,
  );
  return partitions.map((partition, at) => {
    const start = first[at] ?? 0n;
    const next = committed[at] ?? start;
    const last = end[at] ?? 0n;
    const lag = last - (next > start ? next : start);
    return { platform: 'kafka', partition, lag: lag > 0n ? lag : 0n, end: last };
  });
}
