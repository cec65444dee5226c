import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HomeLock } from '../../src/app/home.ts';
import type { Job } from '../../src/core/jobs.ts';
import { openTestApi, SMALL_VCF, type TestApi } from '../support/api.ts';

let t: TestApi;
before(async () => {
  t = await openTestApi();
});
after(() => t[Symbol.asyncDispose]());

const post = { method: 'POST' };

test('should cancel a job that waits, begin it again, and refuse both for one that is over', async () => {
  const lock = new HomeLock(t.own.rig.options.home);
  const job = await t.json<Job>('/files?name=a.vcf', {
    ...post,
    body: SMALL_VCF,
    headers: { 'X-Request-Id': 'asked' },
  });
  assert.deepEqual([job.kind, job.requestId, job.subject.name], ['ingest', 'asked', 'a.vcf']);
  assert.equal((await t.ask(`/jobs/${job.id}/retry`, post)).status, 409);
  const cancelled = await t.ask(`/jobs/${job.id}/cancel`, post);
  assert.equal(cancelled.status, 202);
  assert.equal((await t.ended(job)).status, 'cancelled');
  assert.equal((await t.ask(`/jobs/${job.id}/cancel`, post)).status, 409);
  lock[Symbol.dispose]();
  assert.equal((await t.ask(`/jobs/${job.id}/retry`, post)).status, 202);
  const ended = await t.ended(job);
  assert.deepEqual([ended.status, ended.attempts], ['succeeded', 2]);
  assert.equal((await t.ask(`/jobs/${job.id}/retry`, post)).status, 409);
});

test('should list jobs by what became of them, the newest first', async () => {
  await t.ended(await t.json<Job>('/files?name=none.vcf', { ...post, body: 'no VCF' }));
  type Page = { items: Job[]; next: string | null };
  const failed = await t.json<Page>('/jobs?status=failed');
  assert.deepEqual(
    failed.items.map(({ error }) => error?.code),
    ['INPUT_FORMAT'],
  );
  const first = await t.json<Page>('/jobs?limit=1&kind=ingest');
  assert.equal(first.items[0]?.status, 'failed');
  const rest = await t.json<Page>(`/jobs?limit=1&kind=ingest&cursor=${first.next}`);
  assert.deepEqual([rest.items[0]?.status, rest.next], ['succeeded', null]);
  assert.ok(!('worker' in rest.items[0]!) && !('tenant' in rest.items[0]!));
});
