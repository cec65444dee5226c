import { IggyError } from '../errors.ts';
import { decodeHeaders, encodeHeaders } from '../headers.ts';
import type { OutgoingMessage, ReceivedMessage } from '../types.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Xxh3 } from './xxh3.ts';

/**
 * A batch of messages as VSR sends, stores and polls it: a header of 256 bytes, then frames of 48 bytes, payload and user
 * headers. The server checks both checksums: XXH3-64 of every frame, and of the batch's fields with the frames' checksums.
 */

const BATCH_HEADER_BYTES = 256;
const FRAME_HEADER_BYTES = 48;
/** Of a frame's header: what its checksum covers begins here. */
const COVERED_FROM = 8;

export function writeBatch(
  writer: ByteWriter,
  messages: readonly OutgoingMessage[],
  originTimestampUs: bigint,
  xxh3: Xxh3,
): void {
  const frames = messages.map((message, index) => frameOf(message, index, xxh3));
  const blobBytes = frames.reduce((sum, { header, payload, headers }) => {
    return sum + header.length + payload.length + headers.length;
  }, 0);
  const batchBytes = BigInt(BATCH_HEADER_BYTES + blobBytes);

  const covered = Buffer.alloc(44 + 8 * frames.length);
  covered.writeBigUInt64LE(originTimestampUs, 24);
  covered.writeBigUInt64LE(batchBytes, 32);
  covered.writeUInt32LE(frames.length, 40);
  frames.forEach(({ header }, index) => {
    covered.set(header.subarray(0, 8), 44 + 8 * index);
  });

  writer
    .zeros(24) // partition, base offset, base timestamp: the server's
    .u64(originTimestampUs)
    .u64(batchBytes)
    .u64(xxh3([covered]))
    .u32(frames.length)
    .zeros(BATCH_HEADER_BYTES - 52);
  for (const { header, payload, headers } of frames) writer.bytes(header).bytes(payload).bytes(headers);
}

function frameOf(message: OutgoingMessage, index: number, xxh3: Xxh3) {
  const { payload, id = 0n } = message;
  const headers = encodeHeaders(message.headers ?? []);
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeBigUInt64LE(BigInt.asUintN(64, id), 8);
  header.writeBigUInt64LE(BigInt.asUintN(64, id >> 64n), 16);
  header.writeUInt32LE(index, 24);
  header.writeUInt32LE(0, 28); // after the batch's origin timestamp: all of a batch are sent at once
  header.writeUInt32LE(headers.length, 32);
  header.writeUInt32LE(payload.length, 36);
  header.writeBigUInt64LE(xxh3([header.subarray(COVERED_FROM), payload, headers]), 0);
  return { header, payload, headers };
}

/** Batches back to back to the end of the reply, as one list of messages. */
export function readBatches(reader: ByteReader, count: number): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  while (reader.remaining > 0) {
    reader.skip(8);
    const baseOffset = reader.u64();
    const timestampUs = reader.u64();
    const originTimestampUs = reader.u64();
    reader.skip(16); // length, checksum
    const inBatch = reader.u32();
    reader.skip(BATCH_HEADER_BYTES - 52);
    const base = { baseOffset, timestampUs, originTimestampUs };
    for (let index = 0; index < inBatch; index++) messages.push(readFrame(reader, base));
  }
  if (messages.length !== count) {
    throw new IggyError('PROTOCOL', `a poll's reply promises ${count} messages and holds ${messages.length}`);
  }
  return messages;
}

interface Base {
  readonly baseOffset: bigint;
  readonly timestampUs: bigint;
  readonly originTimestampUs: bigint;
}

function readFrame(reader: ByteReader, base: Base): ReceivedMessage {
  reader.skip(8); // checksum
  const id = reader.u128();
  const offset = base.baseOffset + BigInt(reader.u32());
  const originTimestampUs = base.originTimestampUs + BigInt(reader.u32());
  const headerBytes = reader.u32();
  const payloadBytes = reader.u32();
  reader.skip(8);
  const payload = reader.bytes(payloadBytes);
  const headers = decodeHeaders(reader.bytes(headerBytes));
  return { offset, id, timestampUs: base.timestampUs, originTimestampUs, payload, headers };
}
