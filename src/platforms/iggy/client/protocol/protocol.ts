import type { IggyError } from '../errors.ts';
import type {
  Identifier,
  OutgoingMessage,
  ReceivedMessage,
  ResourceOptions,
  StreamInfo,
  TopicInfo,
  TopicSettings,
} from '../types.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** What one whole frame from the server is. Without a key a reply belongs to the oldest request that waits. */
export type IncomingFrame =
  | { readonly kind: 'reply'; readonly key?: bigint }
  /** The server ends the connection: nothing that waits will be answered. */
  | { readonly kind: 'goodbye'; readonly error: IggyError };

/** How a protocol cuts a byte stream into frames. */
export interface Framing {
  readonly headerBytes: number;
  /** Bytes that follow a header. */
  bodyBytes(header: Buffer): number;
  classify(frame: Buffer): IncomingFrame;
}

/** One request as it goes out. `key` is found again in the reply, where the protocol has one. */
export interface OutgoingFrame {
  readonly pieces: readonly Uint8Array[];
  readonly key?: bigint;
  /**
   * True of a reply after which nothing that follows may be believed: the connection ends with it. Asked before the next
   * frame is looked at.
   */
  isLast(reply: Buffer): boolean;
}

/** VSR operation of everything that is not replicated: reads, pings, polls, flushes. */
export const NON_REPLICATED = 2;

/** One command of the binary protocols. */
export interface BinaryCall<T> {
  readonly name: string;
  /** Command code: legacy frames carry it, VSR frames only where `operation` is `NON_REPLICATED`. */
  readonly code: number;
  /** VSR operation number; left out: `NON_REPLICATED`. */
  readonly operation?: number;
  /** A refusal leaves bytes in the stream that would be read as frames: the connection is closed after one. */
  readonly refusalDesynchronises?: boolean;
  body(dialect: Dialect): readonly Uint8Array[];
  decode(reply: ByteReader, dialect: Dialect): T;
}

/** Where the two protocols lay the same things out differently. */
export interface Dialect {
  readonly name: ProtocolName;
  /** The server tells a group's member its partitions (command 606). */
  readonly syncsGroups: boolean;
  readStream(reader: ByteReader): StreamInfo;
  readTopic(reader: ByteReader): TopicInfo;
  /** The list of a stream's topics, alone in a reply. */
  readTopics(reader: ByteReader): TopicInfo[];
  writeStreamOptions(writer: ByteWriter): void;
  /** `durable`: options that go beside those of the settings, where the protocol has options. */
  writeNewTopic(
    writer: ByteWriter,
    stream: Identifier,
    name: string,
    settings: TopicSettings,
    durable: ResourceOptions,
  ): void;
  writeMessages(writer: ByteWriter, messages: readonly OutgoingMessage[], originTimestampUs: bigint): void;
  /** What follows the prefix of a poll's reply: `count` messages. */
  readMessages(reader: ByteReader, count: number): ReceivedMessage[];
  /** How durably a consumer's offset is to be kept, where the protocol asks. */
  writeOffsetAck(writer: ByteWriter): void;
}

export type ProtocolName = 'legacy' | 'vsr';

export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string };

export interface LoginResult {
  readonly userId: number;
  /** Where the login tells it (VSR). */
  readonly serverVersion?: string;
}

/** State of one protocol on one connection. */
export interface ProtocolSession {
  readonly dialect: Dialect;
  login(credentials: Credentials): BinaryCall<LoginResult>;
  encode(call: BinaryCall<unknown>): OutgoingFrame;
  /** The reply's body, or the server's error. */
  decode<T>(frame: Buffer, call: BinaryCall<T>): T;
}

export interface Protocol {
  readonly name: ProtocolName;
  readonly framing: Framing;
  /** Changes of state go out one at a time on a connection, each after the reply to the last. */
  readonly serialWrites: boolean;
  openSession(): ProtocolSession;
}
