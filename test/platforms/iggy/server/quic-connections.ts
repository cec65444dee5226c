import {
  listen,
  type QuicConnection,
  type QuicListener,
  type QuicStream,
} from '../../../../src/platforms/iggy/client/transport/quic/index.ts';
import type { Conversation } from './channel.ts';

export interface QuicConnectionsOptions {
  readonly port: number;
  readonly identity: { readonly cert: string; readonly key: string };
  /** Streams that a client may have open at once: 10,000 of server 0.8, one of 0.9. */
  readonly maxStreams: number;
  open(): Conversation;
}

/** Listens over QUIC as the real servers do: a request and its reply on a stream of their own. */
export async function listenOverQuic(options: QuicConnectionsOptions): Promise<QuicListener> {
  const { port, identity, maxStreams, open } = options;
  const listener = await listen({ port, identity, maxStreams, idleTimeoutMs: 10_000, keepAliveMs: 5_000 });
  void serveAll(listener, open);
  return listener;
}

async function serveAll(listener: QuicListener, open: () => Conversation): Promise<void> {
  for await (const connection of listener.connections) void serveConnection(connection, open());
}

async function serveConnection(connection: QuicConnection, conversation: Conversation): Promise<void> {
  for await (const stream of connection.incomingStreams) void serveStream(stream, conversation);
  conversation.over();
}

async function serveStream(stream: QuicStream, conversation: Conversation): Promise<void> {
  let take: (chunk: Buffer) => void = () => {};
  const writes: Promise<void>[] = [];
  let isEnded = false;
  const end = () => {
    if (isEnded) return;
    isEnded = true;
    writes.push(stream.end());
  };
  conversation.serve({
    onData: (callback) => {
      take = callback;
    },
    write: (bytes) => void writes.push(stream.write(bytes)),
    end,
  });
  try {
    for await (const chunk of stream) take(chunk);
    end();
    await Promise.all(writes);
  } catch {
    // A client that vanishes is no news.
  }
  await Promise.allSettled(writes);
}
