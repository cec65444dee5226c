import { readFileSync } from 'node:fs';
import type { Base, BaseOptions, Connection } from '@platformatic/kafka';
import { VcfAgentError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { withinDeadline } from './deadline.ts';
import { asPlatformError } from './errors.ts';
import type { KafkaOptions } from './options.ts';

/** Longest that a client may take to say goodbye before its sockets are cut. */
const GOODBYE_MS = 1000;
/** What a timeout covers without more time: requests up to this size are all alike. */
const COVERED_BYTES = 1024 * 1024;
/** Larger ones are given as long as this rate takes: a busy broker that encrypts and fsyncs is slow, not hung. */
const SLOWEST_BYTES_PER_MS = 4_000;

/** What the client library's clients have in common, whatever their events are. */
export type Client = Pick<Base, 'connections' | 'closed'> & {
  close(): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
};

/** How much longer than a small request one of so many bytes may take. */
export const transferMs = (bytes: number): number =>
  Math.ceil(Math.max(0, bytes - COVERED_BYTES) / SLOWEST_BYTES_PER_MS);

/** Options that every client of the library takes. `rotation`: which broker is asked first. Throws CONFIG_INVALID. */
export function clientOptions(options: KafkaOptions, rotation: number): BaseOptions {
  const { brokers, tls, sasl } = options;
  const first = rotation % brokers.length;
  return {
    clientId: options.clientId,
    bootstrapBrokers: [...brokers.slice(first), ...brokers.slice(0, first)],
    connectTimeout: options.connectTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    // The broker's own patience, for followers say: it should answer before we turn away.
    timeout: Math.ceil(options.requestTimeoutMs * 0.9),
    retries: 2,
    retryDelay: options.retryDelayMs,
    metadataMaxAge: options.metadataMaxAgeMs,
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    ...(tls?.serverName === undefined ? {} : { tlsServerName: tls.serverName }),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

function tlsOptions({ caFile, certificateFile, keyFile }: NonNullable<KafkaOptions['tls']>) {
  return {
    ...(caFile === undefined ? {} : { ca: pem('tls.caFile', caFile) }),
    ...(certificateFile === undefined ? {} : { cert: pem('tls.certificateFile', certificateFile) }),
    ...(keyFile === undefined ? {} : { key: pem('tls.keyFile', keyFile) }),
  };
}

function pem(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new VcfAgentError('CONFIG_INVALID', `kafka.${option}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * A client that is made when it is needed and thrown away, sockets and all, when it has failed: a connection to a broker that
 * hangs never recovers by itself, and the next client asks another broker first.
 */
export class RenewableClient<T extends Client> {
  readonly #make: (rotation: number) => T;
  readonly #clock: Clock;
  readonly #farewells = new Set<Promise<void>>();
  readonly #lastErrors = new WeakMap<T, unknown>();
  #current: T | undefined;
  #made = 0;
  #closed = false;

  constructor(clock: Clock, make: (rotation: number) => T) {
    this.#clock = clock;
    this.#make = make;
  }

  /** Throws PLATFORM_UNAVAILABLE once closed. */
  get(): T {
    if (this.#closed) throw closedError();
    if (this.#current === undefined) {
      this.#current = this.#make(this.#made++);
      // What a client reports beside its answers is in the next answer as well.
      const client = watched(this.#current);
      client.on('error', () => undefined);
      client.connections.on('connecting', ({ connection }) => {
        connection.on('error', (error: unknown) => this.#lastErrors.set(client, error));
      });
    }
    return this.#current;
  }

  /**
   * Any error of the client as ours. With TLS 1.3 a broker refuses a certificate after the handshake: its reason comes as an
   * error of the connection, and the request says only that the connection was closed.
   */
  explain(client: T, error: unknown, doing: string): VcfAgentError {
    const failure = asPlatformError(error, doing);
    if (failure.code !== 'PLATFORM_UNAVAILABLE') return failure;
    const reason = asPlatformError(this.#lastErrors.get(client) ?? error, doing);
    return reason.code === 'PLATFORM_AUTHENTICATION' ? reason : failure;
  }

  /** Received on the connections there are now. */
  get bytesRead(): number {
    let bytes = 0;
    for (const [, connection] of this.#current?.connections ?? []) bytes += connection.socket?.bytesRead ?? 0;
    return bytes;
  }

  /** Cuts off the client that has failed, unless another has taken its place. What it still had to do fails. */
  discard(failed: T): void {
    if (this.#current !== failed) return;
    this.#current = undefined;
    this.#keep(cutOff(failed));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const last = this.#current;
    this.#current = undefined;
    if (last !== undefined) this.#keep(sayGoodbye(last, this.#clock));
    await Promise.all(this.#farewells);
  }

  #keep(farewell: Promise<void>): void {
    this.#farewells.add(farewell);
    farewell.finally(() => this.#farewells.delete(farewell));
  }
}

export function closedError(): VcfAgentError {
  return new VcfAgentError('PLATFORM_UNAVAILABLE', 'Kafka: closed');
}

/** Ends a client in good order, by `closing`; cuts off one that does not end in time. */
export async function sayGoodbye(client: Client, clock: Clock, closing = client.close()): Promise<void> {
  await withinDeadline(closing, { clock, timeoutMs: GOODBYE_MS, doing: 'Kafka: closing' }).catch(() => undefined);
  await cutOff(client);
}

/** Every connection that a client has made and that has not closed. */
const connectionsOf = new WeakMap<Client, Set<Connection>>();

/**
 * Remembers the client's connections until they close. Its own list is by broker: an old connection that closes late takes
 * the entry of the one that has replaced it, which nobody would ever close, and the process would not end.
 */
export function watched<T extends Client>(client: T): T {
  const connections = new Set<Connection>();
  connectionsOf.set(client, connections);
  client.connections.on('connecting', ({ connection }) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  return client;
}

/** Destroys its sockets: closing them would wait until a hung broker has taken what is written to it. */
async function cutOff(client: Client): Promise<void> {
  for (const connection of connectionsOf.get(client) ?? []) connection.socket?.destroy();
  await client.close().catch(() => undefined);
}
