import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { ERROR_CODES, VcfAgentError } from '../core/errors.ts';
import { STATUS_OF } from './problem.ts';
import type { Api, RouteParts } from './routes.ts';
import { GUIDE_V1_TO_V2 } from './versioning/versions.ts';

const GUIDE = join(import.meta.dirname, '..', '..', 'docs', 'api-v1-to-v2.md');

/** What belongs to no version: which there are, what codes mean, how to move, whether this instance is well. */
export function addGeneralRoutes(api: Api, { service, versions }: RouteParts): void {
  const config = { scope: 'public' } as const;
  addNotFound(api);
  api.get('/api', { config }, async () => ({
    versions: versions.map(({ name, version, deprecatedAt = null, sunsetAt = null, guide = null }) => ({
      name,
      version,
      status:
        deprecatedAt === null
          ? 'current'
          : (sunsetAt?.getTime() ?? Infinity) <= service.clock.now()
            ? 'gone'
            : 'deprecated',
      deprecatedAt,
      sunsetAt,
      guide,
      openapi: `/api/${name}/openapi.json`,
      docs: `/api/${name}/docs`,
    })),
  }));
  api.get('/api/errors', { config }, async () => ({
    errors: ERROR_CODES.map((code) => ({ code, status: STATUS_OF[code], title: STATUS_CODES[STATUS_OF[code]] })),
  }));
  api.get(GUIDE_V1_TO_V2, { config }, async (_request, reply) =>
    reply.type('text/markdown; charset=utf-8').send(readFileSync(GUIDE, 'utf8')),
  );
  api.get('/health/live', { config }, async () => ({ status: 'ok' }));
  api.get('/health/ready', { config }, async (_request, reply) => {
    const database = await service.database.answers();
    if (!database) reply.code(503).header('Retry-After', '1');
    return { status: database ? 'ready' : 'not ready', database };
  });
}

/** Says which methods a path has, when it has any. */
function addNotFound(api: Api): void {
  const methods = new Map<string, Set<string>>();
  api.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  const allowed = (path: string) => {
    const found = [...methods].filter(([pattern]) => matches(pattern, path)).flatMap(([, known]) => [...known]);
    return [...new Set(found)].sort();
  };
  api.setNotFoundHandler({ preHandler: api.rateLimit() }, (request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const known = allowed(path);
    if (known.length === 0) throw new VcfAgentError('NOT_FOUND', `there is no ${path}: GET /api lists the versions`);
    reply.header('Allow', known.join(', '));
    throw new VcfAgentError('METHOD_NOT_ALLOWED', `${request.method} means nothing here; ${known.join(', ')} do`);
  });
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i]);
}
