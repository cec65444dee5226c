import { decodeHeaders } from '../../../../src/platforms/iggy/client/headers.ts';
import { ByteReader, ByteWriter } from '../../../../src/platforms/iggy/client/protocol/bytes.ts';
import { partitionOfKey } from './checksums.ts';
import { type Layout, writeGroup, writePartition } from './layout.ts';
import { CODE, find, type Id, type Partition, Refusal, remove, type Store, type Topic } from './store.ts';

/** A connection, as commands see it. Its identity is what makes it a member of groups. */
export interface Caller {
  readonly layout: Layout;
  readonly serverVersion: string;
  /** Options that a topic can be made with. */
  readonly topicOptions: readonly string[];
}

/** The partition that a VSR server names to one who is no member. */
const NOWHERE = 0xffff_ffff;

type Command = (reader: ByteReader, store: Store, caller: Caller) => ByteWriter | undefined;

/** What the server answers to one command; throws a Refusal. */
export function run(code: number, body: Buffer, store: Store, caller: Caller): readonly Uint8Array[] {
  const command = COMMANDS[code];
  if (command === undefined) throw new Refusal(CODE.invalidCommand);
  return command(new ByteReader(body), store, caller)?.pieces() ?? [];
}

function readId(reader: ByteReader): Id {
  const kind = reader.u8();
  const bytes = reader.bytes(reader.u8());
  return kind === 1 ? bytes.readUInt32LE() : bytes.toString();
}

function topicOf(reader: ByteReader, store: Store): Topic {
  return store.stream(readId(reader)).topic(readId(reader));
}

interface ConsumerOf {
  readonly isGroup: boolean;
  readonly id: Id;
}

function readConsumer(reader: ByteReader): ConsumerOf {
  return { isGroup: reader.u8() === 2, id: readId(reader) };
}

function readPartition(reader: ByteReader): number | undefined {
  const isGiven = reader.u8() === 1;
  const partition = reader.u32();
  return isGiven ? partition : undefined;
}

const offsetKey = ({ isGroup, id }: ConsumerOf, topic: Topic) => {
  return isGroup ? `group ${topic.group(id).id}` : `consumer ${id}`;
};

function isStranger(topic: Topic, { isGroup, id }: ConsumerOf, caller: Caller): boolean {
  return caller.layout.isVsr && isGroup && !topic.group(id).has(caller);
}

/** The partition that a consumer may read; undefined: not this one. */
function resolve(
  topic: Topic,
  consumer: ConsumerOf,
  partition: number | undefined,
  caller: Caller,
): number | undefined {
  if (!consumer.isGroup) return partition ?? 0;
  const group = topic.group(consumer.id);
  // VSR says neither that one is no member nor that a partition is another's: there is nothing to read.
  if (isStranger(topic, consumer, caller)) return undefined;
  const member = group.member(caller);
  if (partition !== undefined) return member.partitions.includes(partition) ? partition : undefined;
  if (caller.layout.isVsr || member.partitions.length === 0) return undefined;
  return member.partitions[member.turn++ % member.partitions.length];
}

function poll(reader: ByteReader, store: Store, caller: Caller): ByteWriter {
  const consumer = readConsumer(reader);
  const topic = topicOf(reader, store);
  const asked = readPartition(reader);
  const strategy = { kind: reader.u8(), value: reader.u64() };
  const count = reader.u32();
  const number = resolve(topic, consumer, asked, caller);
  if (number === undefined)
    return new ByteWriter()
      .u32(isStranger(topic, consumer, caller) ? NOWHERE : 0)
      .u64(0n)
      .u32(0);
  const partition = topic.partition(number);
  const stored = partition.offsets.get(offsetKey(consumer, topic));
  const first = firstOffset(partition, strategy, count, stored);
  const messages = partition.from(first, count);
  const writer = new ByteWriter().u32(number).u64(partition.currentOffset).u32(messages.length);
  caller.layout.writeMessages(writer, messages, BigInt(first));
  return writer;
}

function firstOffset(
  { messages }: Partition,
  strategy: { readonly kind: number; readonly value: bigint },
  count: number,
  stored: bigint | undefined,
): number {
  const { kind, value } = strategy;
  if (kind === 1) return value > BigInt(messages.length) ? messages.length : Number(value);
  if (kind === 4) return Math.max(0, messages.length - count);
  if (kind === 5) return stored === undefined ? 0 : Number(stored) + 1;
  const at = messages.findIndex(({ timestampUs }) => timestampUs >= value);
  return kind === 3 ? 0 : at < 0 ? messages.length : at;
}

