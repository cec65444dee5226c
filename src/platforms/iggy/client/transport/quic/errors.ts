/**
 * Why something failed. `CERTIFICATE_…`: the server's certificate was refused, by us. `TLS`: the handshake failed, `number` is
 * the alert. `TRANSPORT`: one side broke the rules of QUIC, `number` is the code of RFC 9000, 20.1. `CLOSED_BY_PEER`: the other
 * side's program ended the connection, `number` is its own code. `RESET`: the peer does not know the connection any more.
 * `STREAM_RESET`, `STREAM_STOPPED`: the peer ended its or our half of a stream, `number` is its own code. `INTERNAL`: the
 * engine itself failed; that endpoint is gone with its connections.
 */
export type QuicErrorCode =
  | 'ABORTED'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_INVALID'
  | 'CERTIFICATE_NOT_YET_VALID'
  | 'CERTIFICATE_UNKNOWN_ISSUER'
  | 'CERTIFICATE_WRONG_FINGERPRINT'
  | 'CERTIFICATE_WRONG_NAME'
  | 'CLOSED'
  | 'CLOSED_BY_PEER'
  | 'IDLE'
  | 'INTERNAL'
  | 'INVALID_ARGUMENT'
  | 'REFUSED'
  | 'RESET'
  | 'SOCKET'
  | 'STREAM_CLOSED'
  | 'STREAM_RESET'
  | 'STREAM_STOPPED'
  | 'TIMEOUT'
  | 'TLS'
  | 'TRANSPORT'
  | 'VERSION';

/** The one error class here. Decide by `code`. */
export class QuicError extends Error {
  readonly code: QuicErrorCode;
  /** A code on the wire, where one came: see `QuicErrorCode`. */
  readonly number: number | undefined;

  constructor(
    code: QuicErrorCode,
    message: string,
    options: { readonly number?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'QuicError';
    this.code = code;
    this.number = options.number;
  }
}

export function abortedError(signal: AbortSignal): QuicError {
  return new QuicError('ABORTED', 'aborted', { cause: signal.reason });
}

/** Indexed by the number that crate/src/verify.rs gives the reason. */
const REFUSALS: readonly (QuicErrorCode | undefined)[] = [
  undefined,
  'CERTIFICATE_UNKNOWN_ISSUER',
  'CERTIFICATE_EXPIRED',
  'CERTIFICATE_NOT_YET_VALID',
  'CERTIFICATE_WRONG_NAME',
  'CERTIFICATE_WRONG_FINGERPRINT',
  'CERTIFICATE_INVALID',
];

/** Indexed by the number that crate/src/engine.rs gives the way in which a connection was lost. */
const LOSSES: readonly QuicErrorCode[] = [
  'INTERNAL',
  'VERSION',
  'TRANSPORT',
  'TRANSPORT',
  'CLOSED_BY_PEER',
  'RESET',
  'IDLE',
  'CLOSED',
  'INTERNAL',
];

const CRYPTO_ERRORS = 0x100;
const CONNECTION_REFUSED = 2;

/** A lost connection as an error. `how`, `number` and `refused` are what the engine tells. */
export function lossError(how: number, number: number, refused: number, text: string): QuicError {
  const refusal = REFUSALS[refused];
  if (refusal !== undefined) return new QuicError(refusal, `the server's certificate was refused: ${text}`, { number });
  const code = LOSSES[how] ?? 'INTERNAL';
  if (code !== 'TRANSPORT') return new QuicError(code, text, code === 'CLOSED_BY_PEER' ? { number } : {});
  if (number >= CRYPTO_ERRORS && number < 2 * CRYPTO_ERRORS) {
    return new QuicError('TLS', text, { number: number - CRYPTO_ERRORS });
  }
  return new QuicError(number === CONNECTION_REFUSED ? 'REFUSED' : 'TRANSPORT', text, { number });
}
