import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { HomeLock } from '../../src/app/home.ts';
import { Uploads } from '../../src/app/uploads.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { endOf, openTestService, type TestService } from '../support/service.ts';

const OPTIONS = { split: 'bcftools', batchSize: 50 } as const;
const RECORDS = 600;
let t: TestService;
let bytes: Buffer;

before(async () => {
  t = await openTestService();
  const path = join(t.rig.folder, 'trio.vcf.gz');
  await writeChaosInput(path, { records: RECORDS, seed: 5 });
  bytes = readFileSync(path);
});
after(() => t[Symbol.asyncDispose]());

async function* cut(data: Buffer, size = 1000) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function uploaded(tenant: string, data = bytes, name = 'trio.vcf.gz') {
  const upload = await t.service.uploads.create({ tenant, name, options: OPTIONS });
  return t.service.uploads.append(upload, cut(data));
}

test('should store an upload with a receipt, tell how far it is, and keep nothing of it', async () => {
  const upload = await uploaded('default');
  assert.equal(upload.offset, bytes.length);
  const { id } = await t.service.ingestUpload(upload, 'r1');
  const job = await t.ended('default', id);
  assert.equal(job.status, 'succeeded', JSON.stringify(job.error));
  const receipt = job.result?.receipt as Receipt;
  assert.deepEqual([receipt.records, receipt.sourceName], [RECORDS, 'trio.vcf.gz']);
  assert.equal(receipt.input, receipt.stored + receipt.rejected);
  assert.equal(job.progress?.variantsApplied, receipt.stored);
  assert.equal(job.requestId, 'r1');
  await assert.rejects(t.service.uploads.find('default', upload.id), { code: 'NOT_FOUND' });
  const proof = await t.service.jobs.submit({
    tenant: 'default',
    kind: 'prove',
    subject: { fileId: receipt.fileId },
    requestId: 'r2',
  });
  assert.equal((await t.ended('default', proof.id)).result?.ok, true);
});

test('should go on where an upload broke off, and refuse every other place', async () => {
  const { uploads } = t.service;
  const half = bytes.length >> 1;
  const upload = await uploads.create({ tenant: 'default', name: 'a', length: bytes.length, options: OPTIONS });
  async function* breaking() {
    yield* cut(bytes.subarray(0, half));
    throw new Error('the line is cut');
  }
  await assert.rejects(uploads.append(upload, breaking()), /line is cut/);
  const { offset } = await uploads.find('default', upload.id);
  assert.equal(offset, half);
  for (const wrong of [0, half - 1, half + 1]) {
    await assert.rejects(uploads.append({ ...upload, offset: wrong }, cut(bytes)), { code: 'UPLOAD_CONFLICT' });
  }
  await assert.rejects(uploads.append({ ...upload, offset }, cut(bytes, bytes.length)), { code: 'REQUEST_TOO_LARGE' });
  const now = await uploads.find('default', upload.id);
  const whole = await uploads.append(now, cut(bytes.subarray(now.offset)));
  assert.deepEqual(readFileSync(uploads.path('default', upload.id)), bytes);
  assert.equal(whole.offset, bytes.length);
  await uploads.remove('default', upload.id);
});

test('should take one sender at a time', async () => {
  const { uploads } = t.service;
  const upload = await uploads.create({ tenant: 'default', name: 'a', options: OPTIONS });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* slow() {
    yield bytes.subarray(0, 10);
    await held;
  }
  const first = uploads.append(upload, slow());
  while ((await uploads.find('default', upload.id)).offset === 0) await new Promise(setImmediate);
  await assert.rejects(uploads.append({ ...upload, offset: 10 }, cut(bytes)), { code: 'UPLOAD_CONFLICT' });
  await assert.rejects(uploads.remove('default', upload.id), { code: 'UPLOAD_CONFLICT' });
  release();
  assert.equal((await first).offset, 10);
  await uploads.remove('default', upload.id);
});

