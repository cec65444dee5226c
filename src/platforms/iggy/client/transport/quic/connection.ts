import { Arrivals } from './arrivals.ts';
import { BLOCKED, type EngineEvent, EVENT, type QuicStats } from './engine.ts';
import { abortedError, lossError, QuicError } from './errors.ts';
import { QuicStream, type StreamHost } from './stream.ts';

/** What a connection needs of its endpoint. */
export interface ConnectionHost {
  openStream(direction: 'both' | 'out'): number;
  write(stream: number, bytes: Uint8Array): number;
  finish(stream: number): void;
  reset(stream: number, code: number): void;
  stop(stream: number, code: number): void;
  read(stream: number): { readonly bytes: Buffer; readonly state: number; readonly code: number };
  close(code: number, reason: string): void;
  ping(): void;
  updateKeys(): void;
  stats(): QuicStats | undefined;
  remote(): string | undefined;
  /** Go on from another socket. */
  migrate(): Promise<void>;
}

interface Opening {
  readonly direction: 'both' | 'out';
  readonly resolve: (stream: QuicStream) => void;
  readonly reject: (error: QuicError) => void;
}

/** A connection that was established, or is being. Everything that waits on it is rejected with `failure` once it is over. */
export class QuicConnection implements AsyncDisposable {
  readonly side: 'client' | 'server';
  readonly #host: ConnectionHost;
  readonly #streams = new Map<number, QuicStream>();
  readonly #streamHost: StreamHost;
  readonly #incoming = new Arrivals<QuicStream>();
  readonly #established = Promise.withResolvers<void>();
  readonly #lost = Promise.withResolvers<QuicError>();
  readonly #drained = Promise.withResolvers<void>();
  #opening: Opening[] = [];
  #isEstablished = false;
  #failure: QuicError | undefined;

  constructor(host: ConnectionHost, side: 'client' | 'server') {
    this.side = side;
    this.#host = host;
    this.#established.promise.catch(() => {});
    const connection = this;
    this.#streamHost = {
      get failure() {
        return connection.failure;
      },
      write: (stream, bytes) => host.write(stream, bytes),
      finish: (stream) => host.finish(stream),
      reset: (stream, code) => this.#failure ?? host.reset(stream, code),
      stop: (stream, code) => this.#failure ?? host.stop(stream, code),
      read: (stream) => host.read(stream),
      forget: (stream) => this.#streams.delete(stream),
    };
  }

  /** Why it is over, once it is. */
  get failure(): QuicError | undefined {
    return this.#failure;
  }

  /** Resolves, with the reason, when it is over. */
  get lost(): Promise<QuicError> {
    return this.#lost.promise;
  }

  /** Resolves when the handshake is done and the certificate checked; rejects when that fails. */
  get established(): Promise<void> {
    return this.#established.promise;
  }

  get isEstablished(): boolean {
    return this.#isEstablished;
  }

  /** Resolves when nothing of it is left: the peer has been told, and has had time to hear it. */
  get drained(): Promise<void> {
    return this.#drained.promise;
  }

  /** Streams that the peer opens, in the order in which they came. To be read by one reader. */
  get incomingStreams(): AsyncIterableIterator<QuicStream> {
    return this.#incoming;
  }

  /** Address of the peer, as it is now: that of a client may change. Undefined when the connection is over. */
  get remoteAddress(): string | undefined {
    return this.#host.remote();
  }

  /** Undefined when the connection is over. */
  stats(): QuicStats | undefined {
    return this.#host.stats();
  }

  /** Opens a stream of both directions, or of ours only; waits while the peer allows no more of them. First come, first served. */
  async openStream(
    options: { readonly direction?: 'both' | 'out'; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<QuicStream> {
    const { direction = 'both', signal } = options;
    if (signal?.aborted) throw abortedError(signal);
    if (this.#failure !== undefined) throw this.#failure;
    const opened = this.#opening.length === 0 ? this.#open(direction) : undefined;
    if (opened !== undefined) return opened;
    const { promise, resolve, reject } = Promise.withResolvers<QuicStream>();
    const opening = { direction, resolve, reject };
    const abort = () => {
      this.#opening = this.#opening.filter((one) => one !== opening);
      reject(abortedError(signal!));
    };
    this.#opening.push(opening);
    signal?.addEventListener('abort', abort, { once: true });
    return promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  #open(direction: 'both' | 'out'): QuicStream | undefined {
    const id = this.#host.openStream(direction);
    if (id === BLOCKED) return undefined;
    if (id < 0) throw new QuicError('CLOSED', 'the connection is over');
    return this.#keep(id);
  }

  #keep(id: number): QuicStream {
    const stream = new QuicStream(id, this.#streamHost, this.side);
    this.#streams.set(id, stream);
    return stream;
  }

  /** Ends it at once; the peer is told the code and the reason. */
  close(code = 0, reason = ''): void {
    this.giveUp(new QuicError('CLOSED', 'the connection was closed here'), code, reason);
  }

  /** Ends it for a reason of ours; the peer is told `code` and `words`. */
  giveUp(reason: QuicError, code = 0, words = ''): void {
    if (this.#failure !== undefined) return;
    this.fail(reason);
    this.#host.close(code, words);
  }

  /** Goes on from another local address. What is under way is not lost. Clients only. */
  migrate(): Promise<void> {
    return this.#failure === undefined ? this.#host.migrate() : Promise.reject(this.#failure);
  }

  ping(): void {
    if (this.#failure === undefined) this.#host.ping();
  }

  /** Changes the keys of the traffic, which QUIC does by itself too. */
  updateKeys(): void {
    if (this.#failure === undefined) this.#host.updateKeys();
  }

  /** What the endpoint hears of it. */
  handle(event: EngineEvent): void {
    if (event.kind === EVENT.drained) this.#drained.resolve();
    if (this.#failure !== undefined) return;
    if (event.kind === EVENT.lost) this.fail(lossError(event.number, event.code, event.refused, event.text));
    else if (event.kind === EVENT.connected) {
      this.#isEstablished = true;
      this.#established.resolve();
    } else if (event.kind === EVENT.opened) this.#incoming.push(this.#keep(event.number));
    else if (event.kind === EVENT.available) this.#openWaiting();
    else this.#handleOfStream(event);
  }

  #handleOfStream(event: EngineEvent): void {
    const stream = this.#streams.get(event.number);
    if (event.kind === EVENT.readable) stream?.onReadable();
    else if (event.kind === EVENT.writable) stream?.onWritable();
    else if (event.kind === EVENT.finished) stream?.onAcknowledged();
    else if (event.kind === EVENT.stopped) stream?.onStopped(event.code);
  }

  #openWaiting(): void {
    while (this.#opening.length > 0) {
      const stream = this.#open(this.#opening[0]!.direction);
      if (stream === undefined) return;
      this.#opening.shift()!.resolve(stream);
    }
  }

  /** It is over, for this reason. */
  fail(reason: QuicError): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#established.reject(reason);
    for (const { reject } of this.#opening.splice(0)) reject(reason);
    for (const stream of this.#streams.values()) {
      stream.onReadable();
      stream.onWritable();
    }
    this.#streams.clear();
    this.#incoming.end();
    this.#lost.resolve(reason);
  }

  /** The endpoint is gone: nobody will say anything any more. */
  abandon(reason: QuicError): void {
    this.fail(reason);
    this.#drained.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.drained;
  }
}
