import { VcfAgentError } from '../core/errors.ts';
import { type Api, STREAM_TIMEOUT_MS } from './routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Fires when nobody waits for the answer any more, or its time is over (its reason is then REQUEST_TIMEOUT). */
    ended: AbortSignal;
  }
}

/**
 * Gives each request a signal. Not Fastify's own `request.signal`: that fires, and its timeout ends, as soon as a body is read to
 * its end (5.12), which is before the work begins.
 */
export function addRequestSignal(api: Api, timeoutMs: number): void {
  api.decorateRequest('ended');
  api.addHook('onRequest', async (request, reply) => {
    const stop = new AbortController();
    request.ended = stop.signal;
    const isStream = request.routeOptions.handlerTimeout === STREAM_TIMEOUT_MS;
    const text = `no answer within ${timeoutMs / 1000} s`;
    const late = () => stop.abort(new VcfAgentError('REQUEST_TIMEOUT', text, { retryable: true }));
    const timer = isStream ? undefined : setTimeout(late, timeoutMs);
    reply.raw.once('close', () => {
      clearTimeout(timer);
      if (!reply.raw.writableFinished) stop.abort();
    });
  });
}