test('should keep uploads and jobs from other tenants', async () => {
  const upload = await uploaded('lab');
  await assert.rejects(t.service.uploads.find('default', upload.id), { code: 'NOT_FOUND' });
  const { id } = await t.service.ingestUpload(upload, 'r');
  await assert.rejects(t.service.jobs.find('default', id), { code: 'NOT_FOUND' });
  await assert.rejects(t.service.jobs.cancel('default', id), { code: 'NOT_FOUND' });
  assert.equal((await t.ended('lab', id)).status, 'succeeded');
  assert.equal((await t.rig.app.store.files('lab')).length, 1);
});

test('should fail with a name and no path when the file is none, and go on when it is retried', async () => {
  const upload = await uploaded('default', Buffer.from('no VCF\n'), '../../etc/no.vcf');
  const { id } = await t.service.ingestUpload(upload, 'r');
  const job = await t.ended('default', id);
  assert.equal(job.error?.code, 'INPUT_FORMAT');
  assert.match(job.error.message, /no\.vcf/);
  assert.ok(!job.error.message.includes(t.rig.folder), job.error.message);
  const again = await t.service.jobs.retry('default', id, 'r2');
  assert.equal(again.status, 'queued');
  const ended = await t.ended('default', id);
  assert.deepEqual([ended.status, ended.attempts, ended.requestId], ['failed', 2, 'r2']);
  await assert.rejects(t.service.jobs.cancel('default', id), { code: 'OPTION_CONFLICT' });
});

test('should wait while another process holds the home, and end at once when it is cancelled', async () => {
  const lock = new HomeLock(t.rig.options.home);
  const upload = await uploaded('waiting');
  const first = await t.service.ingestUpload(upload, 'r');
  const second = await t.service.jobs.submit({
    tenant: 'waiting',
    kind: 'delete',
    subject: { fileId: 1 },
    requestId: 'r',
  });
  assert.equal((await t.service.jobs.cancel('waiting', second.id)).id, second.id);
  assert.equal((await t.ended('waiting', second.id)).status, 'cancelled');
  assert.equal((await t.service.jobs.find('waiting', first.id)).finishedAt, null);
  lock[Symbol.dispose]();
  assert.equal((await t.ended('waiting', first.id)).status, 'succeeded');
});

test('should take up what was not finished when an instance begins again', async () => {
  await using own = await openTestService();
  const lock = new HomeLock(own.rig.options.home);
  const upload = await own.service.uploads.create({ tenant: 'default', name: 'trio.vcf.gz', options: OPTIONS });
  const whole = await own.service.uploads.append(upload, cut(bytes));
  const { id } = await own.service.ingestUpload(whole, 'r');
  await own.service.jobs.close();
  assert.equal((await own.rig.app.store.jobs.find('default', id))?.status, 'queued');
  await assert.rejects(own.service.jobs.submit({ tenant: 'default', kind: 'prove', subject: {}, requestId: 'r' }), {
    code: 'OVERLOADED',
  });
  lock[Symbol.dispose]();
  await using next = await own.reopen();
  assert.equal((await endOf(next, 'default', id)).status, 'succeeded');
});

test('should forget uploads that nobody sends to, and none that a job needs', async () => {
  const folder = join(t.rig.folder, 'old uploads');
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const uploads = new Uploads({ folder, maxBytes: 1000, expireAfterMs: 60_000 }, clock);
  const [lost, needed] = [
    await uploads.create({ tenant: 'a', name: 'lost', options: OPTIONS }),
    await uploads.create({ tenant: 'b', name: 'needed', options: OPTIONS }),
  ];
  await uploads.attach(needed, 'job');
  const left = async () => (await Promise.all(['a', 'b'].map((tenant) => readdir(join(folder, tenant))))).flat();
  await uploads.expire(() => false);
  assert.equal((await left()).length, 2);
  aheadMs = 61_000;
  await uploads.expire((id) => id === 'job');
  assert.deepEqual(await left(), [needed.id]);
  await assert.rejects(uploads.find('a', lost.id), { code: 'NOT_FOUND' });
  await uploads.expire(() => false);
  assert.deepEqual(await left(), []);
});
