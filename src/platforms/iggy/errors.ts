import { type ErrorCode, VcfAgentError } from '../../core/errors.ts';
import { IggyError, type IggyErrorCode } from './client/index.ts';

const CODES: Readonly<Record<IggyErrorCode, ErrorCode>> = {
  ABORTED: 'ABORTED',
  AUTHENTICATION: 'PLATFORM_AUTHENTICATION',
  CLOSED: 'PLATFORM_UNAVAILABLE',
  CONNECTION: 'PLATFORM_UNAVAILABLE',
  INVALID_ARGUMENT: 'PLATFORM_ERROR',
  NOT_FOUND: 'TOPIC_NOT_FOUND',
  PROTOCOL: 'PLATFORM_PROTOCOL',
  REPLY_TOO_LARGE: 'PLATFORM_ERROR',
  SERVER: 'PLATFORM_ERROR',
  TIMEOUT: 'PLATFORM_TIMEOUT',
  UNSUPPORTED: 'PLATFORM_ERROR',
  VERSION: 'PLATFORM_PROTOCOL',
};

/** Runs `work`; what the client throws comes out as an error of ours, and an abort as whatever it was aborted with. */
export async function translated<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof IggyError)) throw error;
    const { code, message, retryable, outcomeUnknown, serverCode } = error;
    const context = { outcomeUnknown, ...(serverCode === undefined ? {} : { serverCode }) };
    throw new VcfAgentError(CODES[code], `iggy: ${message}`, { retryable, cause: error, context });
  }
}
