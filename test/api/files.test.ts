import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Receipt } from '../../src/core/receipt.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { openTestApi, SMALL_VCF, type TestApi } from '../support/api.ts';

const RECORDS = 2_000;
const PIECE = { 'Content-Type': 'application/offset+octet-stream' };

let t: TestApi;
let bytes: Buffer;
before(async () => {
  t = await openTestApi();
  const path = join(t.own.rig.folder, 'trio.vcf.gz');
  await writeChaosInput(path, { records: RECORDS, seed: 7 });
  bytes = readFileSync(path);
});
after(() => t[Symbol.asyncDispose]());

async function receiptOf(job: { id: string }): Promise<Receipt> {
  const ended = await t.ended(job);
  assert.equal(ended.status, 'succeeded', JSON.stringify(ended.error));
  const receipt = ended.result?.receipt as Receipt;
  assert.equal(receipt.input, receipt.stored + receipt.duplicates + receipt.rejected);
  assert.equal(receipt.inputDigest, receipt.storeDigest);
  return receipt;
}

test('should store a body as it comes, answer at once, and end with a receipt that proves it', async () => {
  const response = await t.ask('/files?name=raw.vcf.gz&split=vt', { method: 'POST', body: new Uint8Array(bytes) });
  assert.equal(response.status, 202);
  const job = (await response.json()) as { id: string };
  assert.equal(response.headers.get('location'), `/api/v2/jobs/${job.id}`);
  const receipt = await receiptOf(job);
  assert.deepEqual([receipt.records, receipt.sourceName], [RECORDS, 'raw.vcf.gz']);
  const file = await t.json(`/files/${receipt.fileId}`);
  assert.deepEqual([file.name, file.status, (file.plan as { split: string }).split], ['raw.vcf.gz', 'complete', 'vt']);
  const { items } = await t.json<{ items: Receipt[] }>(`/files/${receipt.fileId}/receipts`);
  assert.deepEqual(items, [receipt]);
  const proof = await t.ended(await t.json(`/files/${receipt.fileId}/prove`, { method: 'POST' }));
  assert.equal(proof.result?.ok, true);
});

test('should know the same file again when it comes in a form', async () => {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)]), 'form.vcf.gz');
  const receipt = await receiptOf(await t.json('/files', { method: 'POST', body: form }));
  assert.deepEqual([receipt.stored, receipt.duplicates > 0], [0, true]);
  const two = new FormData();
  two.append('a', new Blob(['x']), 'a.vcf');
  two.append('b', new Blob(['y']), 'b.vcf');
  assert.ok((await t.ask('/files', { method: 'POST', body: new FormData() })).status >= 400);
});

test('should go on where an upload broke off, and store it once', async () => {
  const vcf = Buffer.from(SMALL_VCF);
  const name = Buffer.from('resumed.vcf').toString('base64');
  const begun = await t.ask('/uploads', {
    method: 'POST',
    headers: {
      'Upload-Length': String(vcf.length),
      'Upload-Metadata': `filename ${name},split ${Buffer.from('none').toString('base64')}`,
    },
  });
  assert.equal(begun.status, 201);
  const place = begun.headers.get('location') ?? '';
  assert.equal(begun.headers.get('upload-offset'), '0');
  await breakOff(place, vcf.subarray(0, 300));
  let offset = 0;
  while (offset === 0) {
    const head = await t.ask(place, { method: 'HEAD' });
    offset = Number(head.headers.get('upload-offset'));
    assert.equal(head.headers.get('upload-length'), String(vcf.length));
  }
  assert.equal(offset, 300);
  const patch = (at: number, data: Buffer) =>
    t.ask(place, { method: 'PATCH', headers: { ...PIECE, 'Upload-Offset': String(at) }, body: new Uint8Array(data) });
  const wrong = await patch(0, vcf);
  assert.deepEqual([wrong.status, ((await wrong.json()) as { context: object }).context], [409, { offset: 300 }]);
  assert.equal((await patch(300, Buffer.concat([vcf, vcf]))).status, 413);
  assert.equal((await t.ask(place, { method: 'PATCH', headers: { 'Upload-Offset': '300' }, body: 'x' })).status, 415);
  const some = await patch(300, vcf.subarray(300, 400));
  assert.deepEqual([some.status, some.headers.get('upload-offset'), some.headers.get('x-job-id')], [204, '400', null]);
  const last = await patch(400, vcf.subarray(400));
  assert.equal(last.headers.get('upload-offset'), String(vcf.length));
  const receipt = await receiptOf({ id: last.headers.get('x-job-id') ?? '' });
  assert.deepEqual([receipt.stored, receipt.sourceName], [3, 'resumed.vcf']);
  assert.equal((await t.ask(place)).status, 404);
});

