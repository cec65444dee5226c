import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback that can break what goes through it, as networks do. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: () => number;
  readonly #sockets = new Set<Socket>();
  #state: 'open' | 'hole' | 'frozen' = 'open';

  private constructor(server: Server, target: () => number) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (client) => this.#forward(client));
  }

  /** `target`: a loopback port, asked for at each connection. `port`: to listen on; 0 takes a free one. */
  static async listen(target: () => number, port = 0): Promise<TcpProxy> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #forward(client: Socket): void {
    const upstream = connect(this.#target(), '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        // What falls into a black hole is gone, also after it has closed: the connection is of no use any more.
        if (this.#state === 'hole') from.pause();
        else to.write(chunk);
      });
      if (this.#state === 'frozen') from.pause();
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  /** From now on nothing comes through, and nobody is told. New connections are accepted and never answered. */
  blackHole(): void {
    this.#state = 'hole';
  }

  /** New connections work again; those that lost something are reset. */
  heal(): void {
    this.#state = 'open';
    this.reset();
  }

  /** Like a stopped process behind it: connections are accepted, nothing is answered, and nothing is lost either. */
  freeze(): void {
    this.#state = 'frozen';
    for (const socket of this.#sockets) socket.pause();
  }

  /** Everything that waited goes its way. */
  thaw(): void {
    this.#state = 'open';
    for (const socket of this.#sockets) socket.resume();
  }

  /** Ends every connection by a reset. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
