import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxBatch } from '../../../src/core/outbox.ts';
import type { Watermark } from '../../../src/core/projection.ts';
import { unitOf } from '../../support/envelope.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const LINES = ['17 43044295 rs1 A G 50.5 PASS .', '17 43044300 . AT A . PASS .', 'chrX 5 x;y C T 1e3 . .'];

/** What is told, in words. */
function told({ entries }: OutboxBatch): string[] {
  return entries.map((entry) => {
    const about = entry.kind === 'envelope' ? ` ${entry.stored.firstOrdinal}+${entry.stored.block.count}` : '';
    return `${entry.kind} ${entry.tenant} ${entry.fileId}${about}`;
  });
}

describeStores('the outbox', (open) => {
  let t: TestStore;
  let seen: Watermark | undefined;
  before(async () => {
    t = await open();
    await t.store.ensureTenant('other');
  });
  after(() => t.close());

  const next = async (maxVariants = 1000) => {
    const batch = await t.store.outbox.read(seen, { maxVariants });
    seen = batch.upTo ?? seen;
    return batch;
  };
  /** Waits for what there is: a server's transactions are those of all its databases, and other tests have theirs. */
  const nextThere = async (maxVariants = 1000) => {
    for (;;) {
      const batch = await next(maxVariants);
      if (batch.upTo !== undefined) return batch;
      await sleep(20);
    }
  };

  test('should tell envelopes in order with their contents and files, a batch at a time', async () => {
    await t.store.apply([unitOf(LINES, { samples: [] }), unitOf(LINES, { firstOrdinal: 3 })]);
    await t.store.apply([unitOf(LINES, { tenant: 'other', source: 'b' })]);
    const { entries, variants } = await t.store.outbox.ahead(undefined);
    assert.deepEqual([entries, variants], [3, 9]);
    const first = await nextThere(4);
    assert.deepEqual(told(first).toSorted(), ['envelope default 1 0+3', 'envelope default 1 3+3']);
    assert.equal(first.variants, 6);
    assert.deepEqual([...first.files.keys()], [1]);
    assert.equal(first.files.get(1)?.name, 'a.vcf');
    assert.match(Buffer.from(first.files.get(1)!.header).toString(), /#CHROM/);
    assert.equal((await t.store.outbox.ahead(seen)).entries, 1);
    assert.deepEqual(told(await nextThere()), ['envelope other 2 0+3']);
    const end = await next();
    assert.deepEqual([end.entries, end.upTo], [[], undefined]);
    assert.deepEqual(await t.store.outbox.ahead(seen), { entries: 0, variants: 0, last: undefined });
  });

  test('should tell nothing beyond a transaction that still runs, and all of it in order once that is over', async () => {
    await t.sql('begin');
    await t.sql(`insert into outbox (tenant_id, file_id, kind) values (0, 1, 'analysis')`);
    await t.store.apply([unitOf(LINES, { firstOrdinal: 6 })]);
    assert.deepEqual(told(await next()), []);
    assert.equal((await t.store.outbox.ahead(seen)).entries, 1);
    await t.sql('commit');
    const all: string[] = [];
    while (all.length < 2) all.push(...told(await nextThere()));
    assert.deepEqual(all, ['analysis default 1', 'envelope default 1 6+3']);
  });

  test('should tell of a deleted file that it is deleted, and nothing of its envelopes', async () => {
    await t.store.apply([unitOf(LINES, { source: 'c' })]);
    const fileId = (await t.store.file('default', unitOf(LINES, { source: 'c' }).envelope.source.digest))!.fileId;
    await t.store.deleteFile('default', fileId);
    const batch = await nextThere();
    assert.deepEqual(told(batch), [`deletion default ${fileId}`]);
    assert.deepEqual([...batch.files.keys()], []);
  });
});
