import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Job } from '../../../src/core/jobs.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const KEY = { tenant: 'lab', name: 'robot', scope: 'read', secretDigest: 'ab', expiresAt: null } as const;

function jobOf(change: Partial<Job> = {}): Job {
  return {
    id: randomUUID(),
    tenant: 'lab',
    kind: 'ingest',
    status: 'queued',
    subject: { name: 'a.vcf' },
    progress: null,
    result: null,
    error: null,
    requestId: 'r1',
    attempts: 0,
    worker: 'here',
    createdAt: new Date(),
    startedAt: null,
    finishedAt: null,
    ...change,
  };
}

describeStores('what the HTTP API keeps', (open) => {
  let t: TestStore;
  before(async () => {
    t = await open();
  });
  after(() => t.close());

  test('should keep a key of a new tenant, find it by its public half and never list its secret', async () => {
    const made = await t.store.keys.add({ ...KEY, id: 'one' });
    assert.deepEqual([made.tenant, made.scope, made.revokedAt], ['lab', 'read', null]);
    assert.equal((await t.store.keys.find('one'))?.secretDigest, 'ab');
    assert.equal(await t.store.keys.find('two'), undefined);
    assert.deepEqual(await t.store.keys.list('lab'), [made]);
    assert.deepEqual(await t.store.keys.list('default'), []);
  });

  test('should revoke a key for good, and only for who owns it', async () => {
    await t.store.keys.add({ ...KEY, id: 'three' });
    await assert.rejects(t.store.keys.revoke('default', 'three'), { code: 'NOT_FOUND' });
    const revoked = await t.store.keys.revoke('lab', 'three');
    assert.ok(revoked.revokedAt instanceof Date);
    assert.deepEqual(await t.store.keys.revoke('lab', 'three'), revoked);
  });

  test('should give a job back as it was saved last, to its tenant alone', async () => {
    const job = jobOf();
    await t.store.jobs.save(job);
    assert.deepEqual(await t.store.jobs.find('lab', job.id), job);
    assert.equal(await t.store.jobs.find('default', job.id), undefined);
    const ended: Job = {
      ...job,
      status: 'failed',
      progress: { variants: 3 },
      error: { code: 'INPUT_FORMAT', message: 'no VCF', retryable: false },
      attempts: 1,
      startedAt: new Date(),
      finishedAt: new Date(),
    };
    await t.store.jobs.save(ended);
    assert.deepEqual(await t.store.jobs.find('lab', job.id), ended);
  });

  test('should list the newest jobs first, page by page, and those that an instance has not finished', async () => {
    const jobs = [0, 1, 2, 3].map((i) =>
      jobOf({ tenant: 'pages', worker: 'there', createdAt: new Date(1_700_000_000_000 + (i >> 1)) }),
    );
    for (const job of jobs) await t.store.jobs.save(job);
    await t.store.jobs.save({ ...jobs[0]!, status: 'running' });
    await t.store.jobs.save({ ...jobs[1]!, status: 'succeeded' });
    const first = await t.store.jobs.list('pages', { limit: 3 });
    const rest = await t.store.jobs.list('pages', { limit: 3, after: first.at(-1)?.id });
    assert.deepEqual(new Set([...first, ...rest].map(({ id }) => id)), new Set(jobs.map(({ id }) => id)));
    assert.ok(first[0]!.createdAt > rest[0]!.createdAt);
    assert.equal((await t.store.jobs.list('pages', { limit: 9, status: 'succeeded' })).length, 1);
    assert.equal((await t.store.jobs.list('pages', { limit: 9, kind: 'prove' })).length, 0);
    assert.equal((await t.store.jobs.unfinished('there')).length, 3);
  });
});
