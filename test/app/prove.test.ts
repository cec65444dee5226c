import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeChaosInput } from '../chaos/input.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

let rig: TestApp;
let fileId: number;

before(async () => {
  rig = await openTestApp();
  const input = join(rig.folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: 300, seed: 5 });
  fileId = (await rig.app.ingest(input, INGEST)).receipt.fileId;
});

after(() => rig[Symbol.asyncDispose]());

/** Runs `damage`, expects the proof to fail, runs `repair`, expects it to pass again. */
async function expectFailure(damage: string, repair: string): Promise<void> {
  await rig.sql(damage);
  try {
    const { ok, failures } = await rig.app.prove(fileId);
    assert.equal(ok, false, damage);
    assert.ok(failures[0]!.detail.length > 0);
  } finally {
    await rig.sql(repair);
  }
  assert.deepEqual((await rig.app.prove(fileId)).failures, [], `after: ${repair}`);
}

/** Keeps copies of a table's rows, so that what was damaged can be put back. */
async function keep(table: string): Promise<string> {
  await rig.sql(`drop table if exists kept_${table}; create table kept_${table} as select * from ${table}`);
  const generated = table === 'receipts' ? ' overriding system value' : '';
  return `delete from ${table}; insert into ${table}${generated} select * from kept_${table}`;
}

for (const table of ['variants', 'blocks', 'zones', 'carriers', 'rejected', 'ledger']) {
  test(`should fail when a row of ${table} is deleted by hand`, async () => {
    const repair = await keep(table);
    await expectFailure(`delete from ${table} where ctid = (select ctid from ${table} limit 1)`, repair);
  });
}

test('should fail when a row is doubled by hand', async () => {
  const columns = (await columnsOf('variants')).map(({ name }) => name).filter((name) => name !== 'id');
  const list = columns.join(', ');
  const doubled = `insert into variants (id, ${list}) select id + 100000, ${list} from variants order by id limit 1`;
  await expectFailure(doubled, await keep('variants'));
});

test('should fail when a row takes the place of a deleted one', async () => {
  const damage = `
    with gone as (delete from variants where id = (select max(id) from variants) returning id)
    insert into variants select gone.id as id, v.* from gone, (select * from variants order by id limit 1) v`;
  const columns = (await columnsOf('variants')).map(({ name }) => name).filter((name) => name !== 'id');
  const list = columns.join(', ');
  await expectFailure(
    damage.replace(
      'insert into variants select gone.id as id, v.*',
      `insert into variants (id, ${list}) select gone.id, ${list}`,
    ),
    await keep('variants'),
  );
});

async function columnsOf(table: string): Promise<{ name: string; type: string }[]> {
  const rows = await rig.sql(
    'select column_name as name, data_type as type from information_schema.columns where table_name = $1 order by ordinal_position',
    [table],
  );
  return rows as { name: string; type: string }[];
}

/** Another value of the column's type than the one that stands there. */
function otherValue(name: string, type: string): string {
  if (type === 'bytea') return `set_byte(${name}, 0, get_byte(${name}, 0) # 1)`;
  if (type === 'ARRAY') return `coalesce(${name}, '{}') || 'CHANGED'::text`;
  if (type === 'json') return `(jsonb_set(${name}::jsonb, '{text}', '"changed"'))::json`;
  if (type.startsWith('text')) return `coalesce(${name}, '') || 'x'`;
  return `coalesce(${name}, 0) + 1`;
}

/** Not about what was stored: when and through which log it came. */
const NOT_CONTENT = ['applied_at', 'created_at', 'platform', 'topic', 'partition', 'offset'];

for (const table of ['variants', 'blocks', 'zones', 'carriers', 'rejected', 'ledger', 'samples']) {
  test(`should fail when any column of ${table} is changed by hand`, async () => {
    const repair = await keep(table);
    const columns = (await columnsOf(table)).filter(({ name }) => !NOT_CONTENT.includes(name));
    assert.ok(columns.length > 3);
    const missed: string[] = [];
    for (const { name, type } of columns) {
      // The last row: adding one to a key cannot meet its neighbour.
      const change = `set "${name}" = ${otherValue(`"${name}"`, type)} where ctid = (select max(ctid) from ${table})`;
      const refused = await rig.sql(`update ${table} ${change}`).then(
        () => false,
        (error) => /foreign key|duplicate key/.test(error.message),
      );
      if (!refused && (await rig.app.prove(fileId).catch(() => ({ ok: false }))).ok) missed.push(name);
      await rig.sql(repair);
    }
    assert.deepEqual(missed, []);
    assert.deepEqual((await rig.app.prove(fileId)).failures, []);
  });
}

test('should fail when the header of a file is changed by hand', async () => {
  await rig.sql('create table kept_header as select header from files');
  await expectFailure(
    `update files set header = header || '\\x0a'::bytea`,
    'update files set header = (select header from kept_header)',
  );
});

test('should fail when the receipt claims another input', async () => {
  const change = (key: string, by: number) =>
    `update receipts set receipt = (jsonb_set(receipt::jsonb, '{${key}}', to_jsonb((receipt->>'${key}')::int + ${by})))::json`;
  for (const key of ['input', 'stored', 'rejected']) await expectFailure(change(key, 1), change(key, -1));
});

test('should fail when there is no receipt', async () => {
  await expectFailure('delete from receipts', await keep('receipts'));
});

test('should prove a file whose header ends in a tab, which names one more sample', async () => {
  const input = join(rig.folder, 'tab.vcf');
  const columns = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', 'NA1', ''];
  const record = ['1', '10', '.', 'A', 'G', '.', '.', '.', 'GT', '0/1'];
  await writeFile(input, `##fileformat=VCFv4.2\n${columns.join('\t')}\n${record.join('\t')}\n`);
  const { receipt } = await rig.app.ingest(input, INGEST);
  assert.equal(receipt.rejected, 1);
  assert.deepEqual((await rig.app.prove(receipt.fileId)).failures, []);
});