function send(reader: ByteReader, store: Store, { layout }: Caller): ByteWriter | undefined {
  reader.u32();
  const topic = topicOf(reader, store);
  const kind = reader.u8();
  const value = reader.bytes(reader.u8());
  const count = reader.u32();
  if (count === 0) throw new Refusal(CODE.emptyBatch);
  const number =
    kind === 1
      ? topic.nextBalanced()
      : kind === 2
        ? value.readUInt32LE()
        : partitionOfKey(value, topic.partitions.length);
  const partition = topic.partition(number);
  const baseOffset = BigInt(partition.messages.length);
  partition.messages.push(...layout.readMessages(reader, count));
  if (!layout.isVsr) return undefined;
  return new ByteWriter().u32(1).u32(0).u32(topic.id).u32(number).u64(baseOffset);
}

function topicReply(topic: Topic, layout: Layout): ByteWriter {
  const writer = new ByteWriter();
  layout.topic(writer, topic);
  topic.partitions.forEach((partition, id) => {
    writePartition(writer, id, partition);
  });
  return writer;
}

/** Whose offset is meant, and where. Reading a group's offset takes no membership; storing one does. */
function readOffsetTarget(reader: ByteReader, store: Store, caller: Caller, isWrite: boolean) {
  const consumer = readConsumer(reader);
  const topic = topicOf(reader, store);
  const asked = readPartition(reader) ?? 0;
  if (isWrite && resolve(topic, consumer, asked, caller) === undefined) {
    throw new Refusal(caller.layout.isVsr ? CODE.resourceNotFound : CODE.consumerNotResolved);
  }
  return { number: asked, partition: topic.partition(asked), key: offsetKey(consumer, topic) };
}

