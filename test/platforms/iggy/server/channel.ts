import type { Socket } from 'node:net';

/** One stream of bytes to a client and back: its socket, or over QUIC one stream of many. */
export interface Channel {
  onData(take: (chunk: Buffer) => void): void;
  write(bytes: Uint8Array): void;
  /** After what was written. */
  end(): void;
}

/** What one connection remembers: who logged in. Over TCP it has one channel, over QUIC one a request. */
export interface Conversation {
  serve(channel: Channel): void;
  /** The connection is gone. */
  over(): void;
}

export function serveSocket(socket: Socket, conversation: Conversation): void {
  socket.on('error', () => {}); // a client that vanishes is no news
  socket.on('close', () => conversation.over());
  conversation.serve({
    onData: (take) => socket.on('data', take),
    write: (bytes) => socket.write(bytes),
    end: () => socket.end(),
  });
}
