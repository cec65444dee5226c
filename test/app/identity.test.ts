import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { IngestSummary } from '../../src/app/ingestion.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { twins } from '../support/twins.ts';
import { bgzip, dataLines, HEADER } from '../vcf/reader/fixtures.ts';

const RECORDS = 3000;
const TEXT = `${HEADER}${dataLines(RECORDS).join('\n')}\n`;
let rig: TestApp;
let files = 0;

before(async () => {
  rig = await openTestApp();
});

after(() => rig[Symbol.asyncDispose]());

function fileOf(bytes: Uint8Array | string): string {
  const path = join(rig.folder, `input-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

/** Stops in the middle: some of the file is applied, and a checkpoint says so. */
async function ingestPartly(path: string): Promise<void> {
  const controller = new AbortController();
  const interrupted = rig.app.ingest(path, {
    ...INGEST,
    signal: controller.signal,
    onProgress: ({ variantsApplied }) => {
      if (variantsApplied > 200) controller.abort();
    },
  });
  await assert.rejects(interrupted);
}

async function proves(fileId: number): Promise<boolean> {
  return (await rig.app.prove(fileId)).ok;
}

test('should store both when two files have one length and one CRC-32', async () => {
  const texts = twins(TEXT, 'rs7');
  const paths = await Promise.all(texts.map(async (text) => fileOf(await bgzip(text, { blockBytes: 60_000 }))));
  const receipts = [];
  for (const path of paths) receipts.push((await rig.app.ingest(path, INGEST)).receipt);
  assert.deepEqual(
    receipts.map(({ stored }) => stored),
    [RECORDS, RECORDS],
  );
  for (const { fileId } of receipts) assert.equal(await proves(fileId), true);
  for (const [index, path] of paths.entries()) {
    const { alreadyStored, receipt } = await rig.app.ingest(path, INGEST);
    assert.deepEqual([alreadyStored, receipt.fileId], [true, receipts[index]!.fileId]);
  }
  for (const { fileId } of receipts) await rig.app.deleteFile(fileId);
});

test('should never mix two such files when one of them was stopped in the middle', async () => {
  const [first, second] = twins(TEXT, 'rs7');
  await ingestPartly(fileOf(first));
  const other = fileOf(second);
  await assert.rejects(rig.app.ingest(other, INGEST), { code: 'RECEIPT_UNBALANCED' });
  const [file] = await rig.app.store.files('default');
  await rig.app.deleteFile(file!.fileId);
  const { receipt } = await rig.app.ingest(other, INGEST);
  assert.equal(receipt.stored, RECORDS);
  assert.equal(await proves(receipt.fileId), true);
  await rig.app.deleteFile(receipt.fileId);
});

test('should end with every record when a stopped file goes on as a copy that is packed in another way', async () => {
  await ingestPartly(fileOf(TEXT));
  const { receipt, truncation } = await rig.app.ingest(fileOf(await bgzip(TEXT, { blockBytes: 60_000 })), INGEST);
  assert.deepEqual([receipt.records, truncation], [RECORDS, undefined]);
  assert.equal(await proves(receipt.fileId), true);
  assert.equal((await rig.app.store.files('default')).length, 1);
  await rig.app.deleteFile(receipt.fileId);
});

test('should be a source of its own when a copy is damaged, before or after the sound one', async () => {
  const sound = await bgzip(TEXT, { blockBytes: 60_000 });
  const damaged = Buffer.from(sound);
  damaged[Math.floor(sound.length * 0.7)]! ^= 0x10;
  for (const order of [
    [sound, damaged],
    [damaged, sound],
  ]) {
    const paths = order.map(fileOf);
    const summaries: IngestSummary[] = [];
    for (const path of paths) summaries.push(await rig.app.ingest(path, INGEST));
    for (const [index, path] of paths.entries()) {
      const { receipt, truncation } = summaries[index]!;
      const isDamaged = order[index] === damaged;
      assert.deepEqual([truncation !== undefined, receipt.truncated], [isDamaged, isDamaged]);
      assert.equal(receipt.records === RECORDS, !isDamaged);
      const again = await rig.app.ingest(path, INGEST);
      assert.deepEqual([again.alreadyStored, again.receipt.fileId], [true, receipt.fileId]);
      assert.equal(again.truncation !== undefined, isDamaged);
      assert.equal(await proves(receipt.fileId), true);
    }
    for (const { receipt } of summaries) await rig.app.deleteFile(receipt.fileId);
  }
});
