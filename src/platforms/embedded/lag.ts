import type { Cancellable, PartitionLag } from '../../core/ports.ts';
import type { LogClient } from './log-client.ts';

/** How far a group is in each partition of a topic. Joins nothing. */
export async function groupLag(
  client: LogClient,
  topic: string,
  group: string,
  { signal }: Cancellable,
): Promise<readonly PartitionLag[]> {
  signal?.throwIfAborted();
  const lags = await client.lag(topic, group);
  return lags.map(({ partition, lag, end }) => {
    return { platform: 'embedded', partition, lag: BigInt(lag), end: BigInt(end) };
  });
}
