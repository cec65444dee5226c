import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Api } from './routes.ts';

/** Where log lines go: an event and facts about it, never a name, a genotype or a secret. */
export interface ApiLog {
  info(facts: object): void;
  warn(facts: object): void;
  error(facts: object): void;
}

const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** The client's own id when it is one that can stand in a log, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** One line a request, under its id; its route and not its path, which may name a variant. */
export function logRequests(api: Api, log: ApiLog): void {
  api.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id);
  });
  api.addHook('onResponse', async (request, reply) => {
    log.info({
      event: 'api.request',
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 1000) / 1000,
      tenant: request.identity?.tenant ?? null,
      keyId: request.identity?.keyId ?? null,
    });
  });
  api.addHook('onRequestAbort', async (request) => {
    log.info({ event: 'api.aborted', requestId: request.id, route: request.routeOptions.url ?? null });
  });
}
