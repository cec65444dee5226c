import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthReport, HealthReports } from '../app/observe-health.ts';
import { VcfAgentError } from '../core/errors.ts';

export interface MetricsServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
}

export interface MetricsServer extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly retryAfterMs?: number | undefined;
}

const REQUEST_WITHIN_MS = 5_000;
const MAX_CONNECTIONS = 64;
const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const PLATFORMS = ['iggy', 'kafka', 'embedded'];

/**
 * Serves `/health/…` and `/metrics` over HTTP until it is disposed of: `GET` and `HEAD`, no bodies. Health is 200 when it is
 * well and 503 when it is not. Rejects with PORT_UNAVAILABLE.
 */
export async function serveMetrics(reports: HealthReports, options: MetricsServerOptions): Promise<MetricsServer> {
  const { port, host } = options;
  const routes = routesOf(reports);
  const server = createServer({
    requestTimeout: REQUEST_WITHIN_MS,
    headersTimeout: REQUEST_WITHIN_MS,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => void respond(routes, request, response));
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    server.close();
    const text = `nothing can listen on port ${port} of ${host} (${(cause as NodeJS.ErrnoException).code}): is it in use?`;
    throw new VcfAgentError('PORT_UNAVAILABLE', text, { cause, context: { host, port } });
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { address, family, port: taken } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  return { url, [Symbol.asyncDispose]: close };
}

type Routes = ReadonlyMap<string, () => Promise<Answer> | Answer>;

function routesOf(reports: HealthReports): Routes {
  const platform = (name: string) => () => {
    const report = reports.platform(name);
    return report ? health(report) : problem(404, `${name} is not in use here`);
  };
  return new Map<string, () => Promise<Answer> | Answer>([
    ['/health/live', () => health(reports.live())],
    ['/health/ready', async () => health(await reports.ready())],
    ['/health/coordinator', () => health(reports.coordinator())],
    ['/health/system', () => health(reports.system())],
    ...PLATFORMS.map((name) => [`/health/${name}`, platform(name)] as const),
    ['/metrics', async () => text(await reports.metrics())],
    ['/metrics/performance', () => json(200, reports.performance())],
  ]);
}

async function respond(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerTo(routes, request);
  const { status, type, body, retryAfterMs } = answer;
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  // A probe must not be told what was true for somebody before.
  response.setHeader('Cache-Control', 'no-store');
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(routes: Routes, { method = '', url = '' }: IncomingMessage): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return problem(405, `${method} means nothing here`);
  const path = url.split('?', 1)[0]!;
  const route = routes.get(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
  if (route === undefined) return problem(404, `there is ${[...routes.keys()].join(', ')}`);
  try {
    return await route();
  } catch {
    // Nobody who asks how we are needs to read our stack.
    return problem(500, 'the answer could not be made');
  }
}

function health({ ok, body, retryAfterMs }: HealthReport): Answer {
  return { ...json(ok ? 200 : 503, body), retryAfterMs };
}

function json(status: number, body: object): Answer {
  return { status, type: JSON_TYPE, body: `${JSON.stringify(body)}\n` };
}

function text({ contentType, text: body }: { readonly contentType: string; readonly text: string }): Answer {
  return { status: 200, type: contentType, body };
}

/** RFC 9457. */
function problem(status: number, detail: string): Answer {
  const titles: Readonly<Record<number, string>> = {
    404: 'Not Found',
    405: 'Method Not Allowed',
    500: 'Internal Server Error',
  };
  return { ...json(status, { title: titles[status], status, detail }), type: PROBLEM_TYPE };
}