const COMMANDS: Readonly<Record<number, Command>> = {
  1: () => undefined,
  10: (_, store, { serverVersion }) => stats(store, serverVersion),
  12: () => {
    const writer = new ByteWriter().text('single-node').u32(1).text('iggy-node').text('127.0.0.1');
    return writer.u32(8090).u32(3000).u8(0).u8(0);
  },
  13: (_, __, { topicOptions }) => {
    const writer = new ByteWriter().u32(topicOptions.length);
    for (const key of topicOptions) writer.name(key).u8(2).u32(0).text('for people');
    return writer;
  },
  22: (_, store, { layout }) => {
    const writer = new ByteWriter();
    // Of VSR only those that are members: what tells them from members that are gone.
    for (const memberships of layout.isVsr ? store.memberships() : []) {
      writer.u32(1).u32(0).u8(1).text('127.0.0.1:1').u32(memberships);
    }
    return writer;
  },
  100: poll,
  101: send,
  102: (reader, store, { layout }) => {
    if (layout.isVsr) throw new Refusal(CODE.unavailable);
    topicOf(reader, store).partition(reader.u32());
    return undefined;
  },
  120: (reader, store, caller) => {
    const { number, partition, key } = readOffsetTarget(reader, store, caller, false);
    const stored = partition.offsets.get(key);
    return stored === undefined ? undefined : new ByteWriter().u32(number).u64(partition.currentOffset).u64(stored);
  },
  121: (reader, store, caller) => {
    const { partition, key } = readOffsetTarget(reader, store, caller, true);
    const offset = reader.u64();
    if (offset > partition.currentOffset || partition.messages.length === 0) throw new Refusal(CODE.invalidOffset);
    partition.offsets.set(key, offset);
    return undefined;
  },
  122: (reader, store, caller) => {
    const { partition, key } = readOffsetTarget(reader, store, caller, true);
    if (!partition.offsets.delete(key)) throw new Refusal(3021);
    return undefined;
  },
  200: (reader, store, { layout }) => {
    const stream = find(store.streams, readId(reader));
    if (stream === undefined) return undefined;
    const writer = new ByteWriter();
    layout.stream(writer, stream);
    for (const topic of stream.topics) layout.topic(writer, topic);
    return writer;
  },
  201: (_, store, { layout }) => {
    const writer = new ByteWriter();
    for (const stream of store.streams) layout.stream(writer, stream);
    return writer;
  },
  202: (reader, store, { layout }) => {
    const writer = new ByteWriter();
    layout.stream(writer, store.createStream(reader.name()));
    return writer;
  },
  203: (reader, store) => {
    remove(store.streams, store.stream(readId(reader)));
    return undefined;
  },
  300: (reader, store, { layout }) => {
    const stream = find(store.streams, readId(reader));
    const topic = stream === undefined ? undefined : find(stream.topics, readId(reader));
    return topic === undefined ? undefined : topicReply(topic, layout);
  },
  301: (reader, store, { layout }) => {
    const { topics } = store.stream(readId(reader));
    const writer = new ByteWriter();
    if (layout.isVsr) writer.u32(topics.length);
    for (const topic of topics) layout.topic(writer, topic);
    return writer;
  },
  302: (reader, store, { layout, topicOptions }) => {
    const stream = store.stream(readId(reader));
    const { name, partitions, options } = layout.readNewTopic(reader);
    if (decodeHeaders(options).some(({ key }) => !topicOptions.includes(key)))
      throw new Refusal(CODE.unsupportedOption);
    return topicReply(stream.createTopic(name, partitions, options), layout);
  },
  303: (reader, store) => {
    const stream = store.stream(readId(reader));
    remove(stream.topics, stream.topic(readId(reader)));
    return undefined;
  },
  305: (reader, store) => {
    for (const { messages, offsets } of topicOf(reader, store).partitions) {
      messages.length = 0;
      offsets.clear();
    }
    return undefined;
  },
  402: (reader, store) => {
    const topic = topicOf(reader, store);
    topic.resize(topic.partitions.length + reader.u32());
    return undefined;
  },
  403: (reader, store) => {
    const topic = topicOf(reader, store);
    topic.resize(topic.partitions.length - reader.u32());
    return undefined;
  },
  600: (reader, store) => {
    const topic = topicOf(reader, store);
    const group = find(topic.groups, readId(reader));
    if (group === undefined) return undefined;
    const writer = new ByteWriter();
    writeGroup(writer, group, topic.partitions.length);
    for (const { id, partitions } of group.members) {
      writer.u32(id).u32(partitions.length);
      for (const partition of partitions) writer.u32(partition);
    }
    return writer;
  },
  601: (reader, store) => {
    const topic = topicOf(reader, store);
    const writer = new ByteWriter();
    for (const group of topic.groups) writeGroup(writer, group, topic.partitions.length);
    return writer;
  },
  602: (reader, store) => {
    const topic = topicOf(reader, store);
    const writer = new ByteWriter();
    writeGroup(writer, topic.createGroup(reader.name()), topic.partitions.length);
    return writer;
  },
  603: (reader, store) => {
    const topic = topicOf(reader, store);
    remove(topic.groups, topic.group(readId(reader)));
    return undefined;
  },
  604: (reader, store, caller) => {
    const topic = topicOf(reader, store);
    topic.group(readId(reader)).join(caller, topic.partitions.length);
    return undefined;
  },
  605: (reader, store, caller) => {
    const topic = topicOf(reader, store);
    if (!topic.group(readId(reader)).leave(caller, topic.partitions.length)) throw new Refusal(CODE.notAMember);
    return undefined;
  },
  606: (reader, store, caller) => {
    if (!caller.layout.isVsr) throw new Refusal(CODE.invalidCommand);
    const group = topicOf(reader, store).group(readId(reader));
    const member = group.members.find(({ client }) => client === caller);
    if (member === undefined) return undefined;
    const writer = new ByteWriter().u64(1n).u32(member.partitions.length);
    for (const partition of member.partitions) writer.u32(partition);
    return writer;
  },
};

function stats(store: Store, serverVersion: string): ByteWriter {
  const topics = store.streams.flatMap((stream) => stream.topics);
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions.length, 0);
  const writer = new ByteWriter().u32(process.pid).u32(0).u32(0).zeros(64);
  writer.u32(store.streams.length).u32(topics.length).u32(partitions).u32(partitions);
  writer
    .u64(topics.reduce((sum, { messages }) => sum + messages, 0n))
    .u32(1)
    .u32(0);
  for (const text of ['in-test', 'none', 'none', 'none', serverVersion]) writer.text(text);
  return writer.u32(0).u32(0).u32(1).u64(0n).u64(0n);
}
