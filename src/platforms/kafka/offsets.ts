import type { Admin } from '@platformatic/kafka';

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Kafka's codes for "the first there is" and "one past the last". */
const FIRST = -2n;
const END = -1n;

/** Offset of the first message kept, of each place in order; undefined where no leader said. */
export const firstOffsets = (admin: Admin, places: readonly Place[]) => offsetsAt(admin, places, FIRST);

/** Offset that the next message will have, of each place in order; undefined where no leader said. */
export const endOffsets = (admin: Admin, places: readonly Place[]) => offsetsAt(admin, places, END);

async function offsetsAt(admin: Admin, places: readonly Place[], timestamp: bigint): Promise<(bigint | undefined)[]> {
  if (places.length === 0) return [];
  const byTopic = Map.groupBy(places, ({ topic }) => topic);
  const listed = await admin.listOffsets({
    topics: [...byTopic].map(([name, inTopic]) => ({
      name,
      partitions: inTopic.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
    })),
  });
  const offsets = new Map<string, bigint>();
  for (const { name, partitions } of listed) {
    for (const { partitionIndex, offset } of partitions) offsets.set(`${name} ${partitionIndex}`, offset);
  }
  return places.map(({ topic, partition }) => offsets.get(`${topic} ${partition}`));
}

/** What a group has committed: the offset of the next message to read, of each place in order; undefined where nothing. */
export async function committedOffsets(
  admin: Admin,
  group: string,
  topic: string,
  partitions: readonly number[],
): Promise<(bigint | undefined)[]> {
  const groups = [{ groupId: group, topics: [{ name: topic, partitionIndexes: [...partitions] }] }];
  const [listed] = await admin.listConsumerGroupOffsets({ groups, requireStable: false });
  const found = new Map<number, bigint>();
  for (const { name, partitions: inTopic } of listed?.topics ?? []) {
    if (name !== topic) continue;
    for (const { partitionIndex, committedOffset } of inTopic) found.set(partitionIndex, committedOffset);
  }
  return partitions.map((partition) => {
    const offset = found.get(partition) ?? -1n;
    return offset >= 0n ? offset : undefined;
  });
}