/** Announces more than it sends, then the line is cut. */
async function breakOff(place: string, data: Buffer): Promise<void> {
  const url = new URL(place, t.url);
  const headers = { ...PIECE, 'Upload-Offset': '0', 'Content-Length': String(data.length + 50) };
  const sending = request(url, { method: 'PATCH', headers });
  sending.on('error', () => {});
  await new Promise<void>((resolve) => sending.write(data, () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 100));
  sending.destroy();
}

test('should keep nothing of a body that breaks off, is empty or is too large', async () => {
  const url = new URL('/api/v2/files', t.url);
  const sending = request(url, { method: 'POST', headers: { 'Content-Length': '1000' } });
  sending.on('error', () => {});
  sending.write('##fileformat=VCFv4.2\n');
  await new Promise((resolve) => setTimeout(resolve, 100));
  sending.destroy();
  assert.equal((await t.ask('/files', { method: 'POST' })).status, 400);
  assert.equal((await t.ask('/files', { method: 'POST', body: '' })).status, 400);
  const large = request(url, { method: 'POST', headers: { 'Content-Length': String(1e12) } });
  const status = await new Promise<number | undefined>((resolve) => {
    large.on('response', (response) => resolve(response.statusCode)).on('error', () => {});
    large.write('x');
  });
  large.destroy();
  assert.equal(status, 413);
  const { readdir } = await import('node:fs/promises');
  const { uploads } = await t.own.rig.app.folders();
  for (let left = ['?']; left.length > 0; ) left = await readdir(join(uploads, 'default'));
});

test('should give a file back as it was stored, and take it away', async () => {
  const receipt = await receiptOf(
    await t.json('/files?name=back.vcf', {
      method: 'POST',
      body: SMALL_VCF.replaceAll('\t17', '\t18').replaceAll('\n17', '\n18'),
    }),
  );
  const back = await t.ask(`/files/${receipt.fileId}/content`);
  assert.match(back.headers.get('content-type') ?? '', /^text\/vcf/);
  const text = await back.text();
  assert.match(text, /^##fileformat=VCFv4\.2\n/);
  assert.equal(text.split('\n').filter((line) => line.startsWith('18\t')).length, 4);
  const packed = await t.ask(`/files/${receipt.fileId}/content?format=vcf.gz`);
  assert.deepEqual([...new Uint8Array(await packed.arrayBuffer()).subarray(0, 2)], [0x1f, 0x8b]);
  const { items } = await t.json<{ items: string[] }>(`/files/${receipt.fileId}/samples`);
  assert.deepEqual(items, ['mum', 'dad']);
  const all = await t.json<{ items: { sample: string }[]; next: string }>('/samples?limit=1');
  assert.equal(all.items.length, 1);
  assert.equal((await t.json<{ items: object[] }>(`/samples?limit=1&cursor=${all.next}`)).items.length, 1);
  const summary = await t.json<{ summary: { sites: { records: number } } }>(`/files/${receipt.fileId}/summary`);
  assert.equal(summary.summary.sites.records, 4);
  const gone = await t.ended(await t.json(`/files/${receipt.fileId}`, { method: 'DELETE' }));
  assert.deepEqual([gone.status, gone.result?.variants], ['succeeded', 4]);
  assert.equal((await t.ask(`/files/${receipt.fileId}`)).status, 404);
  const pages = await t.json<{ items: { fileId: number }[]; next: string | null }>('/files?limit=1');
  const rest = await t.json<{ items: { fileId: number }[]; next: string | null }>(`/files?after=${pages.next}`);
  assert.ok(rest.items.every(({ fileId }) => fileId > pages.items[0]!.fileId));
});
