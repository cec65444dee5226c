import type { Socket } from 'node:net';
import type { IggyClock } from '../clock.ts';
import { abortedError, IggyError, silenceError } from '../errors.ts';
import type { Framing, OutgoingFrame } from '../protocol/protocol.ts';
import type { CallOptions } from '../types.ts';
import { abortable } from './abortable.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { SilenceWatch } from './silence.ts';
import { connectionError, openSocket, type SocketAddress } from './socket.ts';
import type { Transport, TransportFactory } from './transport.ts';

/** What is given to the system at once. */
const WRITE_BYTES = 256 * 1024;

export interface ExchangeOptions {
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
export function socketTransport(address: SocketAddress, options: ExchangeOptions): TransportFactory {
  return async (framing, { signal } = {}) => {
    const limits = { timeoutMs: options.connectTimeoutMs, clock: options.clock };
    const socket = await openSocket(address, limits, { signal });
    return new SocketTransport(socket, framing, options);
  };
}

class SocketTransport implements Transport {
  readonly keepsOrder = true;
  readonly #socket: Socket;
  readonly #framing: Framing;
  readonly #assembler: FrameAssembler;
  /** In the order they left. */
  readonly #waiting = new Set<Waiting>();
  readonly #byKey = new Map<bigint, Waiting>();
  readonly #closed = new AbortController();
  readonly #listeners: ((error: IggyError) => void)[] = [];
  readonly #silence: SilenceWatch;
  readonly #outgoing: Uint8Array[] = [];
  #isWriting = false;
  failure: IggyError | undefined;

  constructor(socket: Socket, framing: Framing, options: ExchangeOptions) {
    this.#socket = socket;
    this.#framing = framing;
    this.#assembler = new FrameAssembler(framing, options.maxReplyBytes);
    const { clock, silenceTimeoutMs } = options;
    this.#silence = new SilenceWatch({
      clock,
      silenceTimeoutMs,
      signal: this.#closed.signal,
      isOwed: () => this.#waiting.size > 0,
      onSilence: () => this.close(silenceError(silenceTimeoutMs)),
    });
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
    if (this.#waiting.size === 0) this.#silence.progress();
    this.#waiting.add(waiting);
    if (waiting.request.key !== undefined) this.#byKey.set(waiting.request.key, waiting);
    this.#silence.begin();
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
      this.#silence.progress();
      if (this.failure === undefined) this.#writeSome();
    });
    this.#socket.uncork();
  }

  #receive(chunk: Buffer): void {
    this.#silence.progress();
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
