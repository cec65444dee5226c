import compress from '@fastify/compress';
import etag from '@fastify/etag';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { Service } from '../app/service.ts';
import type { Scope } from '../core/api-keys.ts';
import { VcfAgentError } from '../core/errors.ts';
import { addGeneralRoutes } from './general.ts';
import { identify } from './identity.ts';
import { asOurs, PROBLEM_TYPE, problemOf, retryAfterOf } from './problem.ts';
import { type ApiLog, logRequests, requestIdOf } from './request-log.ts';
import { addRequestSignal } from './request-signal.ts';
import type { Api } from './routes.ts';
import { compileValidator } from './schema.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addV1 } from './v1/index.ts';
import { addV2 } from './v2/index.ts';
import { VersionHooks } from './version-hooks.ts';
import { API_VERSIONS, type ApiVersion } from './versioning/versions.ts';

export interface ApiOptions {
  readonly log: ApiLog;
  /** Requests without a key are about this tenant; undefined: they are refused. */
  readonly anonymousTenant: string | undefined;
  /** Requests a minute of one key, or of one address without a key. */
  readonly rateLimit: number;
  /** Longest that a request may take which is no stream. */
  readonly timeoutMs: number;
  readonly versions?: readonly ApiVersion[] | undefined;
}

/** Of a body that is no file. */
const BODY_BYTES = 1024 * 1024;
/** A variant's name holds its alleles. */
const MAX_PARAMETER = 4_000;
/** Of the documents that people look at; their routes are a library's. */
const PAGES = /^\/api\/v\d+\/docs(\/|$)/;
const MAX_HEADERS_BYTES = 16 * 1024;

/** The HTTP API over a service; listens to nobody yet. */
export async function createApi(service: Service, options: ApiOptions): Promise<Api> {
  const { log, timeoutMs, versions = API_VERSIONS } = options;
  const { clock } = service;
  const versioning = new VersionHooks(versions, clock.now);
  const api: Api = Fastify({
    logger: false,
    genReqId: requestIdOf,
    rewriteUrl: (request) => versioning.rewrite(request as FastifyRequest['raw']),
    bodyLimit: BODY_BYTES,
    handlerTimeout: timeoutMs,
    // Of silence: a request may be an upload of hours.
    connectionTimeout: timeoutMs * 2,
    keepAliveTimeout: timeoutMs,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAMETER, ignoreTrailingSlash: true },
    http: { maxHeaderSize: MAX_HEADERS_BYTES },
    schemaErrorFormatter: (errors, part) => new Error(`${part}${errors[0]?.instancePath ?? ''} ${errors[0]?.message}`),
    frameworkErrors: (error, request, reply) => void sendProblem(log, error, request, reply as FastifyReply),
  });
  api.setValidatorCompiler(compileValidator as never);
  api.setSerializerCompiler(() => (value) => JSON.stringify(value));
  api.removeContentTypeParser('text/plain');
  api.decorateRequest('identity');
  logRequests(api, log);
  addRequestSignal(api, timeoutMs);
  addSecurityHeaders(api);
  versioning.addTo(api);
  await addLimits(api, service, options);
  await api.register(etag, { weak: true });
  await api.register(compress, { encodings: ['gzip', 'deflate'], globalDecompression: false });
  api.setErrorHandler((error, request, reply) => sendProblem(log, error, request, reply));
  addGeneralRoutes(api, { service, versions });
  for (const { name } of versions) await (name === 'v1' ? addV1 : addV2)(api, { service, versions });
  await api.ready();
  return api;
}

/** Who asks, and how often he may. Wrong keys count by address, or they could be tried for ever. */
async function addLimits(api: Api, service: Service, { anonymousTenant, rateLimit: max }: ApiOptions): Promise<void> {
  const ports = { store: service.app.store, clock: service.clock, anonymousTenant };
  await api.register(rateLimit, {
    max,
    timeWindow: '1 minute',
    keyGenerator: ({ identity, ip }) => identity?.keyId ?? ip,
    errorResponseBuilder: (_request, { max: most, after }) =>
      new VcfAgentError('RATE_LIMITED', `more than ${most} requests a minute; go on in ${after}`, { retryable: true }),
  });
  const countFailure = api.createRateLimit({ max, timeWindow: '1 minute', keyGenerator: ({ ip }) => `failed ${ip}` });
  api.addHook('onRoute', (route) => {
    if (PAGES.test(route.url)) route.config = { ...route.config, scope: 'public' };
    if (route.config?.scope === undefined) throw new Error(`${route.method} ${route.url} does not say who may`);
  });
  api.addHook('onRequest', async (request, reply) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined || scope === 'public') return;
    try {
      request.identity = await identify(request, scope as Scope, ports);
    } catch (error) {
      const limit = await countFailure(request);
      if (limit.isAllowed || !limit.isExceeded) throw error;
      reply.header('Retry-After', limit.ttlInSeconds);
      throw new VcfAgentError('RATE_LIMITED', 'too many requests without a key that is known', { retryable: true });
    }
  });
}

function sendProblem(log: ApiLog, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // What was cut short says only that it was.
  const reason: unknown = request.ended?.reason;
  const thrown = reason instanceof VcfAgentError ? reason : error;
  const problem = problemOf(thrown, request);
  const { status, code } = problem;
  const isGone = request.ended?.aborted === true && reason !== thrown;
  if (status >= 500 && !isGone) {
    const { stack, cause } = (thrown ?? {}) as Error;
    const told = { event: 'api.failed', requestId: request.id, code, route: request.routeOptions?.url ?? null };
    const about = asOurs(thrown) === undefined ? { stack, cause: String(cause) } : { message: String(thrown) };
    log.error({ ...told, ...about });
  }
  const after = retryAfterOf(problem);
  if (after !== undefined && !reply.hasHeader('Retry-After')) reply.header('Retry-After', after);
  if (status === 401) reply.header('WWW-Authenticate', 'Bearer realm="vcf-agent"');
  return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
