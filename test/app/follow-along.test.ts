import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { App } from '../../src/app/app.ts';
import { namesIn } from '../../src/app/follow-along.ts';
import { storeFolders } from '../../src/app/home.ts';
import { connect } from '../../src/stores/lancedb/native.ts';
import { VARIANTS_TABLE } from '../../src/stores/lancedb/schema.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { eventually } from '../cli/eventually.ts';
import { INGEST, openTestApp } from '../support/app.ts';

test('should name the projections of the setting, and none when it is lazy or left out', () => {
  assert.deepEqual(['lancedb', 'graph,lancedb', 'lazy', ''].map(namesIn), [['lancedb'], ['lancedb', 'graph'], [], []]);
  assert.deepEqual(namesIn(undefined), []);
});

test('should keep a projection up to date beside the store while a worker runs, and only when it is asked to', async () => {
  await using rig = await openTestApp();
  const home = join(rig.folder, 'home');
  const stop = new AbortController();
  await using worker = await App.open({ ...rig.options, projections: 'lancedb' });
  const working = worker.consume({ untilDrained: false, signal: stop.signal });
  const input = join(rig.folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: 100, seed: 5 });
  const { receipt } = await rig.app.ingest(input, INGEST);
  const folder = join(storeFolders(home, await rig.app.store.identity()).projections, 'lancedb');
  const looking = eventually(async () => {
    const db = await connect(folder);
    const table = await db.openTable(VARIANTS_TABLE);
    assert.equal(await table.countRows(), receipt.stored);
  }, 30_000);
  await looking.finally(async () => {
    stop.abort();
    await working;
  });
});

test('should have brought it up to date when a worker ends that was to drain the log', async () => {
  await using rig = await openTestApp();
  const input = join(rig.folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: 100, seed: 5 });
  await rig.app.ingest(input, INGEST);
  assert.deepEqual(await rig.app.projections.existing(), []);
  await using worker = await App.open({ ...rig.options, projections: 'lancedb' });
  await worker.consume({ untilDrained: true });
  assert.deepEqual(await rig.app.projections.existing(), ['lancedb']);
});
