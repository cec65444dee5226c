import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { IggyClock } from '../clock.ts';
import { abortedError, IggyError } from '../errors.ts';
import type { CallOptions } from '../types.ts';

/** Where a server listens, and how to speak to it. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  /** Left out: plain TCP. What Node's `tls.connect` takes: `ca`, `servername`, `cert`, `key`, `rejectUnauthorized`. */
  readonly tls?: ConnectionOptions | undefined;
}

/** Opens a socket that is ready to carry bytes: connected, and with TLS the certificate checked. */
export async function openSocket(
  address: SocketAddress,
  limits: { readonly timeoutMs: number; readonly clock: IggyClock },
  options: CallOptions = {},
): Promise<Socket> {
  const { host, port, tls } = address;
  const socket = tls === undefined ? connect({ host, port, noDelay: true }) : connectTls({ ...tls, host, port });
  socket.setNoDelay(true);
  const finished = new AbortController();
  const signals = options.signal === undefined ? [finished.signal] : [finished.signal, options.signal];
  const where = `${host}:${port}`;
  const timedOut = limits.clock.sleep(limits.timeoutMs, { signal: AbortSignal.any(signals) }).then(() => {
    throw new IggyError('TIMEOUT', `${where} took no connection in ${limits.timeoutMs} ms`, { retryable: true });
  });
  try {
    await Promise.race([once(socket, tls === undefined ? 'connect' : 'secureConnect'), timedOut]);
    return socket;
  } catch (cause) {
    socket.on('error', () => {}); // one that comes after we gave up is nobody's
    socket.destroy();
    if (options.signal?.aborted) throw abortedError(options.signal);
    if (cause instanceof IggyError) throw cause;
    throw connectionError(`${where} took no connection`, cause);
  } finally {
    finished.abort();
    timedOut.catch(() => {});
  }
}

/** What the system said, as an error of ours. A certificate that is refused stays refused: not retryable. */
export function connectionError(what: string, cause: unknown): IggyError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isCertificate = /CERT|TLS|SSL|ALTNAME/.test(code ?? '');
  return new IggyError(isCertificate ? 'AUTHENTICATION' : 'CONNECTION', `${what}: ${code ?? message}`, {
    retryable: !isCertificate,
    cause,
  });
}
