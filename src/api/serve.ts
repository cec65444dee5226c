import type { AddressInfo } from 'node:net';
import type { Service } from '../app/service.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable } from '../core/ports.ts';
import { type ApiOptions, createApi } from './server.ts';

export interface ServeOptions extends ApiOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What is not answered so long after the signal is cut off. */
  readonly drainMs: number;
}

export interface ServedApi extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
}

const IDLE_LOOK_MS = 100;

/** Serves the API until it is disposed of: then nobody is let in, and who is in is answered. Rejects with PORT_UNAVAILABLE. */
export async function serveApi(
  service: Service,
  { host, port, drainMs, ...options }: ServeOptions,
): Promise<ServedApi> {
  const api = await createApi(service, options);
  try {
    await api.listen({ host, port });
  } catch (cause) {
    await api.close();
    const text = `nothing can listen on port ${port} of ${host} (${(cause as NodeJS.ErrnoException).code}): is it in use?`;
    throw new VcfAgentError('PORT_UNAVAILABLE', text, { cause, context: { host, port } });
  }
  const { address, family, port: taken } = api.server.address() as AddressInfo;
  const drain = async () => {
    const cut = setTimeout(() => api.server.closeAllConnections(), drainMs);
    // A connection whose last request is answered meanwhile would be kept open for the next one.
    const idle = setInterval(() => api.server.closeIdleConnections(), IDLE_LOOK_MS);
    await api.close();
    clearTimeout(cut);
    clearInterval(idle);
  };
  return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`, [Symbol.asyncDispose]: drain };
}

/** Resolves when the signal says that it is time to end. */
export function untilTold({ signal }: Cancellable): Promise<void> {
  return new Promise((resolve) => {
    if (signal === undefined || signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
