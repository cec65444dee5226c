import { IggyError } from '../errors.ts';
import type { Framing } from './protocol.ts';

/** Header of every VSR frame, requests and replies alike. Offsets are of protocol 0.11. */
export const HEADER_BYTES = 256;

export const COMMAND = { request: 5, reply: 8, eviction: 13 } as const;

/** `major << 20 | minor << 10 | patch`. Under 0.x a server takes only clients of its own minor. */
export const PROTOCOL_VERSION = (0 << 20) | (11 << 10) | 0;

const SIZE_AT = 48;
const COMMAND_AT = 60;
const REPLY_REQUEST_AT = 200;
const REPLY_STATUS_AT = 216;
const EVICTION_PROTOCOL_AT = 144;
const EVICTION_REASON_AT = 255;

const REASON = { credentials: 9, token: 10, inactive: 11, incompatible: 14 } as const;

const REASONS: Readonly<Record<number, string>> = {
  1: 'no session',
  4: 'unknown operation',
  5: 'wrong body',
  6: 'wrong body',
  7: 'the session was replaced',
  9: 'wrong credentials',
  10: 'wrong token',
  11: 'the user is inactive',
  12: 'session error',
  13: 'silent for too long',
  15: 'malformed login',
};

export interface RequestHeader {
  readonly client: bigint;
  readonly checksum: bigint;
  readonly request: bigint;
  readonly operation: number;
  readonly session: bigint;
  /** Command code, of what is not replicated. */
  readonly code: number;
  readonly bodyBytes: number;
}

export function encodeRequestHeader(fields: RequestHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + fields.bodyBytes, SIZE_AT);
  header.writeUInt8(COMMAND.request, COMMAND_AT);
  header.writeBigUInt64LE(BigInt.asUintN(64, fields.client), 128);
  header.writeBigUInt64LE(BigInt.asUintN(64, fields.client >> 64n), 136);
  header.writeBigUInt64LE(fields.checksum, 144);
  header.writeBigUInt64LE(fields.request, 168);
  header.writeUInt8(fields.operation, 176);
  header.writeBigUInt64LE(fields.session, 184);
  header.writeUInt32LE(fields.code, 196);
  return header;
}

export function replyStatus(frame: Buffer): number {
  return frame.readUInt32LE(REPLY_STATUS_AT);
}

export const vsrFraming: Framing = {
  headerBytes: HEADER_BYTES,
  bodyBytes: (header) => {
    const size = header.readUInt32LE(SIZE_AT);
    if (size < HEADER_BYTES) throw new IggyError('PROTOCOL', `a frame says that it has ${size} bytes`);
    return size - HEADER_BYTES;
  },
  classify: (frame) => {
    const command = frame.readUInt8(COMMAND_AT);
    if (command === COMMAND.reply) return { kind: 'reply', key: frame.readBigUInt64LE(REPLY_REQUEST_AT) };
    if (command === COMMAND.eviction) return { kind: 'goodbye', error: evictionError(frame) };
    throw new IggyError('PROTOCOL', `a frame of unknown command ${command}`);
  },
};

function evictionError(frame: Buffer): IggyError {
  const reason = frame.readUInt8(EVICTION_REASON_AT);
  if (reason === REASON.incompatible) return versionError(frame.readUInt32LE(EVICTION_PROTOCOL_AT));
  const refused = reason === REASON.credentials || reason === REASON.token || reason === REASON.inactive;
  const words = REASONS[reason] ?? 'no name known';
  return new IggyError(
    refused ? 'AUTHENTICATION' : 'CONNECTION',
    `the server ended the session, reason ${reason}: ${words}`,
    { retryable: !refused },
  );
}

/** A server of another protocol: what it speaks, what we speak, and what is left. */
function versionError(serverProtocol: number): IggyError {
  const text = (version: number) => `${version >>> 20}.${(version >>> 10) & 1023}.${version & 1023}`;
  return new IggyError(
    'VERSION',
    `the server speaks protocol ${text(serverProtocol)}; this client speaks the legacy protocol of servers up to 0.8 and ` +
      `protocol ${text(PROTOCOL_VERSION)} of server 0.9 (server 0.10 speaks 0.12.0). Use one of those servers, or transport http`,
  );
}
