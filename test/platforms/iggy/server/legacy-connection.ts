import { ByteReader, ByteWriter } from '../../../../src/platforms/iggy/client/protocol/bytes.ts';
import type { Channel, Conversation } from './channel.ts';
import { run } from './commands.ts';
import { legacyLayout } from './layout.ts';
import { Received } from './received.ts';
import type { Accounts, ConnectionContext } from './server.ts';
import { CODE, Refusal } from './store.ts';

const SEND = 101;
const LOGIN = 38;
const TOKEN_LOGIN = 44;
const CREATE_TOKEN = 42;
const WITHOUT_LOGIN: readonly number[] = [1, LOGIN, TOKEN_LOGIN];
const ROOT_USER_ID = 0;

/** One connection of the protocol of 0.8: frames of `u32 length | u32 code | payload`, answered in order. */
export function legacyConversation(context: ConnectionContext): Conversation {
  const { serverVersion, topicOptions } = context;
  const caller = { layout: legacyLayout, serverVersion, topicOptions };
  let isLoggedIn = false;

  const answer = (code: number, body: Buffer): readonly Uint8Array[] => {
    if (!isLoggedIn && !WITHOUT_LOGIN.includes(code)) throw new Refusal(CODE.unauthenticated);
    if (code !== LOGIN && code !== TOKEN_LOGIN) return context.isHung() ? [] : command(code, body);
    logIn(code, new ByteReader(body), context.accounts);
    isLoggedIn = true;
    return new ByteWriter().u32(ROOT_USER_ID).pieces();
  };

  const command = (code: number, body: Buffer): readonly Uint8Array[] => {
    if (code !== CREATE_TOKEN) return run(code, body, context.store, caller);
    return new ByteWriter().name(context.accounts.createToken()).pieces();
  };

  const serve = (channel: Channel) => {
    const received = new Received();
    const reply = (status: number, pieces: readonly Uint8Array[] = []) => {
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      channel.write(Buffer.concat([...new ByteWriter().u32(status).u32(bytes).pieces(), ...pieces]));
    };
    channel.onData((chunk) => {
      received.push(chunk);
      for (let header = received.peek(8); header !== undefined; header = received.peek(8)) {
        const length = header.readUInt32LE(0);
        if (length < 4) {
          reply(CODE.invalidCommand);
          received.take(8);
          continue;
        }
        const code = header.readUInt32LE(4);
        // Refused before its payload was read: the payload is read as frames, as the real server does.
        if (code === SEND && !isLoggedIn) {
          reply(CODE.unauthenticated);
          received.take(8);
          continue;
        }
        const body = received.take(4 + length)?.subarray(8);
        if (body === undefined) return;
        context.onCommand(code);
        if (context.isHung()) continue;
        try {
          reply(0, answer(code, body));
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          reply(error.code);
        }
      }
    });
  };
  return { serve, over: () => context.store.forget(caller) };
}

function logIn(code: number, body: ByteReader, accounts: Accounts): void {
  const isRight = code === TOKEN_LOGIN ? accounts.isToken(body.name()) : accounts.isUser(body.name(), body.name());
  if (!isRight) throw new Refusal(CODE.invalidCredentials);
}
