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
  /** True: what was asked is not answered, not even by the end of its stream. */
  isHung(): boolean;
}

/** Listens over QUIC as the real servers do: a request and its reply on a stream of their own. */
export async function listenOverQuic(options: QuicConnectionsOptions): Promise<QuicListener> {
  const { port, identity, maxStreams } = options;
  const listener = await listen({ port, identity, maxStreams, idleTimeoutMs: 10_000, keepAliveMs: 5_000 });
  void serveAll(listener, options);
  return listener;
}

type Serving = Pick<QuicConnectionsOptions, 'open' | 'isHung'>;

async function serveAll(listener: QuicListener, serving: Serving): Promise<void> {
  for await (const connection of listener.connections) void serveConnection(connection, serving);
}

async function serveConnection(connection: QuicConnection, { open, isHung }: Serving): Promise<void> {
  const conversation = open();
  for await (const stream of connection.incomingStreams) void serveStream(stream, conversation, isHung);
  conversation.over();
}

async function serveStream(stream: QuicStream, conversation: Conversation, isHung: () => boolean): Promise<void> {
  let take: (chunk: Buffer) => void = () => {};
  const writes: Promise<void>[] = [];
  const keep = (writing: Promise<void>) => {
    writing.catch(() => {}); // told below
    writes.push(writing);
  };
  let isEnded = false;
  const end = () => {
    if (isEnded) return;
    isEnded = true;
    keep(stream.end());
  };
  conversation.serve({
    onData: (callback) => {
      take = callback;
    },
    write: (bytes) => keep(stream.write(bytes)),
    end,
  });
  try {
    for await (const chunk of stream) take(chunk);
    if (!isHung()) end();
    await Promise.all(writes);
  } catch {
    // A client that vanishes is no news.
  }
}
