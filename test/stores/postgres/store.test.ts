import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { blockColumns, contentDigest } from '../../../src/codec/content.ts';
import type { StoredEnvelope } from '../../../src/core/ports.ts';
import type { RejectedRecord } from '../../../src/core/problem.ts';
import type { Receipt } from '../../../src/core/receipt.ts';
import { linesOf } from '../../support/block.ts';
import { digestOf, unitOf } from '../../support/envelope.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const LINES = [
  '17 43044295 rs1 A G 50.5 PASS AF=0.01;DP=30 GT:DP 0/1:12 0/0:9 1/1:7',
  '17 43044300 . AT A . q10;s50 DB GT 0|0 1|0 .',
  'chrX 5 x;y C <DEL> 1e3 . END=105;SVTYPE=DEL GT:AD . ./. 1:3',
];
const SAMPLES = ['NA1', 'NA2', 'NA3'];

const REJECTED: RejectedRecord = {
  ordinal: 3,
  problem: {
    code: 'POS_NOT_INTEGER',
    severity: 'error',
    line: 12,
    column: 6,
    field: 'POS',
    message: '"\0x" is no POS',
  },
  text: 'chr1\tnul \0 and half a pair \ud83d and \\ and \u{1f9ec}',
};

function receiptOf(fileId: number, stored = 3): Receipt {
  const empty = { inputDigest: '0', storeDigest: '0', warnings: {}, truncated: false, startedAt: '', finishedAt: '' };
  const counts = { records: 3, input: 3, stored, duplicates: 3 - stored, rejected: 0 };
  const digests = { sourceDigest: digestOf('a'), contentDigest: digestOf('text of a') };
  return { tenant: 'default', ...digests, sourceName: 'a.vcf', fileId, ...counts, ...empty };
}

async function collect(envelopes: AsyncIterable<StoredEnvelope>): Promise<StoredEnvelope[]> {
  const all: StoredEnvelope[] = [];
  for await (const envelope of envelopes) all.push(envelope);
  return all;
}

