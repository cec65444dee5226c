import { BLOCKED, READ } from './engine.ts';
import { abortedError, QuicError } from './errors.ts';

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly failure: QuicError | undefined;
  write(stream: number, bytes: Uint8Array): number;
  finish(stream: number): void;
  reset(stream: number, code: number): void;
  stop(stream: number, code: number): void;
  read(stream: number): { readonly bytes: Buffer; readonly state: number; readonly code: number };
  /** Neither half will say anything any more. */
  forget(stream: number): void;
}

interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/** A stream's id tells who opened it and whether both may write (RFC 9000, 2.1). */
const ONE_WAY_BIT = 2;
const SERVER_BIT = 1;

/**
 * One stream. Reading is `for await (const bytes of stream)`: what is not read is held back from the peer by flow control.
 * Writing resolves when the bytes were taken, which waits for the peer when it is slow.
 */
export class QuicStream implements AsyncIterable<Buffer> {
  readonly id: number;
  readonly #host: StreamHost;
  #wakeReader = Promise.withResolvers<void>();
  #wakeWriter = Promise.withResolvers<void>();
  #lastWrite: Promise<void> | undefined;
  #stopped: QuicError | undefined;
  #readError: QuicError | undefined;
  #isReadOver: boolean;
  #isWriteOver: boolean;
  #isAcknowledged = false;

  constructor(id: number, host: StreamHost, side: 'client' | 'server') {
    this.id = id;
    this.#host = host;
    const isOurs = (id & SERVER_BIT) === (side === 'server' ? SERVER_BIT : 0);
    const isOneWay = (id & ONE_WAY_BIT) !== 0;
    this.#isReadOver = isOneWay && isOurs;
    this.#isWriteOver = isOneWay && !isOurs;
  }

  /** The peer has everything that was written, the end included. */
  get isAcknowledged(): boolean {
    return this.#isAcknowledged;
  }

  /** Writes take turns. An abort leaves the stream with a part written: reset it. */
  write(bytes: Uint8Array, { signal }: Cancellable = {}): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortedError(signal));
    if (this.#lastWrite !== undefined) return this.#inTurn(() => this.#writeFrom(bytes, 0, signal));
    try {
      const taken = this.#writeNow(bytes, 0);
      return taken === bytes.length ? Promise.resolve() : this.#inTurn(() => this.#writeFrom(bytes, taken, signal));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = (this.#lastWrite ?? Promise.resolve()).then(work);
    const done = turn.then(
      () => {},
      () => {},
    );
    this.#lastWrite = done;
    await turn.finally(() => {
      if (this.#lastWrite === done) this.#lastWrite = undefined;
    });
  }

  /** As much as is taken at once; returns where it got to. */
  #writeNow(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      this.#throwIfOver();
      const taken = this.#host.write(this.id, at === 0 ? bytes : bytes.subarray(at));
      if (taken === BLOCKED) break;
      if (taken < 0) throw this.#stopped ?? new QuicError('STREAM_CLOSED', 'the stream takes no more');
      at += taken;
    }
    return at;
  }

  async #writeFrom(bytes: Uint8Array, from: number, signal: AbortSignal | undefined): Promise<void> {
    let at = this.#writeNow(bytes, from);
    while (at < bytes.length) {
      await orAborted(this.#wakeWriter.promise, signal);
      at = this.#writeNow(bytes, at);
    }
  }

  #throwIfOver(): void {
    if (this.#host.failure !== undefined) throw this.#host.failure;
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#isWriteOver) throw new QuicError('STREAM_CLOSED', 'the stream was ended');
  }

  /** Ends our half, after what is being written. */
  async end(): Promise<void> {
    const finish = async () => {
      this.#throwIfOver();
      this.#isWriteOver = true;
      this.#host.finish(this.id);
    };
    return this.#lastWrite === undefined ? finish() : this.#inTurn(finish);
  }

  /** Gives our half up: the peer is told this code and sees no end. */
  reset(code = 0): void {
    if (this.#isWriteOver) return;
    this.#stopped = new QuicError('STREAM_CLOSED', 'the stream was reset');
    this.#host.reset(this.id, code);
    this.#endWriting();
  }

  /** Asks the peer to give its half up; reading ends here. */
  stop(code = 0): void {
    if (this.#isReadOver) return;
    this.#host.stop(this.id, code);
    this.#endReading();
  }

  /**
   * What has come and was not read: `undefined` at the end of the stream, an empty buffer when nothing is there now. Throws
   * STREAM_RESET when the peer gave its half up, and why the connection was lost.
   */
  readNow(): Buffer | undefined {
    if (this.#readError !== undefined) throw this.#readError;
    if (this.#isReadOver) return undefined;
    if (this.#host.failure !== undefined) throw this.#host.failure;
    const { bytes, state, code } = this.#host.read(this.id);
    if (state === READ.more) return bytes;
    if (state === READ.reset) {
      this.#readError = new QuicError('STREAM_RESET', `the peer reset the stream: ${code}`, { number: code });
    } else if (state === READ.gone) {
      this.#readError = new QuicError('STREAM_CLOSED', 'the stream is no more');
    }
    this.#endReading();
    return bytes.length > 0 ? bytes : this.readNow();
  }

  /** Resolves when `readNow` may have something else to say. */
  readable(signal?: AbortSignal): Promise<void> {
    return orAborted(this.#wakeReader.promise, signal);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      for (let bytes = this.readNow(); bytes !== undefined; bytes = this.readNow()) {
        if (bytes.length > 0) yield bytes;
        else await this.readable();
      }
    } finally {
      this.stop();
    }
  }

  /** Everything until the end, in one piece; refuses more than `maxBytes` with INVALID_ARGUMENT. */
  async readAll(maxBytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of this) {
      length += piece.length;
      if (length > maxBytes) throw new QuicError('INVALID_ARGUMENT', `the stream has more than ${maxBytes} bytes`);
      pieces.push(piece);
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  #endReading(): void {
    this.#isReadOver = true;
    this.onReadable();
    this.#forgetIfOver();
  }

  #endWriting(): void {
    this.#isWriteOver = true;
    this.#isAcknowledged = true;
    this.onWritable();
    this.#forgetIfOver();
  }

  #forgetIfOver(): void {
    if (this.#isReadOver && (this.#isAcknowledged || (this.#isWriteOver && (this.id & ONE_WAY_BIT) !== 0))) {
      this.#host.forget(this.id);
    }
  }

  // What the connection tells.

  onReadable(): void {
    this.#wakeReader.resolve();
    this.#wakeReader = Promise.withResolvers();
  }

  onWritable(): void {
    this.#wakeWriter.resolve();
    this.#wakeWriter = Promise.withResolvers();
  }

  onAcknowledged(): void {
    this.#endWriting();
  }

  onStopped(code: number): void {
    this.#stopped ??= new QuicError('STREAM_STOPPED', `the peer takes no more of the stream: ${code}`, {
      number: code,
    });
    // Left alone the stream would count as open on both sides.
    this.#host.reset(this.id, code);
    this.#endWriting();
  }
}

function orAborted(event: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return event;
  if (signal.aborted) return Promise.reject(abortedError(signal));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(abortedError(signal));
  signal.addEventListener('abort', abort, { once: true });
  event.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
