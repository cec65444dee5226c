import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { VcfAgentError } from '../../../src/core/errors.ts';
import { identifySource } from '../../../src/vcf/source-identity.ts';
import { bgzfBlock } from '../../../src/vcf/writer/bgzf.ts';
import {
  bgzip,
  dataLines,
  HEADER,
  linesOf,
  readBatches,
  readLines,
  temporaryFolder,
  writeTemporary,
} from './fixtures.ts';
import type { ChildReport } from './read-child.ts';

const folder = temporaryFolder();
const LINES = dataLines(2000);
const TEXT = `${HEADER}${LINES.join('\n')}\n`;
const CHILD = join(import.meta.dirname, 'read-child.ts');
const MAX_MEGABYTES = 512;

interface Reading {
  readonly lines: readonly string[];
  readonly rejected: readonly string[];
  readonly truncation: string | undefined;
}

async function readAll(bytes: Uint8Array): Promise<Reading> {
  const batches = await readBatches(writeTemporary(folder, bytes), { maxRecords: 300 });
  return {
    lines: batches.flatMap(({ block }) => linesOf(block)),
    rejected: batches.flatMap(({ rejected }) => rejected.map(({ problem }) => problem.code)),
    truncation: batches.at(-1)!.truncation?.code,
  };
}

/** What came before the damage stands, in order, and at most the line that was cut is rejected. */
function assertPrefix({ lines, rejected }: Reading): void {
  assert.deepEqual(lines, LINES.slice(0, lines.length));
  assert.ok(lines.length < LINES.length);
  assert.ok(rejected.length <= 1 && rejected.every((code) => code === 'LINE_TRUNCATED'), rejected.join());
}

describe('a damaged container', () => {
  test('should be told when BGZF is cut inside a block', async () => {
    const bytes = await bgzip(TEXT);
    for (const size of [bytes.length - 1, bytes.length - 40, bytes.length >> 1]) {
      const reading = await readAll(bytes.subarray(0, size));
      assert.equal(reading.truncation, 'BGZF_TRUNCATED');
      if (size < bytes.length - 28) assertPrefix(reading);
    }
  });

  test('should be told when BGZF is cut on the edge of a block', async () => {
    const whole = await readAll(await bgzip(TEXT, { marker: false }));
    assert.deepEqual(whole, { lines: LINES, rejected: [], truncation: 'BGZF_EOF_MISSING' });
    const half = await readAll(await bgzip(TEXT.slice(0, 100_000), { marker: false }));
    assert.equal(half.truncation, 'BGZF_EOF_MISSING');
    assertPrefix(half);
  });

  test('should be told wherever one bit of a BGZF block is flipped', async () => {
    const bytes = await bgzip(TEXT, { blockBytes: 20_000 });
    const codes = new Map<string, number>();
    for (let at = bytes.length >> 1; at < (bytes.length >> 1) + 2000; at += 13) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      const reading = await readAll(damaged);
      // Header fields that carry nothing (time, system) may change unseen; text may not.
      if (reading.truncation === undefined) assert.deepEqual(reading.lines, LINES);
      else assertPrefix(reading);
      codes.set(`${reading.truncation}`, (codes.get(`${reading.truncation}`) ?? 0) + 1);
    }
    assert.ok(codes.get('BGZF_CRC_MISMATCH')! > 10, JSON.stringify([...codes]));
  });

  test('should be told when a checksum is wrong though the text inflates', async () => {
    const blocks = [
      await bgzfBlock(Buffer.from(TEXT.slice(0, 5000))),
      await bgzfBlock(Buffer.from(TEXT.slice(5000, 9000))),
    ];
    blocks[1]![blocks[1]!.length - 8]! ^= 1;
    const reading = await readAll(Buffer.concat(blocks));
    assert.equal(reading.truncation, 'BGZF_CRC_MISMATCH');
    assertPrefix(reading);
  });

  test('should be told when a block claims another length, or something else follows', async () => {
    const block = await bgzfBlock(Buffer.from(TEXT.slice(0, 5000)));
    for (const lie of [5001, 4999, 70_000]) {
      const liar = Buffer.from(block);
      liar.writeUInt32LE(lie, liar.length - 4);
      assert.equal((await readAll(Buffer.concat([block, liar]))).truncation, 'BGZF_CORRUPT');
    }
    assert.equal((await readAll(Buffer.concat([block, gzipSync('x')]))).truncation, 'BGZF_CORRUPT');
    assert.equal((await readAll(Buffer.concat([block, Buffer.from('rubbish at the end')]))).truncation, 'BGZF_CORRUPT');
  });

  test('should be told when gzip is cut or damaged', async () => {
    const bytes = gzipSync(TEXT);
    const cut = await readAll(bytes.subarray(0, bytes.length - 100));
    assert.equal(cut.truncation, 'GZIP_TRUNCATED');
    assertPrefix(cut);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 6]! ^= 4;
    assert.equal((await readAll(flipped)).truncation, 'GZIP_CORRUPT');
  });

  test('should give the same records on every reading', async () => {
    const bytes = gzipSync(TEXT.repeat(20));
    bytes[bytes.length - 300]! ^= 255;
    const first = await readAll(bytes);
    assert.equal(first.truncation, 'GZIP_CORRUPT');
    assert.deepEqual(await readAll(bytes), first);
  });

  test('should be an error when the damage is in the header', async () => {
    const bytes = await bgzip(TEXT.slice(0, 3000), { blockBytes: 40 });
    await assert.rejects(readAll(bytes.subarray(0, 70)), { code: 'INPUT_TRUNCATED' });
    bytes[25]! ^= 255;
    await assert.rejects(readAll(bytes), { code: 'INPUT_CORRUPT' });
  });

  test('should keep the identity of its text when only the marker is missing', async () => {
    const sound = await identifySource(writeTemporary(folder, TEXT));
    const marked = await identifySource(writeTemporary(folder, await bgzip(TEXT)));
    const unmarked = await identifySource(writeTemporary(folder, await bgzip(TEXT, { marker: false })));
    assert.equal(sound.bytes, TEXT.length);
    assert.equal(marked.digest, sound.digest);
    assert.equal(marked.bytes, sound.bytes);
    assert.equal(unmarked.digest, sound.digest);
    assert.equal(unmarked.damage?.code, 'BGZF_EOF_MISSING');
  });
});

