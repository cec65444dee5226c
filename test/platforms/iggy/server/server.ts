import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { QuicListener } from '../../../../src/platforms/iggy/client/transport/quic/index.ts';
import { type Conversation, serveSocket } from './channel.ts';
import { serveHttp } from './http-requests.ts';
import { legacyConversation } from './legacy-connection.ts';
import { listenOverQuic } from './quic-connections.ts';
import { Store } from './store.ts';
import { vsrConversation } from './vsr-connection.ts';

export interface InTestServerOptions {
  readonly transport: 'tcp' | 'tls' | 'quic' | 'http';
  /** Of tcp, tls and quic. */
  readonly protocol: 'legacy' | 'vsr';
  /** VSR protocol, `major << 20 | minor << 10 | patch`. Default 0.11.0. */
  readonly protocolVersion?: number;
  /** Names of the options that topics are made with (VSR): of the builds before 0.9, or of 0.9. Default `edge`. */
  readonly topicOptions?: keyof typeof TOPIC_OPTIONS;
  /** PEM, of tls and quic. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

const COMMON_OPTIONS = [
  'compression_algorithm',
  'message_expiry',
  'max_topic_size',
  'segment_size',
  'messages_required_to_save',
  'size_of_messages_required_to_save',
  'preallocate_segments',
];

const TOPIC_OPTIONS = {
  edge: COMMON_OPTIONS.toSpliced(4, 0, 'enforce_fsync'),
  stable: COMMON_OPTIONS.toSpliced(4, 0, 'durability', 'consumer_offset_durability'),
};

/** Who may log in. */
export class Accounts {
  readonly #tokens = new Set<string>();

  isUser(name: string, password: string): boolean {
    return name === 'iggy' && password === 'iggy';
  }

  isToken(token: string): boolean {
    return this.#tokens.has(token);
  }

  createToken(): string {
    const token = `token-${this.#tokens.size}`;
    this.#tokens.add(token);
    return token;
  }
}

/** What a connection needs of its server. */
export interface ConnectionContext {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly serverVersion: string;
  readonly protocolVersion: number;
  readonly topicOptions: readonly string[];
  /** True: takes requests and answers none. */
  isHung(): boolean;
  /** Told of every command before it is carried out. */
  onCommand(code: number): void;
}

/**
 * A small server that speaks Iggy's wire format, for machines that have no real one. Transcripts of real servers show that it
 * says what they say (transcripts.test.ts); the conformance suite runs against both. It keeps everything in memory.
 */
export class InTestServer {
  readonly store = new Store();
  readonly accounts = new Accounts();
  /** Codes of the commands that came. */
  readonly commands: number[] = [];
  isHung = false;
  readonly #options: InTestServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #context: ConnectionContext;
  #server: Server | undefined;
  #quic: QuicListener | undefined;
  #port = 0;

  constructor(options: InTestServerOptions) {
    const { protocol, protocolVersion = 11 << 10, topicOptions = 'edge' } = options;
    this.#options = options;
    this.#context = {
      store: this.store,
      accounts: this.accounts,
      serverVersion: protocol === 'vsr' ? '0.9.0-in-test' : '0.8.0-in-test',
      protocolVersion,
      topicOptions: TOPIC_OPTIONS[topicOptions],
      isHung: () => this.isHung,
      onCommand: (code) => this.commands.push(code),
    };
  }

  get port(): number {
    return this.#port;
  }

  get openConnections(): number {
    return this.#quic === undefined ? this.#sockets.size : this.#openQuic().length;
  }

  #openQuic() {
    return (this.#quic?.openConnections ?? []).filter(({ failure }) => failure === undefined);
  }

  /** Listens: on a free port, or the one it had before. */
  async start(): Promise<this> {
    if (this.#options.transport === 'quic') return this.#startQuic();
    const server = this.#create();
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  async #startQuic(): Promise<this> {
    const { certificate, protocol } = this.#options;
    if (certificate === undefined) throw new Error('a server over QUIC needs a certificate');
    const maxStreams = protocol === 'vsr' ? 1 : 10_000;
    this.#quic = await listenOverQuic({
      port: this.#port,
      identity: certificate,
      maxStreams,
      open: () => this.#conversation(),
      isHung: () => this.isHung,
    });
    this.#port = this.#quic.port;
    return this;
  }

  #conversation(): Conversation {
    return (this.#options.protocol === 'vsr' ? vsrConversation : legacyConversation)(this.#context);
  }

  #create(): Server {
    const { transport, certificate } = this.#options;
    const serve = (socket: Socket) => serveSocket(socket, this.#conversation());
    const server =
      transport === 'http'
        ? createHttpServer((request, response) => serveHttp(request, response, this.#context))
        : transport === 'tls'
          ? createTlsServer({ ...certificate }, serve)
          : createServer(serve);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
    return server;
  }

  /** Breaks every connection; new ones are taken. */
  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const connection of this.#openQuic()) connection.close();
  }

  /** What it holds stays: `start` goes on with it. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return this.#quic?.close();
    const closed = once(server, 'close');
    server.close();
    this.breakConnections();
    await closed;
  }
}
