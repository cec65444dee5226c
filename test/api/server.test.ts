import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { API_VERSIONS } from '../../src/api/versioning/versions.ts';
import { openTestApi, SMALL_VCF, type TestApi } from '../support/api.ts';

let t: TestApi;
before(async () => {
  t = await openTestApi();
  await t.ended(await t.json<{ id: string }>('/files?name=small.vcf', { method: 'POST', body: SMALL_VCF }));
});
after(() => t[Symbol.asyncDispose]());

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

/** What fetch would not send. */
async function raw(request: string): Promise<string> {
  const { port } = new URL(t.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(request);
  return textOf(socket);
}

test('should give back the id of a request, and put it into every line about it', async () => {
  const response = await t.ask('/files/99', { headers: { 'X-Request-Id': 'my-own.1' } });
  assert.equal(response.headers.get('x-request-id'), 'my-own.1');
  assert.equal(((await response.json()) as { requestId: string }).requestId, 'my-own.1');
  const line = t.lines.find(({ requestId }) => requestId === 'my-own.1');
  assert.equal(line?.route, '/api/v2/files/:fileId');
  const odd = await t.ask('/files', { headers: { 'X-Request-Id': 'a b"c' } });
  assert.match(odd.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
});

test('should forbid browsers to run, frame or guess what it answers', async () => {
  const { headers } = await t.ask('/files');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers.get('access-control-allow-origin'), null);
});

test('should answer 304 when nothing has changed, and compressed when that is wanted', async () => {
  const first = await t.ask('/files');
  const tag = first.headers.get('etag') ?? '';
  assert.match(tag, /^W\/"/);
  const again = await t.ask('/files', { headers: { 'If-None-Match': tag } });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), '');
  const packed = await t.ask('/openapi.json', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(packed.headers.get('content-encoding'), 'gzip');
  assert.equal(((await packed.json()) as { openapi: string }).openapi, '3.1.0');
});

test('should answer with a problem whatever is wrong with the request itself', async () => {
  assert.equal(await codeOf(await t.ask('/nothing')), 'NOT_FOUND');
  const put = await t.ask('/files', { method: 'PUT' });
  assert.deepEqual(
    [put.status, put.headers.get('allow'), await codeOf(put)],
    [405, 'GET, HEAD, POST', 'METHOD_NOT_ALLOWED'],
  );
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
  assert.equal(await codeOf(await t.ask('/variants', { ...json, body: '{"chrom":' })), 'REQUEST_INVALID');
  assert.equal(
    await codeOf(await t.ask('/variants', { ...json, body: `"${'x'.repeat(9 * 1024 * 1024)}"` })),
    'REQUEST_TOO_LARGE',
  );
  const xml = { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: '<a/>' };
  assert.equal(await codeOf(await t.ask('/variants', xml)), 'MEDIA_TYPE_UNKNOWN');
  assert.equal(await codeOf(await t.ask('/variants', { headers: { Accept: 'image/png' } })), 'NOT_ACCEPTABLE');
  const bad = await t.ask('/variants?limit=0&fliter=x');
  const { errors } = (await bad.json()) as { errors: { in: string; path: string }[] };
  assert.deepEqual(new Set(errors.map((error) => error.in)), new Set(['querystring']));
  assert.ok(errors.some(({ path }) => path === '/limit'));
  for (const request of [
    'GET /api/v2/files/%E0%A4%A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'NONSENSE\r\n\r\n',
  ]) {
    assert.match(await raw(request), /^HTTP\/1\.1 400 /, request);
  }
});

test('should resolve versions by path, header, query and media type, and say which there are', async () => {
  const { versions } = await t.json<{ versions: { name: string; status: string }[] }>('/api');
  assert.deepEqual(
    versions.map(({ name, status }) => [name, status]),
    [
      ['v1', 'deprecated'],
      ['v2', 'current'],
    ],
  );
  const v1 = async (path: string, headers: Record<string, string> = {}) => {
    const response = await t.ask(path, { headers });
    assert.equal(response.headers.get('x-api-version'), '1.0.0', path);
    assert.equal(response.headers.get('deprecation'), '@1795392000');
    assert.equal(response.headers.get('sunset'), 'Wed, 01 Dec 2027 00:00:00 GMT');
    assert.ok('files' in ((await response.json()) as object));
  };
  await v1('/api/v1/files');
  await v1('/api/files', { 'X-API-Version': '<2' });
  await v1('/api/files?api-version=1.x');
  await v1('/api/files', { Accept: 'application/vnd.vcf-agent.v1+json' });
  const unknown = await t.ask('/api/files', { headers: { 'X-API-Version': '7' } });
  assert.deepEqual([unknown.status, await codeOf(unknown)], [404, 'API_VERSION_UNKNOWN']);
  assert.equal(unknown.headers.get('x-api-supported-versions'), '1.0.0, 2.0.0');
  const guide = await t.ask('/api/guides/v1-to-v2');
  assert.match(guide.headers.get('content-type') ?? '', /^text\/markdown/);
  assert.match(await guide.text(), /# /);
});

test('should answer 410 with the way out when a version is past its sunset', async () => {
  const versions = API_VERSIONS.map((one) =>
    one.name === 'v1' ? { ...one, sunsetAt: new Date('2026-11-23T00:00:01Z') } : one,
  );
  await using own = await openTestApi({ versions });
  const response = await own.ask('/api/v1/files');
  assert.deepEqual([response.status, await codeOf(response)], [410, 'API_VERSION_GONE']);
  assert.match(response.headers.get('link') ?? '', /v1-to-v2>; rel="sunset"/);
  assert.equal((await own.ask('/files')).status, 200);
  const { versions: told } = await own.json<{ versions: { status: string }[] }>('/api');
  assert.equal(told[0]?.status, 'gone');
});

test('should show its documents without a look at any other machine', async () => {
  for (const version of ['v1', 'v2']) {
    const page = await t.ask(`/api/${version}/docs/`);
    assert.equal(page.status, 200);
    // Whatever its scripts may want: the browser lets them ask nobody else.
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /https?:|\*/);
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    assert.ok(links.length > 3);
    for (const link of links) {
      const url = new URL(link, `${t.url}/api/${version}/docs/`);
      assert.equal(url.origin, t.url, link);
      const part = await fetch(url);
      assert.equal(part.status, 200, link);
      if (link.endsWith('initializer.js')) assert.match(await part.text(), /validatorUrl: null/);
    }
  }
});

test('should refuse who has asked too often, and say when to come back', async () => {
  await using own = await openTestApi({ rateLimit: 5 });
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++) {
    const response = await own.ask('/files');
    statuses.push(response.status);
    if (response.status !== 429) continue;
    assert.ok(Number(response.headers.get('retry-after')) > 0);
    assert.equal(await codeOf(response), 'RATE_LIMITED');
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
  const wrong = { headers: { Authorization: 'Bearer nonsense' } };
  const refused: number[] = [];
  for (let i = 0; i < 7; i++) refused.push((await own.ask('/files', wrong)).status);
  assert.deepEqual(refused, [401, 401, 401, 401, 401, 429, 429]);
  const key = await own.key('default');
  assert.equal(
    (await own.ask('/files', { headers: key })).status,
    200,
    'another who shows a key has a share of his own',
  );
});

test('should tell who waits too long that it was too long', async () => {
  await using own = await openTestApi({ timeoutMs: 1_000 });
  const { sql } = own.own.rig;
  await sql('begin');
  await sql('lock table files in access exclusive mode');
  const response = await own.ask('/files');
  await sql('rollback');
  assert.deepEqual([response.status, await codeOf(response)], [503, 'REQUEST_TIMEOUT']);
  assert.ok(Number(response.headers.get('retry-after')) > 0);
});
