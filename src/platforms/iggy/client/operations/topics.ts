import { textHeader, type UserHeader } from '../headers.ts';
import { JsonObject, readList } from '../http/json.ts';
import { type ByteReader, ByteWriter } from '../protocol/bytes.ts';
import type { Dialect } from '../protocol/protocol.ts';
import type { Identifier, PartitionInfo, ResourceOptions, TopicDetails, TopicInfo, TopicSettings } from '../types.ts';
import { nothing, type Operation, streamPath, topicPath } from './operation.ts';

export function topicFromJson(json: JsonObject): TopicInfo {
  return {
    id: json.number('id'),
    createdAtUs: json.bigint('created_at'),
    name: json.text('name'),
    partitions: json.number('partitions_count'),
    messageExpiryUs: json.bigint('message_expiry'),
    maxBytes: json.bigint('max_topic_size'),
    replication: json.optional('replication_factor', (object) => object.number('replication_factor')) ?? 1,
    bytes: json.bytes('size'),
    messages: json.bigint('messages_count'),
    options: json.optional('options', (object) => optionsFromJson(object.object('options'))) ?? [],
  };
}

/** Over HTTP every option's value is told as text. */
function optionsFromJson(json: JsonObject): ResourceOptions {
  return json.keys().map((key) => textHeader(key, json.object(key).text('value')));
}

/** As text, too. */
function optionsToJson(options: ResourceOptions): Record<string, string> {
  return Object.fromEntries(options.map((option) => [option.key, optionText(option)]));
}

/** An option's value as people write it. */
export function optionText({ kind, value }: UserHeader): string {
  const bytes = Buffer.from(value);
  if (kind === 'string') return bytes.toString();
  const number = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return String(kind === 'bool' ? number === 1n : number);
}

/** Which options a topic can be made with: servers refuse one that they do not know, and their names have changed. */
export function describeTopicOptions(): Operation<readonly string[]> {
  return {
    name: 'describe topic options',
    repeatable: true,
    binary: {
      code: 13,
      body: () => new ByteWriter().u8(TOPIC_OPTIONS).pieces(),
      decode: (reply) =>
        reply.times(reply.u32(), (option) => {
          const key = option.name();
          option.u8(); // kind of its value
          option.bytes(option.u32()); // its default
          option.bytes(option.u32()); // a description, for people
          return key;
        }),
    },
    http: {
      method: 'GET',
      path: '/options/topic',
      decode: (json) => readList(json, (option) => option.text('key')),
      absent: { value: [] },
    },
  };
}

const TOPIC_OPTIONS = 1;

/**
 * The options that make a topic as durable as asked, in the words of a server that knows `keys`. Stable 0.9 calls it
 * `durability=persisted`; builds before it have two options; 0.8 has none, and gets none.
 */
export function durabilityOptions(wanted: TopicSettings['durability'], keys: readonly string[]): ResourceOptions {
  if (wanted === 'server' || keys.length === 0) return [];
  const eachSaved: UserHeader = { key: SAVE_EACH, kind: 'u32', value: Uint8Array.of(1, 0, 0, 0) };
  if (wanted === 'saved') return [eachSaved];
  if (keys.includes(DURABILITY)) return [textHeader(DURABILITY, PERSISTED)];
  return [eachSaved, { key: FSYNC, kind: 'bool', value: Uint8Array.of(1) }];
}

/** True when every message of a topic with these options is on disk before it is acknowledged. */
export function areFsynced(options: ResourceOptions): boolean {
  const textOf = (key: string) => options.filter((option) => option.key === key).map(optionText)[0];
  return textOf(DURABILITY) === PERSISTED || (textOf(SAVE_EACH) === '1' && textOf(FSYNC) === 'true');
}

const DURABILITY = 'durability';
const PERSISTED = 'persisted';
const SAVE_EACH = 'messages_required_to_save';
const FSYNC = 'enforce_fsync';

function detailsFromJson(value: unknown): TopicDetails {
  const json = new JsonObject(value);
  const partitionList = json.list('partitions', (partition) => ({
    id: partition.number('id'),
    segments: partition.number('segments_count'),
    currentOffset: partition.bigint('current_offset'),
    bytes: partition.bytes('size'),
    messages: partition.bigint('messages_count'),
  }));
  return { ...topicFromJson(json), partitionList };
}

