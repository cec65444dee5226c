import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { SourceReader } from '../../src/ingest/source-reader.ts';
import { Preparer } from '../../src/vcf/preparer.ts';
import { writeChaosInput } from '../chaos/input.ts';

const PLAN = { batchSize: 50, split: 'bcftools', reference: null } as const;
const RECORDS = 400;
let folder: string;
let input: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vcf-agent-reader-'));
  input = join(folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: RECORDS, seed: 3 });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const requestFor = (path: string, plan: { batchSize: number; split: 'bcftools'; reference: string | null } = PLAN) => ({
  path,
  lineBytes: 1 << 20,
  tenant: 'default',
  source: { digest: 'ab'.repeat(32), kind: 'file' as const, name: 'trio', bytes: 1, plan },
  compressionLevel: 1,
  reference: undefined,
  from: undefined,
});

test('should give what a consumer would make of the message itself, in order, whoever is slow', async () => {
  await using reader = new SourceReader();
  const opened = await reader.read(requestFor(input));
  const preparer = new Preparer();
  let next = 0;
  let variants = 0;
  for await (const { prepared, body } of opened.envelopes({})) {
    const decoded = preparer.prepare(decodeEnvelope(body));
    const { envelope } = prepared;
    assert.equal(envelope.firstOrdinal, next);
    assert.equal(envelope.firstVariant, variants);
    next = envelope.lastOrdinal + 1;
    variants += envelope.block.count;
    assert.equal(decoded.envelope.contentDigest, envelope.contentDigest);
    assert.deepEqual(decoded.envelope.block.ordinals, envelope.block.ordinals);
    assert.deepEqual(decoded.envelope.block.alleles, envelope.block.alleles);
    assert.deepEqual(decoded.annotations.overrides, prepared.annotations.overrides);
    assert.deepEqual(decoded.carriers, prepared.carriers);
    assert.deepEqual(decoded.sampleNames, prepared.sampleNames);
    assert.deepEqual(Buffer.from(decoded.envelope.packed.bytes), Buffer.from(envelope.packed.bytes));
  }
  assert.equal(next, RECORDS);
  assert.ok(variants > RECORDS);
  assert.equal(opened.truncation, undefined);
});

test('should fail with the code of what is wrong when the file cannot be read', async () => {
  const notVcf = join(folder, 'text.vcf');
  writeFileSync(notVcf, 'hello\n');
  for (const [path, code] of [
    [join(folder, 'absent.vcf'), 'INPUT_NOT_FOUND'],
    [folder, 'INPUT_IS_DIRECTORY'],
    [notVcf, 'INPUT_FORMAT'],
  ] as const) {
    await using reader = new SourceReader();
    await assert.rejects(reader.read(requestFor(path)), { code });
  }
  await using reader = new SourceReader();
  const planned = requestFor(input, { ...PLAN, reference: 'cd'.repeat(32) });
  await assert.rejects(reader.read(planned), { code: 'OPTION_CONFLICT' });
});

test('should stop at once when its signal aborts, and leave no thread behind when it is closed', async () => {
  await using reader = new SourceReader();
  const controller = new AbortController();
  const opened = await reader.read(requestFor(input), { signal: controller.signal });
  const taken: number[] = [];
  await assert.rejects(async () => {
    for await (const { prepared } of opened.envelopes({ signal: controller.signal })) {
      taken.push(prepared.envelope.firstOrdinal);
      if (taken.length === 2) controller.abort(new Error('enough'));
    }
  }, /enough/);
  assert.deepEqual(taken, [0, 50]);
});
