import { IggyError } from '../errors.ts';
import type { HeaderKind, UserHeader } from '../headers.ts';
import { JsonObject } from '../http/json.ts';
import { ByteWriter } from '../protocol/bytes.ts';
import type {
  Consumer,
  Identifier,
  OutgoingMessage,
  Partitioning,
  PolledMessages,
  PollStrategy,
  ReceivedMessage,
  SendConfirmation,
} from '../types.ts';
import { nothing, type Operation, topicPath } from './operation.ts';

const MAX_PAYLOAD_BYTES = 64_000_000;

export interface SendRequest {
  readonly stream: Identifier;
  readonly topic: Identifier;
  readonly partitioning: Partitioning;
  /** At least one. */
  readonly messages: readonly OutgoingMessage[];
  /** Microseconds since the epoch, on each message. */
  readonly originTimestampUs: bigint;
}

/** Where the server says where the batch was put, that; else nothing. */
export function sendMessages(request: SendRequest): Operation<readonly SendConfirmation[]> {
  const { stream, topic, partitioning, messages, originTimestampUs } = request;
  if (messages.length === 0) throw new IggyError('INVALID_ARGUMENT', 'a batch of no messages');
  const large = messages.find(({ payload }) => payload.length > MAX_PAYLOAD_BYTES);
  if (large !== undefined) throw new IggyError('INVALID_ARGUMENT', `a payload of ${large.payload.length} bytes`);
  return {
    name: 'send messages',
    repeatable: false,
    lane: laneOf(stream, topic, partitioning),
    binary: {
      code: 101,
      operation: 160,
      refusalDesynchronises: true,
      body: (dialect) => {
        const meta = new ByteWriter().identifier(stream).identifier(topic);
        writePartitioning(meta, partitioning);
        meta.u32(messages.length);
        const writer = new ByteWriter().u32(meta.length).bytes(meta.joined());
        dialect.writeMessages(writer, messages, originTimestampUs);
        return writer.pieces();
      },
      decode: (reply) => {
        if (reply.remaining === 0) return [];
        return reply.times(reply.u32(), (entry) => {
          entry.skip(8); // stream, topic
          return { partition: entry.u32(), baseOffset: entry.u64() };
        });
      },
    },
    http: {
      method: 'POST',
      path: topicPath(stream, topic, 'messages'),
      body: { partitioning: partitioningJson(partitioning), messages: messages.map(messageJson) },
      decode: () => [],
    },
  };
}

/** What must keep its order: a partition, or a key; a balanced batch has none. */
function laneOf(stream: Identifier, topic: Identifier, partitioning: Partitioning): string {
  const where = JSON.stringify([stream, topic]);
  if (partitioning.kind === 'partition') return `${where}${partitioning.partition}`;
  return partitioning.kind === 'key' ? `${where}${Buffer.from(partitioning.key).toString('hex')}` : where;
}

function writePartitioning(writer: ByteWriter, partitioning: Partitioning): void {
  if (partitioning.kind === 'balanced') writer.u8(1).u8(0);
  else if (partitioning.kind === 'partition') writer.u8(2).u8(4).u32(partitioning.partition);
  else writer.u8(3).u8(partitioning.key.length).bytes(partitioning.key);
}

function partitioningJson(partitioning: Partitioning): unknown {
  if (partitioning.kind === 'balanced') return { kind: 'balanced', value: '' };
  if (partitioning.kind === 'key') return { kind: 'messages_key', value: toBase64(partitioning.key) };
  return { kind: 'partition_id', value: toBase64(new ByteWriter().u32(partitioning.partition).joined()) };
}

function messageJson({ id = 0n, payload, headers = [] }: OutgoingMessage): unknown {
  return {
    id: id.toString(), // as a text: the server's JSON reader refuses larger numbers than 64 bits
    payload: toBase64(payload),
    user_headers: headers.map(({ key, kind, value }) => ({
      key: { kind: 'string', value: toBase64(Buffer.from(key)) },
      value: { kind: HTTP_KINDS[kind] ?? kind, value: toBase64(value) },
    })),
  };
}

