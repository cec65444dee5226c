import { textHeader } from '../../../../src/platforms/iggy/client/index.ts';
import * as groups from '../../../../src/platforms/iggy/client/operations/groups.ts';
import * as messages from '../../../../src/platforms/iggy/client/operations/messages.ts';
import * as offsets from '../../../../src/platforms/iggy/client/operations/offsets.ts';
import type { Operation } from '../../../../src/platforms/iggy/client/operations/operation.ts';
import * as streams from '../../../../src/platforms/iggy/client/operations/streams.ts';
import * as system from '../../../../src/platforms/iggy/client/operations/system.ts';
import * as topics from '../../../../src/platforms/iggy/client/operations/topics.ts';
import type { Consumer, Partitioning, PollStrategy } from '../../../../src/platforms/iggy/client/types.ts';

/** One thing that is asked of a server. Each session is a login of its own. */
export interface Step {
  readonly name: string;
  /** `alone`: on a session of its own, for what ends one. */
  readonly session: 'main' | 'alone';
  /** The one protocol that has this. */
  readonly only?: 'vsr';
  readonly operation: Operation<unknown>;
}

const STREAM = 'transcript';
const DURABLE = topics.durabilityOptions('fsync', ['messages_required_to_save', 'enforce_fsync']);
const TOPIC = 'letters';
const GROUP = 'readers';
const ALONE: Consumer = { kind: 'consumer', id: 'loner' };
const MEMBER: Consumer = { kind: 'group', id: GROUP };
const ORIGIN_US = 1_795_000_000_000_000n;

function send(texts: readonly string[], partitioning: Partitioning, topic = TOPIC): Operation<unknown> {
  return messages.sendMessages({
    stream: STREAM,
    topic,
    partitioning,
    messages: texts.map((text, index) => ({
      id: (BigInt(texts.length) << 100n) + BigInt(index) + 1n,
      payload: Buffer.from(text),
      headers: index === 0 ? [textHeader('envelope-id', 'ab'.repeat(32)), textHeader('second', 'ä')] : [],
    })),
    originTimestampUs: ORIGIN_US,
  });
}

function poll(
  consumer: Consumer,
  partition: number | undefined,
  strategy: PollStrategy,
  count = 10,
): Operation<unknown> {
  return messages.pollMessages({ stream: STREAM, topic: TOPIC, consumer, partition, strategy, count });
}

const in0: Partitioning = { kind: 'partition', partition: 0 };
const at = (partition: number, consumer: Consumer) => ({ stream: STREAM, topic: TOPIC, consumer, partition });

/** Everything the client can ask that leaves a trace on the wire, on a server that has no stream named `transcript`. */
export function scenario(): readonly Step[] {
  const main = (name: string, operation: Operation<unknown>): Step => ({ name, session: 'main', operation });
  const alone = (name: string, operation: Operation<unknown>): Step => ({ name, session: 'alone', operation });
  return [
    main('ping', system.ping()),
    main('stats', system.getStats()),
    main('cluster metadata', system.getClusterMetadata()),
    main('no such stream', streams.getStream(STREAM)),
    main('create a stream', streams.createStream(STREAM)),
    main('create it again', streams.createStream(STREAM)),
    { ...main('describe topic options', topics.describeTopicOptions()), only: 'vsr' },
    main('create a topic in no stream', topics.createTopic('nowhere', TOPIC, { partitions: 1 }, DURABLE)),
    main('create a topic', topics.createTopic(STREAM, TOPIC, { partitions: 3 }, DURABLE)),
    main('create it again', topics.createTopic(STREAM, TOPIC, { partitions: 3 }, DURABLE)),
    main('get the topic', topics.getTopic(STREAM, TOPIC)),
    main('get no topic', topics.getTopic(STREAM, 'nowhere')),
    main('poll an empty partition', poll(ALONE, 0, { kind: 'offset', offset: 0n })),
    main('send one', send(['a'], in0)),
    main('send three', send(['b', 'cc', 'x'.repeat(300)], in0)),
    main('send with a key', send(['k'], { kind: 'key', key: Buffer.from('chr1') })),
    main('send balanced', send(['l'], { kind: 'balanced' })),
    main('poll from an offset', poll(ALONE, 0, { kind: 'offset', offset: 1n })),
    main('poll the first', poll(ALONE, 0, { kind: 'first' }, 1)),
    main('poll the last', poll(ALONE, 0, { kind: 'last' }, 2)),
    main('poll beyond the end', poll(ALONE, 0, { kind: 'offset', offset: 77n })),
    main('poll since long ago', poll(ALONE, 0, { kind: 'timestamp', timestampUs: 1n }, 2)),
    main('no offset yet', offsets.getOffset(at(0, ALONE))),
    main('store an offset', offsets.storeOffset(at(0, ALONE), 1n)),
    main('get the offset', offsets.getOffset(at(0, ALONE))),
    main('poll the next', poll(ALONE, 0, { kind: 'next' }, 1)),
    main('store an offset beyond the end', offsets.storeOffset(at(0, ALONE), 50n)),
    main('delete the offset', offsets.deleteOffset(at(0, ALONE))),
    main('flush', messages.flushPartition(STREAM, TOPIC, 0, true)),
    main('create a group', groups.createGroup(STREAM, TOPIC, GROUP)),
    main('create it again', groups.createGroup(STREAM, TOPIC, GROUP)),
    main('poll as no member', poll(MEMBER, 0, { kind: 'offset', offset: 0n })),
    main('join', groups.joinGroup(STREAM, TOPIC, GROUP)),
    { ...main('sync', groups.syncGroup(STREAM, TOPIC, GROUP)), only: 'vsr' },
    main('get the group', groups.getGroup(STREAM, TOPIC, GROUP)),
    main('get groups', groups.getGroups(STREAM, TOPIC)),
    main('poll as a member', poll(MEMBER, 0, { kind: 'offset', offset: 2n })),
    main('poll as a member from nowhere', poll(MEMBER, undefined, { kind: 'offset', offset: 2n ** 64n - 1n }, 1)),
    main('store the group’s offset', offsets.storeOffset(at(0, MEMBER), 3n)),
    main('get the group’s offset', offsets.getOffset(at(0, MEMBER))),
    main('leave', groups.leaveGroup(STREAM, TOPIC, GROUP)),
    main('store as no member', offsets.storeOffset(at(0, MEMBER), 1n)),
    main('get no group', groups.getGroup(STREAM, TOPIC, 'nobody')),
    main('add partitions', topics.createPartitions(STREAM, TOPIC, 2)),
    main('take one away', topics.deletePartitions(STREAM, TOPIC, 1)),
    main('get topics', topics.getTopics(STREAM)),
    main('get the stream', streams.getStream(STREAM)),
    main('get streams', streams.getStreams()),
    alone('send to no topic', send(['a'], in0, 'nowhere')),
    alone('send to no partition', send(['a'], { kind: 'partition', partition: 99 })),
    main('purge the topic', topics.purgeTopic(STREAM, TOPIC)),
    main('delete the group', groups.deleteGroup(STREAM, TOPIC, GROUP)),
    main('delete the topic', topics.deleteTopic(STREAM, TOPIC)),
    main('delete the stream', streams.deleteStream(STREAM)),
    main('delete it again', streams.deleteStream(STREAM)),
  ];
}
