import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { HomeLock } from '../../src/app/home.ts';
import { Projections } from '../../src/app/projections.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { fileOpeners } from '../support/file-projection.ts';

let rig: TestApp;
let fileId: number;
let folder: string;
let notices: string[];
let place = 0;

before(async () => {
  rig = await openTestApp();
  const input = join(rig.folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: 100, seed: 5 });
  fileId = (await rig.app.ingest(input, INGEST)).receipt.fileId;
});

after(() => rig[Symbol.asyncDispose]());

beforeEach(() => {
  folder = join(rig.folder, `projections-${place++}`);
  notices = [];
});

const onNotice = (text: string) => void notices.push(text);
const projections = (isShared: boolean) =>
  new Projections({
    store: rig.app.store,
    clock: systemClock,
    openers: fileOpeners(isShared),
    folderOf: () => folder,
  });

for (const isShared of [true, false]) {
  const kind = isShared ? 'one that many may read' : 'one that only one process may open';

  test(`should bring ${kind} up to date before it is asked, and only when it is asked`, async () => {
    await using all = projections(isShared);
    assert.deepEqual(await all.existing(), []);
    const contents = await all.use('lancedb', (projection) => projection.contents(fileId));
    assert.ok(contents.rows > 50);
    assert.deepEqual(await all.existing(), ['lancedb']);
  });

  test(`should make ${kind} anew and say so when it cannot be read`, async () => {
    await using all = projections(isShared);
    const before = await all.use('lancedb', (projection) => projection.contents(fileId));
    writeFileSync(join(folder, 'lancedb', 'rows.json'), '{"wat');
    await assert.rejects(
      all.useAsItIs('lancedb', async () => {}),
      { code: 'PROJECTION_DAMAGED' },
    );
    const again = await all.use('lancedb', (projection) => projection.contents(fileId), { onNotice });
    assert.deepEqual(again, before);
    assert.match(notices.join(), /made anew/);
  });

  test(`should leave nothing of ${kind} when it is removed`, async () => {
    await using all = projections(isShared);
    await all.follow('lancedb');
    await all.remove('lancedb');
    assert.deepEqual(readdirSync(folder), ['lancedb.lock']);
    assert.deepEqual(await all.existing(), []);
  });

  test(`should wait for the process that writes ${kind}`, async () => {
    await using all = projections(isShared);
    await all.follow('lancedb');
    await all.remove('lancedb');
    const lock = new HomeLock(folder, 'lancedb');
    setTimeout(() => lock[Symbol.dispose](), 1500);
    await all.follow('lancedb', { onNotice });
    assert.match(notices.join(), /waiting for it/);
    assert.ok(existsSync(join(folder, 'lancedb', 'rows.json')));
  });
}

test('should not wait for a lock when there is nothing to catch up with', async () => {
  await using all = projections(true);
  await all.follow('lancedb');
  using _lock = new HomeLock(folder, 'lancedb');
  const { rows } = await all.use('lancedb', (projection) => projection.contents(fileId));
  assert.ok(rows > 50);
});