/** Kinds that JSON names otherwise than we do. */
const HTTP_KINDS: Partial<Record<HeaderKind, string>> = {
  i8: 'int8',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  i128: 'int128',
  u8: 'uint8',
  u16: 'uint16',
  u32: 'uint32',
  u64: 'uint64',
  u128: 'uint128',
  f32: 'float32',
  f64: 'float64',
};

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export interface PollRequest {
  readonly stream: Identifier;
  readonly topic: Identifier;
  readonly consumer: Consumer;
  /** Left out: of a group, the server's choice (legacy only); of a consumer, partition 0. */
  readonly partition?: number | undefined;
  readonly strategy: PollStrategy;
  /** Most messages to give back. Their bytes are not bounded by the protocol. */
  readonly count: number;
}

const STRATEGIES = { offset: 1, timestamp: 2, first: 3, last: 4, next: 5 } as const;

function strategyValue(strategy: PollStrategy): bigint {
  if (strategy.kind === 'offset') return strategy.offset;
  return strategy.kind === 'timestamp' ? strategy.timestampUs : 0n;
}

/** Never stores the offset: the server would do that before the messages have arrived. */
export function pollMessages(request: PollRequest): Operation<PolledMessages> {
  const { stream, topic, consumer, partition, strategy, count } = request;
  return {
    name: 'poll messages',
    repeatable: true,
    binary: {
      code: 100,
      body: () => {
        const writer = new ByteWriter();
        writeConsumer(writer, consumer);
        writer.identifier(stream).identifier(topic);
        writePartition(writer, partition);
        return writer.u8(STRATEGIES[strategy.kind]).u64(strategyValue(strategy)).u32(count).u8(0).pieces();
      },
      decode: (reply, dialect) => {
        const from = { partition: reply.u32(), currentOffset: reply.u64() };
        return { ...from, messages: dialect.readMessages(reply, reply.u32()) };
      },
    },
    // Over HTTP the server takes every consumer for one that reads alone: a group's poll would not be one.
    ...(consumer.kind === 'group' ? {} : { http: httpPoll(request) }),
  };
}

function httpPoll({ stream, topic, consumer, partition = 0, strategy, count }: PollRequest) {
  return {
    method: 'GET' as const,
    path: topicPath(stream, topic, 'messages'),
    query: {
      consumer_id: String(consumer.id),
      partition_id: String(partition),
      kind: strategy.kind,
      value: strategyValue(strategy).toString(),
      count: String(count),
      auto_commit: 'false',
    },
    decode: (value: unknown): PolledMessages => {
      const json = new JsonObject(value);
      const messages = json.list('messages', messageFromJson);
      // With no messages the server says 0, wherever the partition ends.
      const currentOffset = messages.length === 0 ? undefined : json.bigint('current_offset');
      return { partition, currentOffset, messages };
    },
  };
}

function messageFromJson(json: JsonObject): ReceivedMessage {
  const header = json.object('header');
  return {
    offset: header.bigint('offset'),
    id: header.bigint('id'),
    timestampUs: header.bigint('timestamp'),
    originTimestampUs: header.bigint('origin_timestamp'),
    payload: json.base64('payload'),
    headers: json.optional('user_headers', (object) => object.list('user_headers', headerFromJson)) ?? [],
  };
}

function headerFromJson(json: JsonObject): UserHeader {
  const kind = json.object('value').text('kind');
  const ours = Object.entries(HTTP_KINDS).find(([, theirs]) => theirs === kind)?.[0] ?? kind;
  return {
    key: Buffer.from(json.object('key').base64('value')).toString(),
    kind: ours as HeaderKind,
    value: json.object('value').base64('value'),
  };
}

/** Writes what a partition holds in memory to its file, and with `fsync` to the disk. */
export function flushPartition(
  stream: Identifier,
  topic: Identifier,
  partition: number,
  fsync: boolean,
): Operation<undefined> {
  return {
    name: 'flush',
    repeatable: true,
    lane: laneOf(stream, topic, { kind: 'partition', partition }),
    binary: {
      code: 102,
      body: () => {
        const writer = new ByteWriter().identifier(stream).identifier(topic).u32(partition);
        return writer.u8(fsync ? 1 : 0).pieces();
      },
      decode: nothing,
    },
    http: {
      method: 'GET',
      path: topicPath(stream, topic, 'messages', 'flush', partition, String(fsync)),
      decode: nothing,
    },
  };
}

export function writeConsumer(writer: ByteWriter, consumer: Consumer): void {
  writer.u8(consumer.kind === 'consumer' ? 1 : 2).identifier(consumer.id);
}

/** Always five bytes: a flag and a number. */
export function writePartition(writer: ByteWriter, partition: number | undefined): void {
  writer.u8(partition === undefined ? 0 : 1).u32(partition ?? 0);
}