function readPartition(reader: ByteReader): PartitionInfo {
  const id = reader.u32();
  reader.skip(8); // created at
  return {
    id,
    segments: reader.u32(),
    currentOffset: reader.u64(),
    bytes: reader.u64(),
    messages: reader.u64(),
  };
}

function readDetails(reply: ByteReader, dialect: Dialect): TopicDetails {
  return { ...dialect.readTopic(reply), partitionList: reply.rest(readPartition) };
}

function target(stream: Identifier, topic: Identifier): readonly Uint8Array[] {
  return new ByteWriter().identifier(stream).identifier(topic).pieces();
}

export function getTopics(stream: Identifier): Operation<readonly TopicInfo[]> {
  return {
    name: 'get topics',
    repeatable: true,
    binary: {
      code: 301,
      body: () => new ByteWriter().identifier(stream).pieces(),
      decode: (reply, dialect) => dialect.readTopics(reply),
    },
    http: { method: 'GET', path: streamPath(stream, 'topics'), decode: (json) => readList(json, topicFromJson) },
  };
}

export function getTopic(stream: Identifier, topic: Identifier): Operation<TopicDetails | undefined> {
  return {
    name: 'get topic',
    repeatable: true,
    binary: {
      code: 300,
      body: () => target(stream, topic),
      decode: (reply, dialect) => (reply.remaining === 0 ? undefined : readDetails(reply, dialect)),
    },
    http: { method: 'GET', path: topicPath(stream, topic), decode: detailsFromJson, absent: { value: undefined } },
  };
}

/** `durable`: from `durabilityOptions`. */
export function createTopic(
  stream: Identifier,
  name: string,
  settings: TopicSettings,
  durable: ResourceOptions,
): Operation<TopicDetails> {
  return {
    name: 'create topic',
    repeatable: false,
    binary: {
      code: 302,
      operation: 132,
      body: (dialect) => {
        const writer = new ByteWriter();
        dialect.writeNewTopic(writer, stream, name, settings, durable);
        return writer.pieces();
      },
      decode: readDetails,
    },
    http: {
      method: 'POST',
      path: streamPath(stream, 'topics'),
      body: {
        name,
        partitions_count: settings.partitions,
        compression_algorithm: 'none',
        message_expiry: Number(settings.messageExpiryUs ?? 0n),
        max_topic_size: Number(settings.maxBytes ?? 0n),
        options: optionsToJson(durable),
      },
      decode: detailsFromJson,
    },
  };
}

export function deleteTopic(stream: Identifier, topic: Identifier): Operation<undefined> {
  return {
    name: 'delete topic',
    repeatable: false,
    binary: { code: 303, operation: 134, body: () => target(stream, topic), decode: nothing },
    http: { method: 'DELETE', path: topicPath(stream, topic), decode: nothing },
  };
}

export function purgeTopic(stream: Identifier, topic: Identifier): Operation<undefined> {
  return {
    name: 'purge topic',
    repeatable: false,
    binary: { code: 305, operation: 135, body: () => target(stream, topic), decode: nothing },
    http: { method: 'DELETE', path: topicPath(stream, topic, 'purge'), decode: nothing },
  };
}

/** Adds this many partitions. */
export function createPartitions(stream: Identifier, topic: Identifier, count: number): Operation<undefined> {
  return {
    name: 'create partitions',
    repeatable: false,
    binary: {
      code: 402,
      operation: 136,
      body: () => new ByteWriter().identifier(stream).identifier(topic).u32(count).pieces(),
      decode: nothing,
    },
    http: {
      method: 'POST',
      path: topicPath(stream, topic, 'partitions'),
      body: { partitions_count: count },
      decode: nothing,
    },
  };
}

/** Deletes this many partitions, the last first, with what is in them. */
export function deletePartitions(stream: Identifier, topic: Identifier, count: number): Operation<undefined> {
  return {
    name: 'delete partitions',
    repeatable: false,
    binary: {
      code: 403,
      operation: 137,
      body: () => new ByteWriter().identifier(stream).identifier(topic).u32(count).pieces(),
      decode: nothing,
    },
    http: {
      method: 'DELETE',
      path: topicPath(stream, topic, 'partitions'),
      query: { partitions_count: String(count) },
      decode: nothing,
    },
  };
}