describeStores('PostgresStore', (open) => {
  let t: TestStore;
  before(async () => {
    t = await open();
  });
  after(() => t.close());
  afterEach(async () => {
    for (const { fileId } of await t.store.files('default')) await t.store.deleteFile('default', fileId);
  });

  const fileOf = async (source = 'a') => {
    const file = await t.store.file('default', digestOf(source));
    assert.ok(file);
    return file;
  };
  const countOf = async (table: string) => Number((await t.sql(`select count(*) as n from ${table}`))[0]?.n);

  test('should tell which envelopes the ledger has, of one tenant only', async () => {
    const [first, second] = [
      unitOf(LINES, { samples: SAMPLES }),
      unitOf(LINES, { samples: SAMPLES, firstOrdinal: 50 }),
    ];
    const ids = [first.envelope.id, second.envelope.id];
    assert.deepEqual(await t.store.applied('default', ids), []);
    await t.store.apply([first]);
    assert.deepEqual(await t.store.applied('default', ids), [ids[0]]);
    assert.deepEqual(await t.store.applied('default', []), []);
    assert.deepEqual(await t.store.applied('nobody', ids), []);
  });

  test('should give back the same bytes, typed columns, carriers and rejected records when an envelope was applied', async () => {
    const annotations = [
      {
        gene: 'BRCA1',
        genes: 'BRCA1,NBR2',
        hgvs_p: 'p.Gly1=é\\',
        af: '2.5e-04',
        stars: '3',
        clinsig: 'Likely_pathogenic',
      },
      { cadd: '25.1', condition: 'Not "quite", {so}\\N' },
    ];
    const unit = unitOf(LINES, { samples: SAMPLES, rejected: [REJECTED], annotations });
    assert.deepEqual(await t.store.apply([unit]), [{ envelopeId: unit.envelope.id, applied: true }]);
    const file = await fileOf();
    const [stored, ...others] = await collect(t.store.envelopes(file.fileId));
    assert.ok(stored);
    assert.equal(others.length, 0);
    assert.deepEqual(linesOf(stored.block), linesOf(unit.envelope.block));
    assert.deepEqual(stored.carriers, unit.carriers);
    assert.deepEqual(stored.rejected, [REJECTED]);
    const { header } = unit.envelope;
    const { block, rejected } = stored;
    const digest = contentDigest({ header, count: block.count, columns: blockColumns(block), rejected });
    assert.equal(digest, unit.envelope.contentDigest);
    assert.deepEqual(stored.annotations.slice(0, 14), [
      ...['BRCA1', 'BRCA1,NBR2', null, null, null, null, 'p.Gly1=é\\', 'Likely_pathogenic', '3', null],
      ...['0.00025', null, null, null],
    ]);
    assert.deepEqual([stored.annotations[14 + 9], stored.annotations[14 + 11]], ['Not "quite", {so}\\N', '25.1']);
    assert.deepEqual(
      { variants: file.variants, rejected: file.rejected, status: file.status, sampleNames: file.sampleNames },
      { variants: 3, rejected: 1, status: 'ingesting', sampleNames: SAMPLES },
    );
    assert.equal(Buffer.compare(file.header, header), 0);
    assert.equal(await t.store.strayRows(file.fileId), 0);
  });

  test('should keep every byte of a field when it holds what a text COPY would have to escape', async () => {
    const lines = [
      '1\t5\ta\\b\tA\tG\t.\t\\N\tX=\\.;Y=\r;Z=\u{1f9ec} \u00a0\tGT:\tx\\\t1/1',
      '1\t6\t\tA\tG\t\t\t\tGT\t',
    ];
    const unit = unitOf(lines, { samples: ['s', 't'] });
    await t.store.apply([unit]);
    const [stored] = await collect(t.store.envelopes((await fileOf()).fileId));
    assert.ok(stored);
    assert.deepEqual(linesOf(stored.block), lines);
  });

  test('should give back rows longer than a chunk or a page, and a thousand envelopes in one call', async () => {
    const long = `1 1 . A G . . X=${'ACGT'.repeat(200_000)} GT ${'0/1 '.repeat(2_999)}1/1`;
    const samples = Array.from({ length: 3_000 }, (_, i) => `s${i}`);
    const units = [unitOf([long, '1 2 . A G . . . GT 0/0', long], { samples })];
    for (let i = 0; i < 1_000; i++) units.push(unitOf(['1 5 . A G . . .'], { samples, firstOrdinal: 3 + i }));
    await t.store.apply(units);
    const stored = await collect(t.store.envelopes((await fileOf()).fileId));
    assert.equal(stored.length, 1_001);
    assert.deepEqual(stored[0] && linesOf(stored[0].block), linesOf(units[0]!.envelope.block));
    assert.deepEqual(stored[0]?.carriers, units[0]!.carriers);
  });

  test('should write nothing twice when an envelope comes again, and only move the position', async () => {
    const unit = unitOf(LINES, { samples: SAMPLES, partition: 99, offset: 5n });
    await t.store.apply([unit, unit]);
    const again = await t.store.apply([unitOf(LINES, { samples: SAMPLES, partition: 99, offset: 9n })]);
    assert.deepEqual(again, [{ envelopeId: unit.envelope.id, applied: false }]);
    assert.deepEqual([await countOf('variants'), await countOf('ledger'), await countOf('carriers')], [3, 1, 3]);
    assert.equal(await countOf("outbox where kind = 'envelope'"), 1);
    const offset = async () => (await t.store.positions('test', 'postgres')).find((p) => p.partition === 99)?.offset;
    assert.equal(await offset(), 9n);
    await t.store.apply([unitOf(LINES, { samples: SAMPLES, partition: 99, offset: 2n })]);
    assert.equal(await offset(), 9n);
  });

  test('should store each envelope once when several appliers have the same ones in different orders', async () => {
    const units = Array.from({ length: 12 }, (_, i) =>
      unitOf(LINES, { samples: SAMPLES, firstOrdinal: i * 3, partition: i % 4, source: i % 2 === 0 ? 'a' : 'b' }),
    );
    const other = await t.open();
    const calls = [t.store, other, t.store, other].map((store, turn) =>
      Promise.all([0, 1, 2].map((part) => store.apply([...units.slice(part * turn), ...units.slice(0, part * turn)]))),
    );
    const outcomes = (await Promise.all(calls)).flat(2);
    await other.close();
    assert.equal(outcomes.filter(({ applied }) => applied).length, 12);
    assert.equal(await countOf('variants'), 36);
    assert.equal((await t.store.files('default')).length, 2);
  });

  test('should write nothing at all when one envelope of a call cannot be written', async () => {
    const good = unitOf(LINES, { samples: SAMPLES, firstOrdinal: 0 });
    const bad = unitOf(LINES, { samples: SAMPLES, firstOrdinal: 3, firstVariant: 1 });
    await assert.rejects(t.store.apply([good, bad]), { code: 'DATABASE_ERROR', retryable: false });
    assert.equal(await countOf('ledger'), 0);
    assert.equal(await countOf('variants'), 0);
    assert.deepEqual(await t.store.apply([good]), [{ envelopeId: good.envelope.id, applied: true }]);
  });

  test('should refuse an envelope that was cut by another plan than the stored file', async () => {
    await t.store.apply([unitOf(LINES, { samples: SAMPLES })]);
    const other = unitOf(LINES, { samples: SAMPLES, firstOrdinal: 3, plan: { split: 'vt' } });
    await assert.rejects(t.store.apply([other]), { code: 'OPTION_CONFLICT' });
  });

  test('should take an envelope of rejected records only', async () => {
    await t.store.apply([unitOf([], { rejected: [REJECTED], firstOrdinal: 3, firstVariant: 0 })]);
    await t.store.apply([unitOf(LINES, { samples: SAMPLES, firstOrdinal: 4, firstVariant: 0 })]);
    const { fileId } = await fileOf();
    const stored = await collect(t.store.envelopes(fileId));
    assert.deepEqual(
      stored.map(({ block, rejected, carriers }) => [block.count, rejected.length, carriers.samples.length]),
      [
        [0, 1, 0],
        [3, 0, 3],
      ],
    );
    assert.equal(await t.store.strayRows(fileId), 0);
    assert.deepEqual(
      (await t.store.ledger('default', fileId)).map(({ firstOrdinal, lastOrdinal }) => [firstOrdinal, lastOrdinal]),
      [
        [3, 3],
        [4, 6],
      ],
    );
  });

  test('should read the envelopes of a file in ordinal order, of one moment, when others write meanwhile', async () => {
    for (const i of [2, 0, 1]) await t.store.apply([unitOf(LINES, { samples: SAMPLES, firstOrdinal: i * 3 })]);
    const { fileId } = await fileOf();
    const seen: number[] = [];
    for await (const { firstOrdinal } of t.store.envelopes(fileId)) {
      if (seen.length === 0) await t.store.apply([unitOf(LINES, { samples: SAMPLES, firstOrdinal: 9 })]);
      seen.push(firstOrdinal);
    }
    assert.deepEqual(seen, [0, 3, 6]);
  });

  test('should give a null where a number is none that the column can hold', async () => {
    const annotations = ['nan', '1e99', '-', '1,2', '.'].map((af) => ({ af, stars: '99999' }));
    const lines = annotations.map((_, i) => `1 ${i + 1} . A G ${['1e999', 'x', '-inf', '0x1', '1e-60'][i]} . .`);
    await t.store.apply([unitOf(lines, { annotations })]);
    const rows = await t.sql('select af, stars, qual from variants order by id');
    assert.deepEqual(
      rows.map(({ af, stars }) => [af, stars]),
      annotations.map(() => [null, null]),
    );
    assert.deepEqual(
      rows.map(({ qual }) => qual),
      [null, null, null, null, 0],
    );
    const { rows: found } = await t.store.query(undefined, { tenant: 'default', limit: 1 });
    assert.equal(found[0]?.qual, '1e999');
  });

  test('should count rows that no ledger entry accounts for', async () => {
    await t.store.apply([unitOf(LINES, { samples: SAMPLES, rejected: [REJECTED] })]);
    const { fileId } = await fileOf();
    const columns = (await t.sql(`select column_name from information_schema.columns where table_name = 'variants'`))
      .map(({ column_name }) => column_name as string)
      .filter((name) => name !== 'id');
    const copy = `insert into variants (id, ${columns}) select id + 1000, ${columns} from variants where pos = 5`;
    for (const [harm, repair] of [
      [copy, 'delete from variants where id % 4294967296 >= 1000'],
      ['update variants set batch = 1 where pos = 5', 'update variants set batch = 0'],
      ['update variants set tenant_id = 7 where pos = 5', 'update variants set tenant_id = 0'],
      ['update variants set file_id = file_id + 1 where pos = 5', `update variants set file_id = ${fileId}`],
      [
        'insert into carriers select tenant_id, file_id, 99, sample, carried from carriers where sample = 1',
        'delete from carriers where first_variant = 99',
      ],
      [
        'insert into rejected select tenant_id, file_id, first_ordinal, 5, ordinal, line, code, record from rejected',
        'delete from rejected where number = 5',
      ],
      ['update blocks set variant_count = 4', 'update blocks set variant_count = 3'],
      ['update zones set last_pos = last_pos + 1', 'update zones set last_pos = last_pos - 1'],
      [`update samples set name = 'x' where sample = 1`, `update samples set name = 'NA2' where sample = 1`],
    ] as const) {
      await t.sql(harm);
      assert.ok((await t.store.strayRows(fileId)) > 0, harm);
      await t.sql(repair);
      assert.equal(await t.store.strayRows(fileId), 0, repair);
    }
  });

  test('should give a row back no more when a column that follows from its line was changed', async () => {
    await t.store.apply([unitOf(LINES, { samples: SAMPLES })]);
    const { fileId } = await fileOf();
    for (const [harm, repair] of [
      ['update variants set end_pos = end_pos + 1 where pos = 5', 'update variants set end_pos = 105 where pos = 5'],
      ['update variants set qual = null where pos = 5', 'update variants set qual = 1000 where pos = 5'],
      ['update variants set qual = 3 where qual is null', 'update variants set qual = null where qual = 3'],
    ] as const) {
      await t.sql(harm);
      assert.equal((await collect(t.store.envelopes(fileId)))[0]?.block.count, 2, harm);
      await t.sql(repair);
      assert.equal((await collect(t.store.envelopes(fileId)))[0]?.block.count, 3, repair);
    }
  });

  test('should keep receipts in order and mark the file complete', async () => {
    await t.store.apply([unitOf(LINES, { samples: SAMPLES })]);
    const { fileId } = await fileOf();
    await t.store.saveReceipt(receiptOf(fileId));
    await t.store.saveReceipt(receiptOf(fileId, 0));
    assert.deepEqual(await t.store.receipts('default', fileId), [receiptOf(fileId), receiptOf(fileId, 0)]);
    assert.equal((await fileOf()).status, 'complete');
    await assert.rejects(t.store.saveReceipt(receiptOf(fileId + 1)), { code: 'NOT_FOUND' });
    await assert.rejects(t.store.saveReceipt({ ...receiptOf(fileId), tenant: 'other' }), { code: 'NOT_FOUND' });
  });

  test('should leave nothing of a deleted file but an outbox entry, and never use its id again', async () => {
    await t.store.apply([unitOf(LINES, { samples: SAMPLES, rejected: [REJECTED] }), unitOf(LINES, { source: 'b' })]);
    const { fileId } = await fileOf();
    await t.store.saveReceipt(receiptOf(fileId));
    await assert.rejects(t.store.deleteFile('other', fileId), { code: 'NOT_FOUND' });
    assert.deepEqual(await t.store.deleteFile('default', fileId), { variants: 3 });
    for (const table of [
      'files',
      'variants',
      'blocks',
      'zones',
      'carriers',
      'ledger',
      'rejected',
      'receipts',
      'samples',
    ]) {
      assert.equal(await countOf(`${table} where file_id = ${fileId}`), 0, table);
    }
    assert.deepEqual(await t.sql(`select kind from outbox where file_id = ${fileId}`), [{ kind: 'deletion' }]);
    assert.equal(await countOf('variants'), 3);
    await t.store.apply([unitOf(LINES, { samples: SAMPLES })]);
    assert.ok((await fileOf()).fileId > fileId);
  });

  test('should not know a file or a tenant that is not there', async () => {
    assert.equal(await t.store.file('default', digestOf('nothing')), undefined);
    assert.deepEqual(await t.store.files(`x' or '1'='1`), []);
    await assert.rejects(t.store.apply([unitOf(LINES, { tenant: 'other' })]), { code: 'NOT_FOUND' });
    await assert.rejects(t.store.deleteFile('default', 12345), { code: 'NOT_FOUND' });
    assert.deepEqual(await collect(t.store.envelopes(12345)), []);
  });

  test('should refuse to write when opened read only', async () => {
    const reader = await t.open({ readonly: true });
    await assert.rejects(reader.apply([unitOf(LINES)]), { code: 'DATABASE_ERROR' });
    assert.deepEqual(await reader.files('default'), []);
    await reader.close();
  });

  test('should stop with ABORTED when the signal has fired, before or while it runs', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(t.store.apply([unitOf(LINES)], { signal }), { code: 'ABORTED' });
    await assert.rejects(t.store.query(undefined, { tenant: 'default', limit: 1, signal }), { code: 'ABORTED' });
    await t.sql('begin');
    await t.sql('lock table ledger');
    const controller = new AbortController();
    const applying = t.store.apply([unitOf(LINES)], { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await assert.rejects(applying, { code: 'ABORTED' });
    await t.sql('rollback');
    assert.equal(await countOf('variants'), 0);
  });
});
