import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { serveHttp } from './http-requests.ts';
import { serveLegacy } from './legacy-connection.ts';
import { Store } from './store.ts';
import { serveVsr } from './vsr-connection.ts';

export interface InTestServerOptions {
  readonly transport: 'tcp' | 'tls' | 'http';
  /** Of tcp and tls. */
  readonly protocol: 'legacy' | 'vsr';
  /** VSR protocol, `major << 20 | minor << 10 | patch`. Default 0.11.0. */
  readonly protocolVersion?: number;
  /** Names of the options that topics are made with (VSR): of the builds before 0.9, or of 0.9. Default `edge`. */
  readonly topicOptions?: keyof typeof TOPIC_OPTIONS;
  /** PEM, of tls. */
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
  #server: Server;
  #port = 0;

  constructor(options: InTestServerOptions) {
    this.#options = options;
    this.#server = this.#create();
  }

  get port(): number {
    return this.#port;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Listens: on a free port, or the one it had before. */
  async start(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  #create(): Server {
    const { transport, protocol, certificate } = this.#options;
    const context: ConnectionContext = {
      store: this.store,
      accounts: this.accounts,
      serverVersion: protocol === 'vsr' ? '0.9.0-in-test' : '0.8.0-in-test',
      protocolVersion: this.#options.protocolVersion ?? 11 << 10,
      topicOptions: TOPIC_OPTIONS[this.#options.topicOptions ?? 'edge'],
      isHung: () => this.isHung,
      onCommand: (code) => this.commands.push(code),
    };
    const serve = (socket: Socket) => {
      socket.on('error', () => {}); // a client that vanishes is no news
      (protocol === 'vsr' ? serveVsr : serveLegacy)(socket, context);
    };
    const server =
      transport === 'http'
        ? createHttpServer((request, response) => serveHttp(request, response, context))
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
  }

  /** What it holds stays: `start` goes on with it. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.breakConnections();
    await closed;
    this.#server = this.#create();
  }
}
