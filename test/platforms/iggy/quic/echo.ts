import {
  type ConnectOptions,
  connect,
  type ListenOptions,
  listen,
  type QuicConnection,
  type QuicListener,
  type QuicStream,
} from '../../../../src/platforms/iggy/client/transport/quic/index.ts';
import { type Certificate, selfSigned } from '../self-signed.ts';

let made: Certificate | undefined;

/** One for the whole test file: it takes a moment. */
export function identity(): Certificate {
  made ??= selfSigned();
  return made;
}

/** A server that gives back what a stream brings. */
export class Echo implements AsyncDisposable {
  readonly listener: QuicListener;
  /** In the order in which they came. */
  readonly connections: QuicConnection[] = [];

  private constructor(listener: QuicListener) {
    this.listener = listener;
    void this.#serve();
  }

  static async open(options: Partial<ListenOptions> = {}): Promise<Echo> {
    return new Echo(await listen({ identity: identity(), ...options }));
  }

  get port(): number {
    return this.listener.port;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.listener.connections) {
      this.connections.push(connection);
      void this.#serveConnection(connection);
    }
  }

  async #serveConnection(connection: QuicConnection): Promise<void> {
    for await (const stream of connection.incomingStreams) echo(stream).catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.listener.close();
  }
}

async function echo(stream: QuicStream): Promise<void> {
  for await (const bytes of stream) await stream.write(bytes);
  await stream.end();
}

/** To an echo server, or to whatever stands before it. */
export function connectTo(port: number, options: Partial<ConnectOptions> = {}): Promise<QuicConnection> {
  const certificate = { kind: 'ca', ca: identity().cert } as const;
  return connect({ host: '127.0.0.1', port, serverName: 'localhost', certificate, ...options });
}

/** Sends bytes on a stream of their own, and gives back what comes. */
export async function ask(connection: QuicConnection, bytes: Uint8Array): Promise<Buffer> {
  const stream = await connection.openStream();
  const written = stream.write(bytes).then(() => stream.end());
  const [answer] = await Promise.all([stream.readAll(1e9), written]);
  return answer;
}

/** Bytes that are not all the same. */
export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}
