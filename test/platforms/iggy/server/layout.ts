import { ByteReader, ByteWriter } from '../../../../src/platforms/iggy/client/protocol/bytes.ts';
import { xxh3Of } from './checksums.ts';
import { type Group, nowUs, type Partition, Refusal, type StoredMessage, type Stream, type Topic } from './store.ts';

/** How the two protocols lay out what the server reads and says. */
export interface Layout {
  readonly isVsr: boolean;
  stream(writer: ByteWriter, stream: Stream): void;
  topic(writer: ByteWriter, topic: Topic): void;
  readNewTopic(reader: ByteReader): { name: string; partitions: number; options: Buffer<ArrayBuffer> };
  readMessages(reader: ByteReader, count: number): StoredMessage[];
  writeMessages(writer: ByteWriter, messages: readonly StoredMessage[], firstOffset: bigint): void;
}

const FOREVER = 2n ** 64n - 1n;
const COMPRESSION_NONE = 1;
const BATCH_HEADER_BYTES = 256;
const FRAME_HEADER_BYTES = 48;
const BAD_BATCH = 4037;

function streamHead(writer: ByteWriter, { id, createdAtUs, topics, name }: Stream): void {
  const bytes = topics.reduce((sum, topic) => sum + topic.bytes, 0n);
  const messages = topics.reduce((sum, topic) => sum + topic.messages, 0n);
  writer.u32(id).u64(createdAtUs).u32(topics.length).u64(bytes).u64(messages).name(name);
}

export const legacyLayout: Layout = {
  isVsr: false,
  stream: streamHead,

  topic: (writer, { id, createdAtUs, partitions, name, bytes, messages }) => {
    writer.u32(id).u64(createdAtUs).u32(partitions.length).u64(FOREVER).u8(COMPRESSION_NONE).u64(FOREVER);
    writer.u8(1).u64(bytes).u64(messages).name(name);
  },

  readNewTopic: (reader) => {
    const partitions = reader.u32();
    reader.skip(1 + 8 + 8 + 1);
    return { name: reader.name(), partitions, options: Buffer.alloc(0) };
  },

  readMessages: (reader, count) => {
    const ends = reader.times(count, (index) => {
      if (index.u32() !== 0) throw new Refusal(4031);
      const end = index.u32();
      if (index.u64() !== 0n) throw new Refusal(4032);
      return end;
    });
    const start = reader.remaining;
    return ends.map((end) => {
      const message = readLegacyMessage(reader);
      if (start - reader.remaining !== end) throw new Refusal(4033);
      return message;
    });
  },

  writeMessages: (writer, messages, firstOffset) => {
    messages.forEach((message, index) => {
      const { id, timestampUs, originTimestampUs, payload, headers } = message;
      const tail = new ByteWriter();
      tail
        .u128(id)
        .u64(firstOffset + BigInt(index))
        .u64(timestampUs)
        .u64(originTimestampUs);
      tail.u32(headers.length).u32(payload.length).u64(0n).bytes(payload).bytes(headers);
      const pieces = tail.pieces();
      writer.u64(xxh3Of(pieces));
      for (const piece of pieces) writer.bytes(piece);
    });
  },
};

function readLegacyMessage(reader: ByteReader): StoredMessage {
  reader.skip(8);
  const id = reader.u128() || mintedId();
  reader.skip(16);
  const originTimestampUs = reader.u64();
  const headerBytes = reader.u32();
  const payloadBytes = reader.u32();
  reader.skip(8);
  const payload = Buffer.from(reader.bytes(payloadBytes));
  return { id, timestampUs: nowUs(), originTimestampUs, payload, headers: Buffer.from(reader.bytes(headerBytes)) };
}

let minted = 0n;

function mintedId(): bigint {
  return (0xabcdn << 64n) | ++minted;
}

export const vsrLayout: Layout = {
  isVsr: true,

  stream: (writer, stream) => {
    streamHead(writer, stream);
    writer.u32(0);
  },

  topic: (writer, { id, createdAtUs, partitions, name, bytes, messages, options }) => {
    writer.u32(id).u64(createdAtUs).u32(partitions.length).u64(FOREVER).u8(COMPRESSION_NONE).u64(FOREVER);
    writer.u64(bytes).u64(messages).name(name);
    writer.u32(options.length).bytes(options).u32(0);
  },

  readNewTopic: (reader) => {
    const partitions = reader.u32();
    const name = reader.name();
    return { name, partitions, options: Buffer.from(reader.bytes(reader.remaining)) };
  },

  /** Checks both checksums, as the real one does. */
  readMessages: (reader, count) => {
    const head = Buffer.from(reader.bytes(BATCH_HEADER_BYTES));
    if (head.readUInt32LE(48) !== count) throw new Refusal(BAD_BATCH);
    const originUs = head.readBigUInt64LE(24);
    const checksums: Buffer[] = [];
    const messages = reader.times(count, () => {
      const frame = Buffer.from(reader.bytes(FRAME_HEADER_BYTES));
      const payload = Buffer.from(reader.bytes(frame.readUInt32LE(36)));
      const headers = Buffer.from(reader.bytes(frame.readUInt32LE(32)));
      checksums.push(frame.subarray(0, 8));
      const checksum = xxh3Of([frame.subarray(8), payload, headers]);
      if (checksum !== frame.readBigUInt64LE(0)) throw new Refusal(BAD_BATCH);
      const id = new ByteReader(frame.subarray(8, 24)).u128();
      const originTimestampUs = originUs + BigInt(frame.readUInt32LE(28));
      return { id, timestampUs: nowUs(), originTimestampUs, payload, headers };
    });
    const covered = [head.subarray(0, 40), head.subarray(48, 52), ...checksums];
    if (xxh3Of(covered) !== head.readBigUInt64LE(40)) throw new Refusal(BAD_BATCH);
    return messages;
  },

  /** One batch a message: what a client must be able to walk. */
  writeMessages: (writer, messages, firstOffset) => {
    messages.forEach(({ id, timestampUs, originTimestampUs, payload, headers }, index) => {
      const size = BigInt(BATCH_HEADER_BYTES + FRAME_HEADER_BYTES + payload.length + headers.length);
      writer
        .u64(0n)
        .u64(firstOffset + BigInt(index))
        .u64(timestampUs)
        .u64(originTimestampUs)
        .u64(size)
        .u64(0n)
        .u32(1);
      writer.zeros(BATCH_HEADER_BYTES - 52);
      writer.u64(0n).u128(id).u32(0).u32(0).u32(headers.length).u32(payload.length).u64(0n);
      writer.bytes(payload).bytes(headers);
    });
  },
};

export function writePartition(writer: ByteWriter, id: number, partition: Partition): void {
  const { createdAtUs, currentOffset, bytes, messages } = partition;
  writer.u32(id).u64(createdAtUs).u32(1).u64(currentOffset).u64(bytes).u64(BigInt(messages.length));
}

export function writeGroup(writer: ByteWriter, group: Group, partitions: number): void {
  writer.u32(group.id).u32(partitions).u32(group.members.length).name(group.name);
}
