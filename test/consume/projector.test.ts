import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { follow } from '../../src/consume/projector.ts';
import { proveProjection } from '../../src/consume/prove-projection.ts';
import { unitOf } from '../support/envelope.ts';
import { FileProjection } from '../support/file-projection.ts';
import { describeStores, type TestStore } from '../support/stores.ts';

const LINES = ['17 43044295 rs1 A G 50.5 PASS .', '17 43044300 . AT A . PASS .', 'chrX 5 x;y C T 1e3 . .'];

describeStores('following the store', (open) => {
  let t: TestStore;
  let folder: string;
  let projection: FileProjection;
  before(async () => {
    t = await open();
    for (let i = 0; i < 6; i++) await t.store.apply([unitOf(LINES, { firstOrdinal: 3 * i })]);
    await t.store.apply([unitOf(LINES, { source: 'b' })]);
  });
  after(() => t.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-projector-'));
    projection = new FileProjection(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const ports = () => ({ outbox: t.store.outbox, projection, clock: systemClock });
  const proofs = async () =>
    await Promise.all((await t.store.files('default')).map((file) => proveProjection(t.store, file, projection)));

  test('should apply everything once, in batches, when there is a projection with nothing in it', async () => {
    const seen: number[][] = [];
    const summary = await follow(ports(), { onProgress: (...counts) => seen.push(counts) });
    assert.deepEqual(summary, { entries: 7, variants: 21, isComplete: true });
    assert.deepEqual(
      seen,
      [6, 12, 18, 21].map((done) => [done, 21]),
    );
    assert.deepEqual(await follow(ports()), { entries: 0, variants: 0, isComplete: true });
    assert.equal(projection.applied.length, 7);
    assert.deepEqual(
      (await proofs()).map(({ ok, held }) => [ok, held.rows]),
      [
        [true, 18],
        [true, 3],
      ],
    );
  });

  test('should go on where it was when it failed between two batches, and end as one that never failed', async () => {
    let batches = 0;
    projection.beforeKeeping = () => {
      if (++batches === 3) throw new Error('the disk is gone');
    };
    await assert.rejects(follow(ports()), /the disk is gone/);
    projection.beforeKeeping = () => {};
    const { variants } = await follow(ports());
    assert.equal(variants, 21 - 2 * 6);
    assert.ok((await proofs()).every(({ ok }) => ok));
  });

  test('should stop between two batches when its signal says so', async () => {
    const stop = new AbortController();
    projection.beforeKeeping = () => stop.abort(new Error('enough'));
    await assert.rejects(follow(ports(), { signal: stop.signal }), { code: 'ABORTED' });
    assert.notEqual(await projection.watermark(), undefined);
  });

  test('should wait for an older transaction that still runs, and then have what it wrote', async () => {
    await t.sql('begin');
    await t.sql(`insert into outbox (tenant_id, file_id, kind) values (0, 1, 'analysis')`);
    await t.store.apply([unitOf(LINES, { firstOrdinal: 18 })]);
    const following = follow(ports());
    setTimeout(() => void t.sql('commit'), 100);
    assert.deepEqual(await following, { entries: 9, variants: 24, isComplete: true });
    assert.deepEqual(projection.applied.slice(-2), ['analysis 1', 'envelope 1']);
  });

  test('should drop a file that was deleted, and prove the rest', async () => {
    await follow(ports());
    const [, file] = await t.store.files('default');
    await t.store.deleteFile('default', file!.fileId);
    await follow(ports());
    assert.equal((await projection.contents(file!.fileId)).rows, 0);
    assert.deepEqual(
      (await proofs()).map(({ ok }) => ok),
      [true],
    );
  });
});
