/**
 * Why a call failed. `SERVER`: the server refused it and says why (`serverCode`). `CONNECTION` and `TIMEOUT`: nobody
 * answered. `VERSION`: the server speaks another protocol than this client. `UNSUPPORTED`: this transport cannot do it.
 * `REPLY_TOO_LARGE`: over the client's limit; a poll for fewer messages may pass.
 */
export type IggyErrorCode =
  | 'ABORTED'
  | 'AUTHENTICATION'
  | 'CLOSED'
  | 'CONNECTION'
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'PROTOCOL'
  | 'REPLY_TOO_LARGE'
  | 'SERVER'
  | 'TIMEOUT'
  | 'UNSUPPORTED'
  | 'VERSION';

export interface IggyErrorOptions {
  /** The same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  /** The request left this machine and nobody said what became of it: it may have been carried out. */
  readonly outcomeUnknown?: boolean;
  /** The server's own number for the error. */
  readonly serverCode?: number;
  readonly cause?: unknown;
}

/** The one error class of this client. Callers decide by `code`, never by message. */
export class IggyError extends Error {
  readonly code: IggyErrorCode;
  readonly retryable: boolean;
  readonly outcomeUnknown: boolean;
  readonly serverCode: number | undefined;

  constructor(code: IggyErrorCode, message: string, options: IggyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IggyError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
    this.serverCode = options.serverCode;
  }

  /** The same failure, told to the caller of a request that had left already. */
  withUnknownOutcome(): IggyError {
    const { code, message, retryable, serverCode } = this;
    const options = { retryable, outcomeUnknown: true, cause: this };
    return new IggyError(code, message, serverCode === undefined ? options : { ...options, serverCode });
  }
}

/** An abort as an error of this client; what a signal was aborted with is kept as the cause. */
export function abortedError(signal: AbortSignal): IggyError {
  return new IggyError('ABORTED', 'the call was aborted', { cause: signal.reason });
}

/** A connection that owes a reply and on which nothing moves. */
export function silenceError(silenceTimeoutMs: number): IggyError {
  return new IggyError('TIMEOUT', `the server has been silent for ${silenceTimeoutMs} ms`, { retryable: true });
}
