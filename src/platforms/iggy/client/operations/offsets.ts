import { JsonObject } from '../http/json.ts';
import { ByteWriter } from '../protocol/bytes.ts';
import type { Consumer, ConsumerOffset, Identifier } from '../types.ts';
import { writeConsumer, writePartition } from './messages.ts';
import { nothing, type Operation, topicPath } from './operation.ts';

/** Whose offset, and where. */
export interface OffsetTarget {
  readonly stream: Identifier;
  readonly topic: Identifier;
  readonly consumer: Consumer;
  readonly partition: number;
}

function write({ stream, topic, consumer, partition }: OffsetTarget): ByteWriter {
  const writer = new ByteWriter();
  writeConsumer(writer, consumer);
  writer.identifier(stream).identifier(topic);
  writePartition(writer, partition);
  return writer;
}

/** Undefined: this consumer never stored one here. */
export function getOffset(target: OffsetTarget): Operation<ConsumerOffset | undefined> {
  const { stream, topic, consumer, partition } = target;
  return {
    name: 'get offset',
    repeatable: true,
    binary: {
      code: 120,
      body: () => write(target).pieces(),
      decode: (reply) => {
        if (reply.remaining === 0) return undefined;
        return { partition: reply.u32(), currentOffset: reply.u64(), storedOffset: reply.u64() };
      },
    },
    ...(consumer.kind === 'group'
      ? {}
      : {
          http: {
            method: 'GET',
            path: topicPath(stream, topic, 'consumer-offsets'),
            query: { consumer_id: String(consumer.id), partition_id: String(partition) },
            decode: offsetFromJson,
            absent: { value: undefined },
          },
        }),
  };
}

function offsetFromJson(value: unknown): ConsumerOffset {
  const json = new JsonObject(value);
  return {
    partition: json.number('partition_id'),
    currentOffset: json.bigint('current_offset'),
    storedOffset: json.bigint('stored_offset'),
  };
}

/** Everything up to and with `offset` is done. Of a group: only a member that owns the partition may say so. */
export function storeOffset(target: OffsetTarget, offset: bigint): Operation<undefined> {
  const { stream, topic, consumer, partition } = target;
  return {
    name: 'store offset',
    repeatable: false,
    binary: {
      code: 121,
      operation: 161,
      body: (dialect) => {
        const writer = write(target).u64(offset);
        dialect.writeOffsetAck(writer);
        return writer.pieces();
      },
      decode: nothing,
    },
    ...(consumer.kind === 'group'
      ? {}
      : {
          http: {
            method: 'PUT',
            path: topicPath(stream, topic, 'consumer-offsets'),
            body: { consumer_id: String(consumer.id), partition_id: partition, offset: Number(offset) },
            decode: nothing,
          },
        }),
  };
}

export function deleteOffset(target: OffsetTarget): Operation<undefined> {
  const { stream, topic, consumer, partition } = target;
  return {
    name: 'delete offset',
    repeatable: false,
    binary: {
      code: 122,
      operation: 162,
      body: (dialect) => {
        const writer = write(target);
        dialect.writeOffsetAck(writer);
        return writer.pieces();
      },
      decode: nothing,
    },
    ...(consumer.kind === 'group'
      ? {}
      : {
          http: {
            method: 'DELETE',
            path: topicPath(stream, topic, 'consumer-offsets', String(consumer.id)),
            query: { partition_id: String(partition) },
            decode: nothing,
          },
        }),
  };
}
