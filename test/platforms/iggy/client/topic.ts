import type { IggyClient } from '../../../../src/platforms/iggy/client/index.ts';

/** Makes stream `s` with topic `t`, which the tests of the client write to. */
export async function withTopic(iggy: IggyClient, partitions = 2): Promise<void> {
  await iggy.createStream('s');
  await iggy.createTopic('s', 't', { partitions });
}

/** One message to that topic. */
export function batch(text: string, partition = 0) {
  const partitioning = { kind: 'partition', partition } as const;
  return { stream: 's', topic: 't', partitioning, messages: [{ payload: Buffer.from(text) }] };
}
