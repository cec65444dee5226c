import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Job } from '../../src/core/jobs.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { beginUpload, sendPiece, serveProcess, standsAt } from '../support/served.ts';

const MIB = 1024 * 1024;
const LARGE_MIB = 192;
/** Of a body of 192 MiB: far less than a third of it may be held. */
const MOST_GROWTH_MIB = 64;
const RECORDS = 5_000;

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'va-large-'));
});
after(() => rm(home, { recursive: true, force: true }));

function blocks(count: number): ReadableStream<Uint8Array> {
  const block = new Uint8Array(MIB).fill(35);
  let left = count;
  return new ReadableStream({
    pull: (controller) => {
      if (left-- > 0) controller.enqueue(block);
      else controller.close();
    },
  });
}

test('should hold little of a large file while it comes', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  const served = await serveProcess(home);
  const place = await beginUpload(served.url, 'large.vcf', (LARGE_MIB + 1) * MIB);
  assert.equal((await sendPiece(place, 0, blocks(16)))?.status, 204);
  const before = served.peakMib();
  assert.equal((await sendPiece(place, 16 * MIB, blocks(LARGE_MIB - 16)))?.status, 204);
  const growth = served.peakMib() - before;
  assert.equal(await standsAt(place), LARGE_MIB * MIB);
  assert.ok(growth < MOST_GROWTH_MIB, `${growth.toFixed(0)} MiB more`);
  assert.equal((await fetch(place, { method: 'DELETE' })).status, 204);
  await served.kill('SIGTERM');
});

test('should go on with an upload when the service was killed half way, and store it once', async () => {
  const lines = Array.from({ length: RECORDS }, (_, i) => `17\t${i + 1}\t.\tA\tC\t50\tPASS\t.\n`).join('');
  const bytes = Buffer.from(`##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n${lines}`);
  const half = bytes.length >> 1;
  const first = await serveProcess(home);
  const begun = await beginUpload(first.url, 'killed.vcf', bytes.length);
  // Half of it comes, and then nothing: the sender waits when the service dies.
  const broken = sendPiece(
    begun,
    0,
    new ReadableStream({ start: (controller) => controller.enqueue(bytes.subarray(0, half)) }),
  );
  while ((await standsAt(begun)) < half);
  await first.kill('SIGKILL');
  assert.equal(await broken, undefined);
  const second = await serveProcess(home);
  const place = new URL(begun.pathname, second.url);
  const offset = await standsAt(place);
  assert.equal(offset, half);
  const done = await sendPiece(place, offset, bytes.subarray(offset));
  assert.equal(done?.status, 204);
  const id = done.headers.get('x-job-id');
  for (let job: Job | undefined; job?.finishedAt == null; ) {
    job = (await (await fetch(`${second.url}/api/v2/jobs/${id}`)).json()) as Job;
    if (job.finishedAt === null) continue;
    assert.equal(job.status, 'succeeded', JSON.stringify(job.error));
    const receipt = job.result?.receipt as Receipt;
    assert.deepEqual([receipt.records, receipt.stored, receipt.duplicates], [RECORDS, RECORDS, 0]);
  }
  await second.kill('SIGTERM');
});
