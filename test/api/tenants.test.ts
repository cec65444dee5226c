import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';
import { openTestApi, SMALL_VCF, type TestApi } from '../support/api.ts';
import { unitOf } from '../support/envelope.ts';
import { type Document, operationsOf } from '../support/openapi.ts';

type Key = { readonly Authorization: string };

/** What stands in whatever shows something of the first tenant. */
const MARKS = ['secret-of-a', 'rsOFA', 'MUM-A', 'BRCA-A'];
const VCF = SMALL_VCF.replaceAll('BRCA1', 'BRCA-A').replaceAll('rs80357382', 'rsOFA').replaceAll('\tmum', '\tMUM-A');

let t: TestApi;
let a: Key;
let b: Key;
let params: Record<string, string>;

before(async () => {
  t = await openTestApi({ anonymousTenant: undefined });
  [a, b] = [await t.key('tenant-a'), await t.key('tenant-b')];
  const job = await t.json<{ id: string }>('/files?name=secret-of-a.vcf', { method: 'POST', headers: a, body: VCF });
  assert.equal((await t.ended(job, { headers: a })).status, 'succeeded');
  const metadata = `filename ${Buffer.from('secret-of-a').toString('base64')}`;
  const headers = { ...a, 'Upload-Length': '10', 'Upload-Metadata': metadata };
  const upload = await t.json<{ id: string }>('/uploads', { method: 'POST', headers });
  const { envelope } = unitOf(['17 1 rsOFA A C . . .'], { tenant: 'tenant-a' });
  const { body } = encodeEnvelope(envelope, envelope.packed.bytes, { compressionLevel: 0 });
  const position = { platform: 'embedded', topic: 'secret-of-a', partition: 0, offset: 1n } as const;
  const folder = new DeadLetterFolder((await t.own.rig.app.folders()).deadLetters);
  await folder.keep({ id: envelope.id, body, position }, new VcfAgentError('INPUT_LIMIT', 'secret-of-a'));
  const ids = { fileId: '1', jobId: job.id, uploadId: upload.id, letterId: envelope.id };
  params = { ...ids, name: '17-43045712-T-C', variantId: '17-43045712-T-C' };
});
after(() => t[Symbol.asyncDispose]());

/** Calls everything that both documents have with what belongs to the first tenant; gives what was shown. */
async function sweep(key: Key): Promise<{ about: string; status: number; marks: string[] }[]> {
  const shown = [];
  for (const version of ['v1', 'v2']) {
    const document = await t.json<Document>(`/api/${version}/openapi.json`);
    for (const { method, path, operation } of operationsOf(document)) {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => params[name]!);
      const query = path.endsWith('/search') ? '?q=pos>0' : '';
      const type = Object.keys(operation.requestBody?.content ?? {})[0];
      const body = type === undefined ? {} : { body: type === 'application/json' ? '{}' : SMALL_VCF };
      const headers: Record<string, string> = { ...key, 'Upload-Offset': '0', 'Upload-Length': '5' };
      if (type !== undefined) headers['Content-Type'] = type;
      const response = await t.ask(`${filled}${query}`, { method, headers, ...body });
      const text = await response.text();
      shown.push({
        about: `${method} ${filled}`,
        status: response.status,
        marks: MARKS.filter((mark) => text.includes(mark)),
      });
    }
  }
  return shown;
}

test('should show nothing of one tenant to another, and let him change nothing, whatever he asks', async () => {
  const shown = await sweep(b);
  assert.ok(shown.length > 30);
  for (const { about, status, marks } of shown) {
    assert.deepEqual(marks, [], about);
    assert.ok(status < 500, `${about}: ${status}`);
    const isOfA = /\/1(\/|$)|[0-9a-f]{8}-|[0-9a-f]{64}|43045712/.test(about);
    if (isOfA) assert.ok(status === 404 || status === 413, `${about}: ${status}`);
  }
  assert.deepEqual(
    await Promise.all(
      ['files/1', `jobs/${params.jobId}`, `uploads/${params.uploadId}`, `dead-letters/${params.letterId}`].map(
        async (path) => (await t.ask(`/${path}`, { headers: a })).status,
      ),
    ),
    [200, 200, 200, 200],
  );
});

test('should show all of it to its owner', async () => {
  const shown = await sweep(a);
  const marked = shown.filter(({ marks }) => marks.length > 0).map(({ about }) => about);
  for (const path of [
    'v1/search',
    'v1/files',
    'v2/files/1',
    'v2/samples',
    'v2/variants',
    'v2/jobs',
    'v2/dead-letters',
    'v2/uploads',
  ]) {
    assert.ok(
      marked.some((about) => about.includes(path)),
      `${path} is not among ${marked.join(', ')}`,
    );
  }
});

test('should refuse who shows no key, a wrong one, a revoked one, and one that may too little', async () => {
  const status = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    (await t.ask(path, { headers, method })).status;
  const anonymous = await t.ask('/files');
  assert.deepEqual([anonymous.status, anonymous.headers.get('www-authenticate')], [401, 'Bearer realm="vcf-agent"']);
  for (const Authorization of ['Bearer x', 'Bearer', 'Basic YTpi', a.Authorization.slice(0, -1)]) {
    assert.equal(await status('/files', { Authorization }), 401, Authorization);
  }
  assert.equal(await status('/files', { 'X-API-Key': a.Authorization.slice('Bearer '.length) }), 200);
  for (const open of ['/api/v2/health', '/api', '/openapi.json', '/api/v1/health', '/health/ready'])
    assert.equal(await status(open), 200, open);
  const [reader, writer] = [await t.key('tenant-c', 'read'), await t.key('tenant-c', 'write')];
  assert.equal(await status('/files', reader), 200);
  assert.equal(await status('/files', reader, 'POST'), 403);
  assert.equal(await status('/files', writer, 'POST'), 400);
  assert.equal(await status('/dead-letters', writer), 403);
  assert.equal(await status('/platforms', writer), 403);
  const { store } = t.own.rig.app;
  for (const { id } of await store.keys.list('tenant-c')) await store.keys.revoke('tenant-c', id);
  assert.equal(await status('/files', reader), 401);
});

test('should let this machine in without a key, and no page of another origin, nor who comes through a proxy', async () => {
  await using open = await openTestApi();
  const status = async (headers: Record<string, string>) => (await open.ask('/files', { headers })).status;
  assert.equal(await status({}), 200);
  assert.equal(await status({ Origin: open.url }), 200);
  assert.equal(await status({ Origin: 'https://elsewhere.example' }), 403);
  assert.equal(await status({ Origin: 'null' }), 403);
  assert.equal(await status({ 'X-Forwarded-For': '10.0.0.1' }), 401);
  const { port } = new URL(open.url);
  const { request } = await import('node:http');
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    const options = { port, path: '/api/v2/files', headers: { Host: 'attacker.example' } };
    request(options, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end();
  });
  assert.equal(rebound, 403);
});
