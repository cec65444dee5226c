import type { Socket } from 'node:net';
import type { IggyClock } from '../clock.ts';
import { abortedError, IggyError } from '../errors.ts';
import type { Framing, OutgoingFrame } from '../protocol/protocol.ts';
import type { CallOptions } from '../types.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { connectionError, openSocket, type SocketAddress } from './socket.ts';
import type { Transport, TransportFactory } from './transport.ts';

/** A silence may be ours: after a blocked event loop what has arrived is read before anybody is blamed. */
const GRACE_MS = 10;

/** What is given to the system at once. */
const WRITE_BYTES = 256 * 1024;

export interface SocketTransportOptions {
  readonly connectTimeoutMs: number;
  /** A connection that owes a reply and neither takes nor gives a byte for this long is given up. */
  readonly silenceTimeoutMs: number;
  /** A larger reply is refused. */
  readonly maxReplyBytes: number;
  readonly clock: IggyClock;
}

interface Waiting {
  readonly request: OutgoingFrame;
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: IggyError) => void;
}

/** TCP or TLS. Requests are pipelined; a reply is matched by its key, or by order where the protocol has none. */
export function socketTransport(address: SocketAddress, options: SocketTransportOptions): TransportFactory {
  return async (framing, { signal } = {}) => {
    const limits = { timeoutMs: options.connectTimeoutMs, clock: options.clock };
    const socket = await openSocket(address, limits, { signal });
    return new SocketTransport(socket, framing, options);
  };
}

class SocketTransport implements Transport {
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #options: SocketTransportOptions;
  readonly #assembler: FrameAssembler;
  /** In the order they left. */
  readonly #waiting = new Set<Waiting>();
  readonly #byKey = new Map<bigint, Waiting>();
  readonly #closed = new AbortController();
  readonly #listeners: ((error: IggyError) => void)[] = [];
  #lastProgressMs: number;
  #isWatching = false;
  readonly #outgoing: Uint8Array[] = [];
  #isWriting = false;
  failure: IggyError | undefined;

  constructor(socket: Socket, framing: Framing, options: SocketTransportOptions) {
    this.#socket = socket;
    this.#framing = framing;
    this.#options = options;
    this.#assembler = new FrameAssembler(framing, options.maxReplyBytes);
    this.#lastProgressMs = options.clock.monotonicMs();
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (cause) => this.close(connectionError('the connection broke', cause)));
    socket.on('close', () => {
      this.close(new IggyError('CONNECTION', 'the server closed the connection', { retryable: true }));
    });
  }

  onFailure(callback: (error: IggyError) => void): void {
    this.#listeners.push(callback);
  }

  async exchange(request: OutgoingFrame, { signal }: CallOptions = {}): Promise<Buffer> {
    if (this.failure !== undefined) throw this.failure;
    if (signal?.aborted) throw abortedError(signal);
    const reply = new Promise<Buffer>((resolve, reject) => this.#enlist({ request, resolve, reject }));
    this.#write(request.pieces);
    if (signal === undefined) return reply;
    return abortable(reply, signal);
  }

  #enlist(waiting: Waiting): void {
    if (this.#waiting.size === 0) this.#progress();
    this.#waiting.add(waiting);
    if (waiting.request.key !== undefined) this.#byKey.set(waiting.request.key, waiting);
    if (!this.#isWatching) void this.#watch();
  }

  #write(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += WRITE_BYTES) this.#outgoing.push(piece.subarray(at, at + WRITE_BYTES));
    }
    if (!this.#isWriting) this.#writeSome();
  }

  /** A part at a time: that the system took one is the sign that a large request moves. */
  #writeSome(): void {
    let bytes = 0;
    let count = 0;
    while (count < this.#outgoing.length && bytes < WRITE_BYTES) bytes += this.#outgoing[count++]!.length;
    this.#isWriting = count > 0;
    if (count === 0) return;
    const part = this.#outgoing.splice(0, count);
    this.#socket.cork();
    for (const piece of part.slice(0, -1)) this.#socket.write(piece);
    this.#socket.write(part.at(-1)!, () => {
      this.#progress();
      if (this.failure === undefined) this.#writeSome();
    });
    this.#socket.uncork();
  }

  #receive(chunk: Buffer): void {
    this.#progress();
    try {
      for (const frame of this.#assembler.push(chunk)) {
        const incoming = this.#framing.classify(frame);
        if (incoming.kind === 'goodbye') this.close(incoming.error);
        else this.#settle(frame, incoming.key);
        if (this.failure !== undefined) return;
      }
    } catch (error) {
      this.close(
        error instanceof IggyError ? error : new IggyError('PROTOCOL', 'a reply cannot be read', { cause: error }),
      );
    }
  }

  #settle(frame: Buffer, key: bigint | undefined): void {
    const waiting = key === undefined ? this.#waiting.values().next().value : this.#byKey.get(key);
    if (waiting === undefined) throw new IggyError('PROTOCOL', 'a reply came that nobody waits for');
    this.#waiting.delete(waiting);
    if (key !== undefined) this.#byKey.delete(key);
    waiting.resolve(frame);
    // At once: what follows in the same chunk must not be taken for the replies to the next requests.
    if (waiting.request.isLast(frame)) {
      this.close(new IggyError('CONNECTION', 'the connection was closed after a refusal', { retryable: true }));
    }
  }

  #progress(): void {
    this.#lastProgressMs = this.#options.clock.monotonicMs();
  }

  /** Runs while replies are owed. */
  async #watch(): Promise<void> {
    const { clock, silenceTimeoutMs } = this.#options;
    const { signal } = this.#closed;
    const leftMs = () => silenceTimeoutMs - (clock.monotonicMs() - this.#lastProgressMs);
    this.#isWatching = true;
    try {
      while (this.#waiting.size > 0) {
        await clock.sleep(Math.max(leftMs(), GRACE_MS), { signal });
        if (leftMs() > 0) continue;
        await clock.sleep(GRACE_MS, { signal });
        if (leftMs() > 0 || this.#waiting.size === 0) continue;
        const message = `the server has been silent for ${silenceTimeoutMs} ms`;
        this.close(new IggyError('TIMEOUT', message, { retryable: true }));
      }
    } catch {
      // Closed while waiting: there is nothing left to watch.
    } finally {
      this.#isWatching = false;
    }
  }

  close(reason: IggyError = new IggyError('CLOSED', 'the connection was closed')): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    this.#closed.abort();
    this.#socket.destroy();
    const unknown = reason.withUnknownOutcome();
    for (const waiting of this.#waiting) waiting.reject(unknown);
    this.#waiting.clear();
    this.#byKey.clear();
    for (const listener of this.#listeners) listener(reason);
  }
}

/** The reply, or the abort if that comes first: the request has left, so what becomes of it is unknown. */
function abortable(reply: Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const abort = () => reject(abortedError(signal).withUnknownOutcome());
  signal.addEventListener('abort', abort, { once: true });
  reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