describe('something that is no VCF file', () => {
  test('should be an error with a code that says what it is', async () => {
    const cases: [path: string, code: string][] = [
      [folder, 'INPUT_IS_DIRECTORY'],
      [join(folder, 'nothing-here'), 'INPUT_NOT_FOUND'],
      [writeTemporary(folder, ''), 'INPUT_FORMAT'],
      [writeTemporary(folder, gzipSync('')), 'INPUT_FORMAT'],
      [writeTemporary(folder, 'PK\x03\x04 a zip archive'), 'INPUT_FORMAT'],
      [writeTemporary(folder, 'chr1\t5\t.\tA\tC\t.\tPASS\t.\n'), 'INPUT_FORMAT'],
      [writeTemporary(folder, '##fileformat=VCFv4.2\n'), 'INPUT_FORMAT'],
      [writeTemporary(folder, Buffer.alloc(100_000)), 'INPUT_FORMAT'],
    ];
    for (const [path, code] of cases) {
      await assert.rejects(readLines(path), (error) => error instanceof VcfAgentError && error.code === code);
    }
    await assert.rejects(readLines('-', { stdin: Readable.from([]) }), { code: 'INPUT_FORMAT' });
  });

  test('should be INPUT_UNREADABLE when permission is missing', () => {
    const path = writeTemporary(folder, TEXT);
    chmodSync(path, 0);
    // The superuser may read everything, so somebody else has to try.
    const somebody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    chmodSync(folder, 0o755);
    const { stdout, stderr } = spawnSync(process.execPath, [CHILD, path], { ...somebody, encoding: 'utf8' });
    assert.equal(JSON.parse(stdout || JSON.stringify({ error: stderr })).error, 'INPUT_UNREADABLE');
  });
});

