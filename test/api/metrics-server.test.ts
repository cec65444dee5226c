import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { serveMetrics } from '../../src/api/metrics-server.ts';
import type { HealthReport, HealthReports } from '../../src/app/observe-health.ts';
import { VcfAgentError } from '../../src/core/errors.ts';

const LOOPBACK = { port: 0, host: '127.0.0.1' };

/** Reports that say what a test wants; how they come about is test/app/observe.test.ts's matter. */
function reportsSaying(report: HealthReport): HealthReports {
  const reports = {
    live: () => report,
    ready: async () => report,
    coordinator: () => report,
    system: () => report,
    platform: (name: string) => (name === 'kafka' ? report : undefined),
    performance: () => ({ uptimeSeconds: 1 }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }),
  };
  return reports as unknown as HealthReports;
}

const WELL: HealthReport = { ok: true, body: { status: 'ok' } };
const ILL: HealthReport = { ok: false, body: { status: 'shedding' }, retryAfterMs: 2_100 };

test('should answer 200 with the report when things are well', async () => {
  await using server = await serveMetrics(reportsSaying(WELL), LOOPBACK);
  for (const path of ['live', 'ready', 'coordinator', 'system', 'kafka']) {
    const response = await fetch(`${server.url}/health/${path}`);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await response.json(), { status: 'ok' });
  }
});

test('should answer 503 and when to come back when work is shed', async () => {
  await using server = await serveMetrics(reportsSaying(ILL), LOOPBACK);
  const response = await fetch(`${server.url}/health/ready`);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '3');
  assert.deepEqual(await response.json(), { status: 'shedding' });
});

test('should give the metrics as Prometheus reads them, and figures for people as JSON', async () => {
  await using server = await serveMetrics(reportsSaying(WELL), LOOPBACK);
  const metrics = await fetch(`${server.url}/metrics?name=x`);
  assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(await metrics.text(), 'up 1\n');
  const performance = await fetch(`${server.url}/metrics/performance`);
  assert.deepEqual(await performance.json(), { uptimeSeconds: 1 });
});

test('should say what there is when a path is unknown, a platform is not in use or a method means nothing', async () => {
  await using server = await serveMetrics(reportsSaying(WELL), LOOPBACK);
  const unknown = await fetch(`${server.url}/health`);
  assert.equal(unknown.status, 404);
  assert.equal(unknown.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  assert.match(((await unknown.json()) as { detail: string }).detail, /\/health\/ready/);
  assert.equal((await fetch(`${server.url}/health/iggy`)).status, 404);
  const post = await fetch(`${server.url}/metrics`, { method: 'POST', body: 'x' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET, HEAD');
  await post.arrayBuffer();
});

test('should send no body when only the head is wanted', async () => {
  await using server = await serveMetrics(reportsSaying(WELL), LOOPBACK);
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end('HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await text(socket);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /content-length: 5\r\n/i);
  assert.ok(answer.endsWith('\r\n\r\n'));
});

test('should cut off who does not say within seconds what is wanted', async () => {
  await using server = await serveMetrics(reportsSaying(WELL), LOOPBACK);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n');
  const begunMs = performance.now();
  assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  assert.ok(performance.now() - begunMs < 15_000);
});

test('should tell nobody why when an answer cannot be made', async () => {
  const broken = { ...reportsSaying(WELL), metrics: () => Promise.reject(new Error('secret path /home/x')) };
  await using server = await serveMetrics(broken as unknown as HealthReports, LOOPBACK);
  const response = await fetch(`${server.url}/metrics`);
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret/);
});

test('should refuse a port that is taken, and give it back when it is closed', async () => {
  const first = await serveMetrics(reportsSaying(WELL), LOOPBACK);
  const port = Number(new URL(first.url).port);
  const again = () => serveMetrics(reportsSaying(WELL), { ...LOOPBACK, port });
  await assert.rejects(again, (error: unknown) => error instanceof VcfAgentError && error.code === 'PORT_UNAVAILABLE');
  await first[Symbol.asyncDispose]();
  await using second = await again();
  assert.equal(new URL(second.url).port, String(port));
});
