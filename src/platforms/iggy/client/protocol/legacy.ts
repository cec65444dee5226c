import { decodeHeaders, encodeHeaders } from '../headers.ts';
import { SERVER_ERROR, serverError } from '../server-errors.ts';
import type { OutgoingMessage, ReceivedMessage } from '../types.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { BinaryCall, Credentials, Dialect, Framing, LoginResult, Protocol, ProtocolSession } from './protocol.ts';

/**
 * The protocol of servers up to 0.8. A request is `u32 length | u32 code | payload`, a reply `u32 status | u32 length |
 * payload`; there is no number to match them by: replies come in the order of the requests.
 */

const HEADER_BYTES = 8;
const MESSAGE_HEADER_BYTES = 64;
const COMPRESSION_NONE = 1;

const framing: Framing = {
  headerBytes: HEADER_BYTES,
  bodyBytes: (header) => header.readUInt32LE(4),
  classify: (frame) =>
    // The one frame that answers nothing: the server says goodbye when it is shut down.
    frame.readUInt32LE(0) === SERVER_ERROR.disconnected
      ? { kind: 'goodbye', error: serverError(SERVER_ERROR.disconnected, 'connection') }
      : { kind: 'reply' },
};

const legacyDialect: Dialect = {
  name: 'legacy',
  syncsGroups: false,

  readStream: (reader) => ({
    id: reader.u32(),
    createdAtUs: reader.u64(),
    topics: reader.u32(),
    bytes: reader.u64(),
    messages: reader.u64(),
    name: reader.name(),
  }),

  readTopic: (reader) => {
    const id = reader.u32();
    const createdAtUs = reader.u64();
    const partitions = reader.u32();
    const messageExpiryUs = reader.u64();
    reader.u8(); // compression: a label only
    const maxBytes = reader.u64();
    const replication = reader.u8();
    const bytes = reader.u64();
    const messages = reader.u64();
    const name = reader.name();
    const options = [] as const;
    return { id, createdAtUs, name, partitions, messageExpiryUs, maxBytes, replication, bytes, messages, options };
  },

  readTopics: (reader) => reader.rest((one) => legacyDialect.readTopic(one)),

  writeStreamOptions: () => {},

  writeNewTopic: (writer, stream, name, settings) => {
    writer
      .identifier(stream)
      .u32(settings.partitions)
      .u8(COMPRESSION_NONE)
      .u64(settings.messageExpiryUs ?? 0n)
      .u64(settings.maxBytes ?? 0n)
      .u8(0)
      .name(name);
  },

  /** An index of 16 bytes a message, then the messages: header of 64 bytes, payload, user headers. */
  writeMessages: (writer, messages, originTimestampUs) => {
    const headers = messages.map((message) => encodeHeaders(message.headers ?? []));
    let end = 0;
    messages.forEach((message, index) => {
      end += MESSAGE_HEADER_BYTES + message.payload.length + headers[index]!.length;
      writer.u32(0).u32(end).u64(0n);
    });
    messages.forEach((message, index) => {
      writeMessage(writer, message, headers[index]!, originTimestampUs);
    });
  },

  readMessages: (reader, count) => reader.times(count, readMessage),

  writeOffsetAck: () => {},
};

function writeMessage(writer: ByteWriter, message: OutgoingMessage, headers: Uint8Array, originUs: bigint): void {
  writer
    .u64(0n) // checksum: the server's
    .u128(message.id ?? 0n)
    .u64(0n) // offset: the server's
    .u64(0n) // timestamp: the server's
    .u64(originUs)
    .u32(headers.length)
    .u32(message.payload.length)
    .u64(0n)
    .bytes(message.payload)
    .bytes(headers);
}

function readMessage(reader: ByteReader): ReceivedMessage {
  reader.skip(8); // checksum
  const id = reader.u128();
  const offset = reader.u64();
  const timestampUs = reader.u64();
  const originTimestampUs = reader.u64();
  const headerBytes = reader.u32();
  const payloadBytes = reader.u32();
  reader.skip(8);
  const payload = reader.bytes(payloadBytes);
  const headers = decodeHeaders(reader.bytes(headerBytes));
  return { offset, id, timestampUs, originTimestampUs, payload, headers };
}

const session: ProtocolSession = {
  dialect: legacyDialect,

  login: (credentials: Credentials): BinaryCall<LoginResult> => ({
    name: 'login',
    code: credentials.kind === 'password' ? 38 : 44,
    body: () => {
      const writer = new ByteWriter();
      if (credentials.kind === 'token') return writer.name(credentials.token).pieces();
      // Client version and context: empty, but their lengths must be there.
      return writer.name(credentials.username).name(credentials.password).u32(0).u32(0).pieces();
    },
    decode: (reply) => ({ userId: reply.u32() }),
  }),

  encode: (call) => {
    const body = call.body(legacyDialect);
    const bytes = body.reduce((sum, piece) => sum + piece.length, 0);
    const header = new ByteWriter(HEADER_BYTES).u32(bytes + 4).u32(call.code);
    const isLast = (reply: Buffer) => endsConnection(reply.readUInt32LE(0), call);
    return { pieces: [...header.pieces(), ...body], isLast };
  },

  decode: (frame, call) => {
    const status = frame.readUInt32LE(0);
    if (status !== 0) throw serverError(status, call.name);
    return call.decode(new ByteReader(frame.subarray(HEADER_BYTES)), legacyDialect);
  },
};

export const legacyProtocol: Protocol = {
  name: 'legacy',
  framing,
  serialWrites: false,
  openSession: () => session,
};

/** Refusals whose request was not read, so that its rest is taken for requests; and those after which the server hangs up. */
function endsConnection(status: number, { refusalDesynchronises = false }: BinaryCall<unknown>): boolean {
  const { invalidCommand, staleClient, clientNotFound } = SERVER_ERROR;
  const always: readonly number[] = [invalidCommand, staleClient, clientNotFound];
  return always.includes(status) || (status !== 0 && refusalDesynchronises);
}
