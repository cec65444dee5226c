import { abortedError } from '../errors.ts';

/** The reply, or the abort if that comes first: the request has left, so what becomes of it is unknown. */
export function abortable(reply: Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const abort = () => reject(abortedError(signal).withUnknownOutcome());
  signal.addEventListener('abort', abort, { once: true });
  reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