function readInChild(path: string): ChildReport {
  const report: ChildReport = JSON.parse(
    execFileSync(process.execPath, [CHILD, path], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
  assert.ok(report.peakMegabytes < MAX_MEGABYTES, `${report.peakMegabytes} MB`);
  return report;
}

function writeLarge(start: string, unit: string, repeats: number, end = ''): string {
  const path = writeTemporary(folder, start);
  const file = openSync(path, 'a');
  for (let index = 0; index < repeats; index++) writeSync(file, unit);
  writeSync(file, end);
  closeSync(file);
  return path;
}

async function gzipLarge(start: string, unit: Buffer, repeats: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const gzip = createGzip();
  gzip.on('data', (part: Buffer) => parts.push(part));
  gzip.write(start);
  for (let index = 0; index < repeats; index++) {
    if (!gzip.write(unit)) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  gzip.end();
  await new Promise((resolve) => gzip.once('end', resolve));
  return Buffer.concat(parts);
}

describe('a file made to exhaust memory', () => {
  const good = 'chr1\t5\t.\tA\tC\t.\tPASS\tX=1\n';

  test('should lose only the line when a line has 100 MB', () => {
    const path = writeLarge(`${HEADER}${good}chr1\t6\t.\tA\tC\t.\tPASS\tX=`, 'A'.repeat(1e6), 100, `\n${good}`);
    const report = readInChild(path);
    assert.deepEqual([report.records, report.rejected, report.ended], [2, [['LINE_TOO_LONG', 4]], 'eof']);
  });

  test('should be read in bounded memory when it is a gzip bomb', async () => {
    const one = await gzipLarge(HEADER + good, Buffer.alloc(1e6, 'A'), 600);
    assert.ok(one.length * 900 < 6e8);
    const oneLine = readInChild(writeTemporary(folder, one));
    assert.deepEqual([oneLine.records, oneLine.rejected], [1, [['LINE_TOO_LONG', 4]]]);
    const empty = readInChild(writeTemporary(folder, await gzipLarge(HEADER + good, Buffer.alloc(1e6, '\n'), 20)));
    assert.deepEqual([empty.records, empty.rejected], [1, []]);
    assert.deepEqual(new Set(empty.warnings), new Set(['EMPTY_LINE']));
  });

  test('should be INPUT_LIMIT when the bomb is the header', async () => {
    const lines = await gzipLarge('##fileformat=VCFv4.2\n', Buffer.from('##x=y\n'.repeat(100_000)), 20);
    assert.equal(readInChild(writeTemporary(folder, lines)).error, 'INPUT_LIMIT');
    const line = await gzipLarge('##fileformat=VCFv4.2\n##x=', Buffer.alloc(1e6, 'A'), 100);
    assert.equal(readInChild(writeTemporary(folder, line)).error, 'INPUT_LIMIT');
  });

  test('should be read when a record has a million INFO keys', () => {
    const info = Array.from({ length: 1e6 }, (_, key) => `K${key}=1`).join(';');
    const report = readInChild(writeTemporary(folder, `${HEADER}${good}chr1\t6\t.\tA\tC\t.\tPASS\t${info}\n${good}`));
    assert.deepEqual([report.records, report.rejected, report.ended], [3, [], 'eof']);
  });

  test('should be refused when the header defines a million INFO keys', () => {
    const definitions = Array.from({ length: 1e6 }, (_, key) => `##INFO=<ID=K${key},Number=1,Type=Integer>`);
    const report = readInChild(writeTemporary(folder, `${definitions.join('\n')}\n${HEADER}${good}`));
    assert.equal(report.error, 'INPUT_LIMIT');
  });

  test('should be read when the header defines as many keys as are allowed', () => {
    const definitions = Array.from({ length: 119_000 }, (_, key) => `##INFO=<ID=K${key},Number=1,Type=Integer>`);
    const report = readInChild(writeTemporary(folder, `${definitions.join('\n')}\n${HEADER}${good}`));
    assert.equal(report.records, 1);
  });

  test('should reject each record when every one is unreadable', () => {
    const report = readInChild(writeLarge(HEADER, 'x\n'.repeat(1000), 100));
    assert.equal(report.rejected!.length, 100_000);
  });
});
