import type { Api } from './routes.ts';

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // What is one's own is in no shared cache, and asked for again: by its ETag, if it has one.
  'Cache-Control': 'private, no-cache',
} as const;

/** Nothing of an answer is to be run. */
const NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'";

/** On every answer; a page of ours has a Content-Security-Policy of its own. */
export function addSecurityHeaders(api: Api): void {
  api.addHook('onRequest', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  api.addHook('onSend', async (_request, reply, payload) => {
    if (!reply.hasHeader('Content-Security-Policy')) reply.header('Content-Security-Policy', NOTHING_RUNS);
    return payload;
  });
}
