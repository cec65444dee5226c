import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import { addressBytes, addressText } from './addresses.ts';
import { Arrivals } from './arrivals.ts';
import type { QuicConnection } from './connection.ts';
import { Endpoint, enlargeBuffers } from './endpoint.ts';
import { Engine, loadEngine } from './engine.ts';
import { QuicError } from './errors.ts';
import { openServer, type ServerIdentity, type TransportOptions } from './options.ts';

export interface ListenOptions extends TransportOptions {
  readonly identity: ServerIdentity;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** 0 (default): a free one. */
  readonly port?: number;
}

/** A server. Its connections come as they are asked for, before their handshake is done: see `established`. */
export class QuicListener implements AsyncDisposable {
  readonly #endpoint: Endpoint;
  readonly #socket: Socket;
  readonly #arrivals = new Arrivals<QuicConnection>();

  constructor(engine: Engine, socket: Socket) {
    this.#socket = socket;
    // Addresses are numbers here: nothing is looked up.
    this.#endpoint = new Endpoint(engine, {
      send: (datagram, to) => {
        const address = to();
        try {
          socket.send(datagram, address.port, addressText(address));
        } catch {
          // Closed under way: what was not sent counts as lost.
        }
      },
      onIncoming: (connection) => this.#arrivals.push(connection),
      onBroken: () => socket.close(),
    });
    socket.on('message', (datagram, { address, port }) => {
      this.#endpoint.receive(datagram, { ip: addressBytes(address), port });
    });
    socket.on('error', () => {}); // an address that took no datagram: counts as loss
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get address(): AddressInfo {
    return this.#socket.address();
  }

  /** To be read by one reader. */
  get connections(): AsyncIterableIterator<QuicConnection> {
    return this.#arrivals;
  }

  get openConnections(): readonly QuicConnection[] {
    return [...this.#endpoint.connections.values()];
  }

  /** Bytes of the engine's memory, which grows and never shrinks. */
  get memoryBytes(): number {
    return this.#endpoint.engine.memoryBytes;
  }

  /** Tells every client, then stops listening. */
  async close(code = 0, reason = ''): Promise<void> {
    for (const connection of this.openConnections) connection.close(code, reason);
    await this.abandon();
  }

  /** Stops without a word, as a process that is killed does. */
  async abandon(): Promise<void> {
    this.#endpoint.end(new QuicError('CLOSED', 'the listener was closed'));
    this.#arrivals.end();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Listens for connections. No ALPN is asked for, no 0-RTT taken. */
export async function listen(options: ListenOptions): Promise<QuicListener> {
  const { host = '127.0.0.1', port = 0, identity } = options;
  const engine = new Engine(await loadEngine());
  openServer(engine, options, identity);
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    lookup: (address, _options, callback) => callback(null, address, isIPv6(address) ? 6 : 4),
  });
  try {
    const listening = once(socket, 'listening'); // which the lookup above makes happen within `bind`
    socket.bind(port, host);
    await listening;
  } catch (cause) {
    socket.close();
    throw new QuicError('SOCKET', `cannot listen at ${host}:${port}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
  enlargeBuffers(socket);
  return new QuicListener(engine, socket);
}
