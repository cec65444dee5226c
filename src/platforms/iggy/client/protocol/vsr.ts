import { randomBytes } from 'node:crypto';
import { decodeHeaders, encodeHeaders, type UserHeader } from '../headers.ts';
import { serverError } from '../server-errors.ts';
import type { TopicSettings } from '../types.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import {
  type BinaryCall,
  type Credentials,
  type Dialect,
  type LoginResult,
  NON_REPLICATED,
  type OutgoingFrame,
  type Protocol,
  type ProtocolSession,
} from './protocol.ts';
import { encodeRequestHeader, HEADER_BYTES, PROTOCOL_VERSION, replyStatus, vsrFraming } from './vsr-frame.ts';
import { readBatches, writeBatch } from './vsr-messages.ts';
import type { Xxh3 } from './xxh3.ts';

/** The protocol 0.11 of server 0.9: frames with a header of 256 bytes, sessions, numbered requests. */

const REGISTER = 1;
const FIRST_REPLICATED = 128;
const DELETE_SEGMENTS = 138;
const LAST_METADATA = 149;
const OFFSET_OPERATIONS: readonly number[] = [161, 162];
const SDK_NAME = 'vcf-agent-iggy';
const SDK_VERSION = '0.1.0';
const ACK_LOCAL = 0;
/** Requests that change nothing are numbered apart, so that a reply's number names one request. */
const FIRST_UNREPLICATED_REQUEST = 1n << 32n;

function isMetadata(operation: number): boolean {
  return operation >= FIRST_REPLICATED && operation <= LAST_METADATA;
}

/** Replies that begin with `u32 count`, 0 for success. */
function isResultFramed(operation: number): boolean {
  return (isMetadata(operation) && operation !== DELETE_SEGMENTS) || OFFSET_OPERATIONS.includes(operation);
}

function number(key: string, value: bigint): UserHeader {
  return { key, kind: 'u64', value: new ByteWriter().u64(value).joined() };
}

function retentionOptions({ messageExpiryUs = 0n, maxBytes = 0n }: TopicSettings): UserHeader[] {
  const options: UserHeader[] = [];
  if (messageExpiryUs !== 0n) options.push(number('message_expiry', messageExpiryUs));
  if (maxBytes !== 0n) options.push(number('max_topic_size', maxBytes));
  return options;
}

function vsrDialect(xxh3: Xxh3): Dialect {
  const readOptions = (reader: ByteReader) => decodeHeaders(reader.bytes(reader.u32()));
  const dialect: Dialect = {
    name: 'vsr',
    syncsGroups: true,

    readStream: (reader) => {
      const id = reader.u32();
      const createdAtUs = reader.u64();
      const topics = reader.u32();
      const bytes = reader.u64();
      const messages = reader.u64();
      const name = reader.name();
      readOptions(reader);
      return { id, createdAtUs, topics, bytes, messages, name };
    },

    readTopic: (reader) => {
      const id = reader.u32();
      const createdAtUs = reader.u64();
      const partitions = reader.u32();
      const messageExpiryUs = reader.u64();
      reader.u8(); // compression: a label only
      const maxBytes = reader.u64();
      const bytes = reader.u64();
      const messages = reader.u64();
      const name = reader.name();
      const options = [...readOptions(reader), ...readOptions(reader)];
      return { id, createdAtUs, name, partitions, messageExpiryUs, maxBytes, replication: 1, bytes, messages, options };
    },

    readTopics: (reader) => reader.times(reader.u32(), (one) => dialect.readTopic(one)),

    writeStreamOptions: () => {},

    writeNewTopic: (writer, stream, name, settings, durable) => {
      writer
        .identifier(stream)
        .u32(settings.partitions)
        .name(name)
        .bytes(encodeHeaders([...durable, ...retentionOptions(settings)]));
    },

    writeMessages: (writer, messages, originUs) => writeBatch(writer, messages, originUs, xxh3),
    readMessages: readBatches,
    writeOffsetAck: (writer) => writer.u8(ACK_LOCAL),
  };
  return dialect;
}

class VsrSession implements ProtocolSession {
  readonly dialect: Dialect;
  readonly #xxh3: Xxh3;
  readonly #client: bigint;
  #session = 0n;
  #request = 0n;
  #unreplicatedRequest = FIRST_UNREPLICATED_REQUEST;

  constructor(dialect: Dialect, xxh3: Xxh3) {
    this.dialect = dialect;
    this.#xxh3 = xxh3;
    const random = randomBytes(16);
    random[0]! |= 1; // never 0
    this.#client = new ByteReader(random).u128();
  }

  login(credentials: Credentials): BinaryCall<LoginResult> {
    return {
      name: 'login',
      code: credentials.kind === 'password' ? 40 : 45,
      operation: REGISTER,
      body: () => {
        const writer = new ByteWriter().u32(PROTOCOL_VERSION).name(SDK_NAME).name(SDK_VERSION);
        if (credentials.kind === 'password') writer.name(credentials.username).name(credentials.password);
        else writer.name(credentials.token);
        return writer.u32(0).pieces();
      },
      decode: (reply) => {
        const userId = reply.u32();
        this.#session = reply.u64();
        reply.u32(); // the server's protocol: our own, or it would not have let us in
        return { userId, serverVersion: reply.name() };
      },
    };
  }

  encode(call: BinaryCall<unknown>): OutgoingFrame {
    const { operation = NON_REPLICATED } = call;
    const body = call.body(this.dialect);
    const bodyBytes = body.reduce((sum, piece) => sum + piece.length, 0);
    const request = this.#nextRequest(operation);
    const header = encodeRequestHeader({
      client: this.#client,
      checksum: operation === REGISTER || isMetadata(operation) ? this.#xxh3(body) : 0n,
      request,
      operation,
      session: operation === REGISTER ? 0n : this.#session,
      code: operation === NON_REPLICATED ? call.code : 0,
      bodyBytes,
    });
    const isLast = (reply: Buffer) => call.refusalDesynchronises === true && replyStatus(reply) !== 0;
    return { pieces: [header, ...body], key: request, isLast };
  }

  #nextRequest(operation: number): bigint {
    if (operation === REGISTER) return 0n;
    if (operation === NON_REPLICATED) return this.#unreplicatedRequest++;
    return ++this.#request;
  }

  decode<T>(frame: Buffer, call: BinaryCall<T>): T {
    const { operation = NON_REPLICATED } = call;
    const status = replyStatus(frame);
    if (status !== 0) throw serverError(status, call.name);
    const reader = new ByteReader(frame.subarray(HEADER_BYTES));
    if ((isResultFramed(operation) || operation === REGISTER) && reader.remaining > 0) {
      const refusals = reader.times(reader.u32(), (entry) => entry.skip(4).u32());
      if (refusals.length > 0) throw serverError(refusals[0]!, call.name);
    }
    return call.decode(reader, this.dialect);
  }
}

export function vsrProtocol(xxh3: Xxh3): Protocol {
  const dialect = vsrDialect(xxh3);
  return {
    name: 'vsr',
    framing: vsrFraming,
    serialWrites: true,
    openSession: () => new VsrSession(dialect, xxh3),
  };
}
