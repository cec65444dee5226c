import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { unitOf } from '../../support/envelope.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const LINES = ['17 43044295 rs1 A G 50.5 PASS .', '17 43044300 . AT A . PASS .', 'chrX 5 x;y C T 1e3 . .'];

describeStores('entries of the ledger', (open) => {
  let t: TestStore;
  before(async () => {
    t = await open();
    await t.store.ensureTenant('other');
  });
  after(() => t.close());

  test('should say where an envelope came from when its id, or a row that it brought, is given', async () => {
    const first = unitOf(LINES, { partition: 3, offset: 41n });
    const second = unitOf(LINES, { firstOrdinal: 3, partition: 3, offset: 42n });
    await t.store.apply([first, second]);
    const [byId, ...others] = await t.store.entries('default', { idPrefix: second.envelope.id.slice(0, 12) });
    assert.deepEqual(others, []);
    assert.equal(byId?.envelopeId, second.envelope.id);
    assert.deepEqual(byId.position, { platform: 'embedded', topic: 'test', partition: 3, offset: 42n });
    assert.equal(byId.fileName, 'a.vcf');
    assert.ok(Math.abs(byId.appliedAt.getTime() - Date.now()) < 60_000);
    const { rows } = await t.store.query(undefined, { tenant: 'default', limit: 10 });
    const carriers = await Promise.all(rows.map(({ id }) => t.store.entries('default', { rowId: id })));
    assert.deepEqual(
      carriers.map((entries) => entries.map(({ envelopeId }) => envelopeId)),
      rows.map(({ ordinal }) => [(ordinal < 3 ? first : second).envelope.id]),
    );
    const [row] = rows;
    assert.deepEqual(await t.store.entries('default', { rowId: (row?.id ?? 0n) + 1000n }), []);
  });

  test('should keep to the tenant', async () => {
    assert.deepEqual(await t.store.entries('other', { idPrefix: '' }), []);
    assert.equal((await t.store.entries('default', { idPrefix: '' })).length, 2);
    assert.deepEqual(await t.store.entries('default', { idPrefix: 'zz' }), []);
  });
});
