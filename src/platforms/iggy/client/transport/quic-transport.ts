import { abortedError, IggyError, type IggyErrorCode, silenceError } from '../errors.ts';
import type { Framing, OutgoingFrame } from '../protocol/protocol.ts';
import type { CallOptions } from '../types.ts';
import { abortable } from './abortable.ts';
import { FrameAssembler } from './frame-assembler.ts';
import {
  type CertificateCheck,
  connect,
  type QuicConnection,
  QuicError,
  type QuicErrorCode,
  type QuicStream,
} from './quic/index.ts';
import { SilenceWatch } from './silence.ts';
import type { ExchangeOptions } from './socket-transport.ts';
import type { Transport } from './transport.ts';

export interface QuicOptions {
  /** Name that the certificate must carry, and that the server is told. Default: the host. */
  readonly serverName?: string | undefined;
  /** Default: signed by an authority that Node trusts, for the server's name. */
  readonly certificate?: CertificateCheck | undefined;
  /** Largest datagram that the server may send. Default 1472; 1200 passes everywhere. */
  readonly maxDatagramBytes?: number | undefined;
}

export interface QuicAddress {
  readonly host: string;
  readonly port: number;
  readonly quic: QuicOptions;
}

/** Longer than a server's, which counts. */
const IDLE_TIMEOUT_MS = 60_000;
/**
 * Well below the 10 s after which a server takes a silent client for gone. It is for the client to speak: when a NAT gives it
 * another port while it waits for an answer, the server sends that answer to the old one until it hears from the new one.
 */
const KEEP_ALIVE_MS = 1_000;

/** Opens a connection: the certificate is checked, nothing was asked yet. */
export async function openQuic(
  { host, port, quic }: QuicAddress,
  { connectTimeoutMs }: Pick<ExchangeOptions, 'connectTimeoutMs'>,
  { signal }: CallOptions = {},
): Promise<QuicConnection> {
  const { serverName, certificate = { kind: 'ca' }, maxDatagramBytes } = quic;
  try {
    return await connect({
      host,
      port,
      serverName,
      certificate,
      connectTimeoutMs,
      signal,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      keepAliveMs: KEEP_ALIVE_MS,
      ...(maxDatagramBytes === undefined ? {} : { maxDatagramBytes }),
    });
  } catch (error) {
    throw quicError(`${host}:${port}`, error);
  }
}

/**
 * A stream a request: it ends with its frame, and the server's half with the reply. So no reply has to be matched, and how many
 * are under way at once is up to the server: 0.8 allows 10,000, 0.9 one.
 */
export class QuicTransport implements Transport {
  readonly keepsOrder = false;
  readonly #connection: QuicConnection;
  readonly #framing: Framing;
  readonly #maxReplyBytes: number;
  readonly #closed = new AbortController();
  readonly #listeners: ((error: IggyError) => void)[] = [];
  readonly #silence: SilenceWatch;
  /** Requests whose reply is owed. */
  #owed = 0;
  readonly #streams = new Set<QuicStream>();
  #acks = 0;
  failure: IggyError | undefined;

  constructor(connection: QuicConnection, framing: Framing, options: ExchangeOptions) {
    this.#connection = connection;
    this.#framing = framing;
    this.#maxReplyBytes = options.maxReplyBytes;
    const { clock, silenceTimeoutMs } = options;
    this.#silence = new SilenceWatch({
      clock,
      silenceTimeoutMs,
      signal: this.#closed.signal,
      isOwed: () => this.#owed > 0,
      hasMoved: () => this.#hasMoved(),
      onSilence: () => this.close(silenceError(silenceTimeoutMs)),
    });
    void connection.lost.then((error) => this.close(quicError('the connection', error)));
  }

  onFailure(callback: (error: IggyError) => void): void {
    this.#listeners.push(callback);
  }

  async exchange(request: OutgoingFrame, { signal }: CallOptions = {}): Promise<Buffer> {
    if (this.failure !== undefined) throw this.failure;
    if (signal?.aborted) throw abortedError(signal);
    const reply = this.#counted(request);
    if (signal === undefined) return reply;
    return abortable(reply, signal);
  }

  async #counted(request: OutgoingFrame): Promise<Buffer> {
    if (this.#owed++ === 0) this.#silence.progress();
    this.#silence.begin();
    try {
      const stream = await this.#connection.openStream();
      return await this.#ask(request, stream);
    } catch (error) {
      const reason = this.failure ?? quicError('the request', error);
      throw error instanceof IggyError && error.outcomeUnknown ? reason.withUnknownOutcome() : reason;
    } finally {
      this.#owed--;
    }
  }

  async #ask(request: OutgoingFrame, stream: QuicStream): Promise<Buffer> {
    this.#streams.add(stream);
    try {
      const writes = request.pieces.map((piece) => stream.write(piece));
      await Promise.all([...writes, stream.end()]);
      this.#silence.progress();
      const frame = await this.#reply(stream);
      // As over TCP: the session of a refused send is not gone on with.
      if (request.isLast(frame)) {
        this.close(new IggyError('CONNECTION', 'the connection was closed after a refusal', { retryable: true }));
      }
      return frame;
    } catch (error) {
      throw quicError('the request', error).withUnknownOutcome();
    } finally {
      this.#streams.delete(stream);
    }
  }

  async #reply(stream: AsyncIterable<Buffer>): Promise<Buffer> {
    const assembler = new FrameAssembler(this.#framing, this.#maxReplyBytes);
    for await (const chunk of stream) {
      this.#silence.progress();
      for (const frame of assembler.push(chunk)) {
        const incoming = this.#framing.classify(frame);
        if (incoming.kind === 'reply') return frame;
        this.close(incoming.error);
        throw incoming.error;
      }
    }
    throw new IggyError('CONNECTION', 'the server ended a stream without a reply', { retryable: true });
  }

  /** While a request is on its way, acknowledgements are the sign that it moves; after that only its reply is. */
  #hasMoved(): boolean {
    const acks = this.#connection.stats()?.receivedAcks ?? 0;
    const isUploading = [...this.#streams].some((stream) => !stream.isAcknowledged);
    const hasMoved = isUploading && acks !== this.#acks;
    this.#acks = acks;
    return hasMoved;
  }

  close(reason: IggyError = new IggyError('CLOSED', 'the connection was closed')): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    this.#closed.abort();
    this.#connection.close();
    for (const listener of this.#listeners) listener(reason);
  }
}

const CODES: Readonly<Partial<Record<QuicErrorCode, IggyErrorCode>>> = {
  ABORTED: 'ABORTED',
  CLOSED: 'CLOSED',
  INVALID_ARGUMENT: 'INVALID_ARGUMENT',
  TIMEOUT: 'TIMEOUT',
  TLS: 'AUTHENTICATION',
  VERSION: 'PROTOCOL',
};

const NOT_RETRYABLE: readonly IggyErrorCode[] = ['ABORTED', 'AUTHENTICATION', 'INVALID_ARGUMENT', 'CLOSED', 'PROTOCOL'];

/** What QUIC says as an error of ours; a certificate that is refused stays refused. The cause has its very code. */
export function quicError(what: string, error: unknown): IggyError {
  if (error instanceof IggyError) return error;
  if (!(error instanceof QuicError)) return new IggyError('PROTOCOL', `${what}: cannot be read`, { cause: error });
  const code = error.code.startsWith('CERTIFICATE_') ? 'AUTHENTICATION' : (CODES[error.code] ?? 'CONNECTION');
  const message = `${what}: ${error.code}: ${error.message}`;
  return new IggyError(code, message, { retryable: !NOT_RETRYABLE.includes(code), cause: error });
}
