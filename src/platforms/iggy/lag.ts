import type { Cancellable, PartitionLag } from '../../core/ports.ts';
import { type IggyClient, IggyError } from './client/index.ts';
import { translated } from './errors.ts';
import type { IggyTopics } from './topics.ts';

export interface GroupOfTopic {
  readonly stream: string;
  readonly topic: string;
  readonly group: string;
  /** Over HTTP offsets are those of a consumer that reads alone. */
  readonly kind: 'group' | 'consumer';
}

/** How far a group is in each partition of a topic. Asks, and joins nothing. */
export function groupLag(
  client: IggyClient,
  topics: IggyTopics,
  { stream, topic, group, kind }: GroupOfTopic,
  { signal }: Cancellable,
): Promise<readonly PartitionLag[]> {
  return translated(signal, async () => {
    const { partitionList } = await topics.get(topic, { signal });
    return Promise.all(
      partitionList.map(async ({ id, messages, currentOffset }) => {
        const consumer = { kind, id: group };
        const target = { stream, topic, consumer, partition: id };
        const offset = await client.offset(target, { signal }).catch(unlessNoGroup);
        // The current offset of a partition without messages is 0, too.
        const at = { platform: 'iggy', partition: id, end: messages === 0n ? 0n : currentOffset + 1n } as const;
        if (offset === undefined) return { ...at, lag: messages };
        const behind = offset.currentOffset - offset.storedOffset;
        return { ...at, lag: behind < 0n ? 0n : behind, end: messages === 0n ? 0n : offset.currentOffset + 1n };
      }),
    );
  });
}

/** A group that nobody has joined yet has no offset either. */
function unlessNoGroup(error: unknown): undefined {
  if (!(error instanceof IggyError) || error.code !== 'NOT_FOUND') throw error;
}
