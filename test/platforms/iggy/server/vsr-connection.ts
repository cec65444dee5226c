import { ByteReader, ByteWriter } from '../../../../src/platforms/iggy/client/protocol/bytes.ts';
import type { Channel, Conversation } from './channel.ts';
import { run } from './commands.ts';
import { vsrLayout } from './layout.ts';
import { Received } from './received.ts';
import type { Accounts, ConnectionContext } from './server.ts';
import { CODE, Refusal } from './store.ts';

const HEADER_BYTES = 256;
const COMMAND = { request: 5, reply: 8, eviction: 13 } as const;
const REGISTER = 1;
const NON_REPLICATED = 2;
const PING = 1;
const CREATE_TOKEN = 42;
/** Why a session ends. */
const REASON = { noSession: 1, session: 12, credentials: 9, incompatible: 14 } as const;

/** Operation → command code of the legacy protocol. */
const CODES: Readonly<Record<number, number>> = {
  128: 202,
  130: 203,
  132: 302,
  134: 303,
  135: 305,
  136: 402,
  137: 403,
  139: 602,
  140: 603,
  146: CREATE_TOKEN,
  148: 604,
  149: 605,
  160: 101,
  161: 121,
  162: 122,
};

class Eviction extends Error {
  readonly reason: number;

  constructor(reason: number) {
    super(`evicted for ${reason}`);
    this.reason = reason;
  }
}

/** One connection of the VSR protocol: frames with a header of 256 bytes, numbered requests. */
export function vsrConversation(context: ConnectionContext): Conversation {
  const { serverVersion, topicOptions } = context;
  const caller = { layout: vsrLayout, serverVersion, topicOptions };
  let session = 0n;
  let lastRequest = 0n;

  const answer = (header: Buffer, body: Buffer): readonly Uint8Array[] => {
    const operation = header.readUInt8(176);
    if (operation === REGISTER) {
      logIn(new ByteReader(body), context);
      session = 77n;
      return new ByteWriter()
        .u32(0)
        .u32(0)
        .u64(session)
        .u32(context.protocolVersion)
        .name(context.serverVersion)
        .pieces();
    }
    const code = operation === NON_REPLICATED ? header.readUInt32LE(196) : CODES[operation];
    if (code === undefined) throw new Refusal(CODE.invalidCommand);
    context.onCommand(code);
    if (operation === NON_REPLICATED) {
      if (session === 0n && code !== PING) throw new Refusal(CODE.unauthenticated);
      return run(code, body, context.store, caller);
    }
    if (header.readBigUInt64LE(184) !== session || session === 0n) throw new Eviction(REASON.noSession);
    const request = header.readBigUInt64LE(168);
    if (request <= lastRequest) throw new Eviction(REASON.session);
    lastRequest = request;
    return answered(operation, () => {
      if (code !== CREATE_TOKEN) return run(code, body, context.store, caller);
      return new ByteWriter().name(context.accounts.createToken()).pieces();
    });
  };

  const serve = (channel: Channel) => {
    const received = new Received();
    channel.onData((chunk) => {
      received.push(chunk);
      for (let head = received.peek(HEADER_BYTES); head !== undefined; head = received.peek(HEADER_BYTES)) {
        const size = head.readUInt32LE(48);
        if (size < HEADER_BYTES || head.readUInt8(60) !== COMMAND.request) return channel.end();
        const frame = received.take(size);
        if (frame === undefined) return;
        const header = frame.subarray(0, HEADER_BYTES);
        const body = frame.subarray(HEADER_BYTES);
        if (context.isHung()) continue;
        try {
          channel.write(replyFrame(header, 0, answer(header, body)));
        } catch (error) {
          if (error instanceof Refusal) channel.write(replyFrame(header, error.code, []));
          else if (error instanceof Eviction) {
            channel.write(evictionFrame(error.reason, context.protocolVersion));
            return channel.end();
          } else throw error;
        }
      }
    });
  };
  return { serve, over: () => context.store.forget(caller) };
}

const SEND = 160;
const NOT_FOUND: readonly number[] = [CODE.streamNotFound, CODE.topicNotFound, CODE.partitionNotFound];

/** Replies of changes begin with a count of refusals; those of sends do not, and do not say what was not found. */
function answered(operation: number, work: () => readonly Uint8Array[]): readonly Uint8Array[] {
  try {
    return operation === SEND ? work() : [...new ByteWriter().u32(0).pieces(), ...work()];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (operation === SEND) throw new Refusal(NOT_FOUND.includes(error.code) ? CODE.resourceNotFound : error.code);
    return new ByteWriter().u32(1).u32(0).u32(error.code).pieces();
  }
}

function logIn(body: ByteReader, { accounts, protocolVersion }: ConnectionContext): void {
  const minor = (version: number) => version >>> 10;
  if (minor(body.u32()) !== minor(protocolVersion)) throw new Eviction(REASON.incompatible);
  body.name();
  body.name();
  if (!isKnown(body, accounts)) throw new Eviction(REASON.credentials);
}

/** A token is followed by an empty context, a user's name by a password. */
function isKnown(body: ByteReader, accounts: Accounts): boolean {
  const name = body.name();
  return body.remaining === 4 ? accounts.isToken(name) : accounts.isUser(name, body.name());
}

function replyFrame(request: Buffer, status: number, pieces: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + pieces.reduce((sum, piece) => sum + piece.length, 0), 48);
  header.writeUInt8(COMMAND.reply, 60);
  request.copy(header, 128, 144, 160); // checksum of the request
  request.copy(header, 160, 128, 144); // client
  request.copy(header, 200, 168, 176); // number
  request.copy(header, 208, 176, 177); // operation
  header.writeUInt32LE(status, 216);
  return Buffer.concat([header, ...pieces]);
}

function evictionFrame(reason: number, protocolVersion: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES);
  frame.writeUInt32LE(HEADER_BYTES, 48);
  frame.writeUInt8(COMMAND.eviction, 60);
  frame.writeUInt32LE(protocolVersion, 144);
  frame.writeUInt32LE(protocolVersion, 148);
  frame.writeUInt8(reason, 255);
  return frame;
}
