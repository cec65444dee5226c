import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP, isIPv6 } from 'node:net';
import { addressBytes } from './addresses.ts';
import type { QuicConnection } from './connection.ts';
import { Endpoint, enlargeBuffers } from './endpoint.ts';
import { Engine, loadEngine, type PeerAddress } from './engine.ts';
import { abortedError, QuicError } from './errors.ts';
import { type CertificateCheck, openClient, type TransportOptions } from './options.ts';

export interface ConnectOptions extends TransportOptions {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Name that the certificate must carry, and that the server is told. Default: the host. */
  readonly serverName?: string | undefined;
  /** Default: `ca` with the authorities that Node trusts. */
  readonly certificate?: CertificateCheck;
  /** Until the connection is established. Default 5,000. */
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const CONNECT_TIMEOUT_MS = 5000;
/** Between two migrations that nobody has asked for. */
const MIN_MIGRATION_INTERVAL_MS = 1000;
/** How long the socket of before is listened to after a migration. */
const OLD_SOCKET_MS = 3000;
/** To tell the peer that it is over keeps no program from its end for longer. */
const LAST_WORDS_MS = 1000;
/** Not one lost datagram, but two in so much time, are nobody at the other end. */
const REFUSED_AGAIN_MS = 20;

const NO_ROUTE: readonly (string | undefined)[] = [
  'EADDRNOTAVAIL',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EINVAL',
  'ENETDOWN',
  'ENETUNREACH',
  'ENODEV',
];

/** Opens a connection of its own socket. No ALPN is offered, no 0-RTT used. */
export async function connect(options: ConnectOptions): Promise<QuicConnection> {
  const { host, port, signal, certificate = { kind: 'ca' } } = options;
  if (signal?.aborted) throw abortedError(signal);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new QuicError('INVALID_ARGUMENT', `no port has the number ${port}`);
  }
  const engine = new Engine(await loadEngine());
  openClient(engine, options, certificate);
  const client = new Client(engine, await resolved(host), port);
  return client.connect(options.serverName ?? host, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, signal);
}

async function resolved(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new QuicError('SOCKET', `${host} has no address: ${(cause as NodeJS.ErrnoException).code}`, { cause });
  }
}

/** One connection, and the socket it has now. */
class Client {
  readonly #endpoint: Endpoint;
  readonly #address: string;
  readonly #remote: PeerAddress;
  #socket: Socket | undefined;
  readonly #oldSockets = new Set<Socket>();
  #connection: QuicConnection | undefined;
  #migratedMs = Number.NEGATIVE_INFINITY;
  #refusedMs: number | undefined;

  constructor(engine: Engine, address: string, port: number) {
    this.#address = address;
    this.#remote = { ip: addressBytes(address), port };
    this.#endpoint = new Endpoint(engine, {
      send: (datagram) => this.#send(datagram),
      migrate: () => this.#migrate(),
      onIdle: () => this.#close(),
      onBroken: () => this.#close(),
    });
  }

  async connect(name: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<QuicConnection> {
    this.#socket = await this.#openSocket();
    const connection = this.#begin(name);
    const late = () => connection.giveUp(new QuicError('TIMEOUT', `no connection came about in ${timeoutMs} ms`));
    const abort = () => connection.giveUp(abortedError(signal!));
    const timer = setTimeout(late, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await connection.established;
      return connection;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #begin(name: string): QuicConnection {
    try {
      this.#connection = this.#endpoint.connect(this.#remote, name);
    } catch (error) {
      this.#close();
      throw error;
    }
    void this.#connection.lost.then(() => setTimeout(() => this.#socket?.unref(), LAST_WORDS_MS).unref());
    return this.#connection;
  }

  async #openSocket(): Promise<Socket> {
    const socket = createSocket(isIPv6(this.#address) ? 'udp6' : 'udp4');
    try {
      socket.connect(this.#remote.port, this.#address);
      await once(socket, 'connect');
    } catch (cause) {
      socket.close();
      const { code } = cause as NodeJS.ErrnoException;
      throw new QuicError('SOCKET', `no socket to ${this.#address}: ${code}`, { cause });
    }
    enlargeBuffers(socket);
    socket.on('message', (datagram) => {
      this.#refusedMs = undefined;
      this.#endpoint.receive(datagram, this.#remote);
    });
    socket.on('error', (error) => this.#onError(error));
    if (this.#connection?.failure !== undefined) socket.unref();
    return socket;
  }

  /** What the network says of one datagram comes with the next: each has to listen. */
  #send(datagram: Buffer): void {
    try {
      this.#socket?.send(datagram, this.#onSent);
    } catch {
      // Closed under way: what was not sent counts as lost.
    }
  }

  readonly #onSent = (error: Error | null) => {
    if (error !== null) this.#onError(error);
  };

  #onError(error: NodeJS.ErrnoException): void {
    const connection = this.#connection;
    if (connection === undefined || connection.failure !== undefined) return;
    if (NO_ROUTE.includes(error.code)) this.#leave(connection);
    if (error.code !== 'ECONNREFUSED') return; // counts as loss
    const nowMs = performance.now();
    this.#refusedMs ??= nowMs;
    // A message of the network can be forged: an established connection takes more than one, and no datagram between.
    if (connection.isEstablished && nowMs - this.#refusedMs < REFUSED_AGAIN_MS) return;
    const where = `${this.#address}:${this.#remote.port}`;
    connection.fail(new QuicError('REFUSED', `nobody listens at ${where}`, { cause: error }));
    this.#endpoint.end(new QuicError('REFUSED', `nobody listens at ${where}`));
    this.#close();
  }

  /** There is no way from our address any more: from another one, if there is. */
  #leave(connection: QuicConnection): void {
    const nowMs = performance.now();
    if (nowMs - this.#migratedMs < MIN_MIGRATION_INTERVAL_MS) return;
    this.#migratedMs = nowMs;
    connection.migrate().catch(() => {}); // tried again with a later datagram
  }

  async #migrate(): Promise<void> {
    const socket = await this.#openSocket();
    const old = this.#socket;
    this.#socket = socket;
    if (old === undefined) return;
    old.unref();
    this.#oldSockets.add(old);
    setTimeout(() => {
      if (this.#oldSockets.delete(old)) old.close();
    }, OLD_SOCKET_MS).unref();
  }

  #close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    for (const old of this.#oldSockets) old.close();
    this.#oldSockets.clear();
  }
}
