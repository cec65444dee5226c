import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { VcfAgentError } from '../../../src/core/errors.ts';
import { openVcf } from '../../../src/vcf/open.ts';
import {
  bgzip,
  contentOf,
  dataLines,
  HEADER,
  linesOf,
  readBatches,
  readLines,
  temporaryFolder,
  writeTemporary,
} from './fixtures.ts';

const folder = temporaryFolder();
const LINES = dataLines(2345);
const TEXT = `${HEADER}${LINES.join('\n')}\n`;

const CONTAINERS = {
  plain: async (text: string) => Buffer.from(text),
  gzip: async (text: string) => Buffer.concat([gzipSync(text.slice(0, 5000)), gzipSync(text.slice(5000))]),
  bgzf: async (text: string) => bgzip(text),
} as const;

for (const [container, pack] of Object.entries(CONTAINERS)) {
  describe(container, () => {
    test('should give every line when the file is sound', async () => {
      const path = writeTemporary(folder, await pack(TEXT));
      await using reader = await openVcf(path);
      assert.equal(reader.container, container);
      const batches = await Array.fromAsync(reader.batches({ maxRecords: 100 }));
      assert.deepEqual(
        batches.flatMap(({ block }) => linesOf(block)),
        LINES,
      );
      assert.deepEqual(
        batches.flatMap(({ lines }) => [...lines]),
        LINES.map((_, row) => row + 3),
      );
      assert.deepEqual(
        batches.flatMap(({ block }) => [...block.ordinals]),
        LINES.map((_, row) => row),
      );
      assert.deepEqual(
        batches.filter(({ ended }) => ended !== undefined),
        [batches.at(-1)],
      );
      assert.equal(batches.at(-1)!.ended, 'eof');
      assert.equal(reader.bytesRead, reader.totalBytes);
    });

    test('should strip carriage returns when lines end in CRLF', async () => {
      const path = writeTemporary(folder, await pack(TEXT.replaceAll('\n', '\r\n')));
      assert.deepEqual(await readLines(path), LINES);
    });

    test('should give the last line when its line end is missing', async () => {
      const path = writeTemporary(folder, await pack(TEXT.slice(0, -1)));
      assert.deepEqual(await readLines(path), LINES);
    });

    test('should give the same batches when it goes on from any of them', async () => {
      const path = writeTemporary(folder, await pack(TEXT));
      const shape = { maxRecords: 100, maxBytes: 15_000 };
      const whole = await readBatches(path, shape);
      assert.ok(whole.length > 24);
      for (const [index, { resume }] of whole.entries()) {
        if (index === whole.length - 1) continue;
        const from = JSON.parse(JSON.stringify(resume));
        const rest = await readBatches(path, { ...shape, from });
        assert.deepEqual(rest.map(contentOf), whole.slice(index + 1).map(contentOf));
      }
    });

    test('should give the same batches when it comes through standard input', async () => {
      const path = writeTemporary(folder, await pack(TEXT));
      const shape = { maxRecords: 100 };
      const stdin = createReadStream(path, { highWaterMark: 777 });
      const piped = await readBatches('-', { ...shape, stdin });
      const content = (batches: Awaited<ReturnType<typeof readBatches>>) =>
        batches.map((batch) => contentOf({ ...batch, resume: { ...batch.resume, offset: '' } }));
      assert.deepEqual(content(piped), content(await readBatches(path, shape)));
    });

    test('should start over when it is read a second time', async () => {
      await using reader = await openVcf(writeTemporary(folder, await pack(TEXT)));
      const first = await Array.fromAsync(reader.batches({ maxRecords: 1000 }));
      const second = await Array.fromAsync(reader.batches({ maxRecords: 1000 }));
      assert.deepEqual(second.map(contentOf), first.map(contentOf));
    });

    test('should give one empty batch when there are no records', async () => {
      const batches = await readBatches(writeTemporary(folder, await pack(HEADER)), { maxRecords: 10 });
      assert.deepEqual(
        batches.map(({ block, ended }) => [block.count, ended]),
        [[0, 'eof']],
      );
    });
  });
}

test('should end a batch when its text passes the limit', async () => {
  const path = writeTemporary(folder, TEXT);
  const batches = await readBatches(path, { maxRecords: 10_000, maxBytes: 5000 });
  for (const { block } of batches.slice(0, -1)) {
    const rows = linesOf(block);
    const size = rows.join('\n').length + 1;
    assert.ok(size >= 5000 && size - rows.at(-1)!.length - 1 < 5000);
  }
});

test('should end a batch when its records would pass the limit once they are split', async () => {
  const line = (pos: number) => `chr1\t${pos}\t.\tA\tC${',G'.repeat(99)}\t.\t.\tX=${'x'.repeat(800)}`;
  const lines = Array.from({ length: 30 }, (_, row) => line(row + 1));
  const path = writeTemporary(folder, Buffer.from(`${HEADER}${lines.join('\n')}\n`));
  const batches = await readBatches(path, { maxRecords: 1000, maxBytes: 1e6 });
  assert.deepEqual(
    batches.slice(0, 2).map(({ block }) => block.count),
    [10, 10],
  );
});

test('should reject each unreadable record with code, line and column, and keep the others', async () => {
  const bad: [line: string | Buffer, code: string, column: number][] = [
    ['chr1\t5\t.\tA\tC\t.\tPASS', 'COLUMNS_TOO_FEW', 1],
    ['\t5\t.\tA\tC\t.\tPASS\t.', 'CHROM_EMPTY', 1],
    ['chr1\tabc\t.\tA\tC\t.\tPASS\t.', 'POS_NOT_INTEGER', 6],
    ['chr1\t-5\t.\tA\tC\t.\tPASS\t.', 'POS_NOT_INTEGER', 6],
    ['chr1\t05\t.\tA\tC\t.\tPASS\t.', 'POS_NOT_INTEGER', 6],
    ['chr1\t2147483648\t.\tA\tC\t.\tPASS\t.', 'POS_NOT_INTEGER', 6],
    ['chr1\t5\t.\t\tC\t.\tPASS\t.', 'REF_EMPTY', 10],
    ['chr1\t5\t.\tA\t\t.\tPASS\t.', 'ALT_EMPTY', 12],
    ['chr1\t5\t.\tA\tC\t.\tPASS\t.\tGT\t0/1', 'SAMPLE_COUNT', 23],
    ['chr1\t5\t.\tA\tC\t.\tPASS\tA=\0', 'NUL_BYTE', 23],
    ['chr1\t5\t.\tA\tC\t.\tPASS\tA=\x1f', 'CONTROL_BYTE', 23],
    [Buffer.from('chr1\t5\t.\tA\tC\t.\tPASS\tä=\xff', 'latin1'), 'INVALID_UTF8', 21],
    ['#CHROM\tPOS', 'HEADER_LINE_AMONG_RECORDS', 1],
  ];
  const good = 'chr1\t2147483647\t\tA\tC\t\t\t';
  const parts = bad.flatMap(([line]) => [good, '\n', line, '\n']).map((part) => Buffer.from(part));
  const path = writeTemporary(folder, Buffer.concat([Buffer.from(HEADER), ...parts]));
  const [batch] = await readBatches(path, { maxRecords: 1000 });
  assert.deepEqual(
    batch!.rejected.map(({ ordinal, problem }) => [ordinal, problem.code, problem.line, problem.column]),
    bad.map(([, code, column], index) => [2 * index + 1, code, 2 * index + 4, column]),
  );
  assert.deepEqual(
    linesOf(batch!.block),
    bad.map(() => good),
  );
  assert.deepEqual(
    [...batch!.block.ordinals],
    bad.map((_, index) => 2 * index),
  );
  assert.equal(batch!.nextOrdinal, 2 * bad.length);
});

test('should count the samples of every record when the header names some', async () => {
  const header = HEADER.replace('INFO\n', 'INFO\tFORMAT\ts1\ts2\n');
  const fixed = 'chr1\t5\t.\tA\tC\t.\tPASS\t.';
  const rows = [`${fixed}\tGT\t0/1\t0/0`, `${fixed}\tGT\t0/1`, fixed, `${fixed}\tGT\t0/1\t0/0\t1/1`];
  const [batch] = await readBatches(writeTemporary(folder, header + rows.join('\n')), { maxRecords: 1000 });
  assert.deepEqual(linesOf(batch!.block), [rows[0]]);
  assert.deepEqual(
    batch!.rejected.map(({ problem }) => problem.code),
    ['SAMPLE_COUNT', 'SAMPLE_COUNT', 'SAMPLE_COUNT'],
  );
});

test('should warn once a run when lines are empty', async () => {
  const path = writeTemporary(folder, `${HEADER}\n\n${LINES[0]}\n\n${LINES[1]}\n\n`);
  const [batch] = await readBatches(path, { maxRecords: 1000 });
  assert.deepEqual(linesOf(batch!.block), LINES.slice(0, 2));
  assert.deepEqual([...batch!.lines], [5, 7]);
  assert.deepEqual(
    batch!.warnings.map(({ code, line, message }) => [code, line, message]),
    [
      ['EMPTY_LINE', 3, '2 empty lines'],
      ['EMPTY_LINE', 6, 'an empty line'],
      ['EMPTY_LINE', 8, 'an empty line'],
    ],
  );
});

test('should ignore a byte order mark', async () => {
  assert.deepEqual(await readLines(writeTemporary(folder, `\uFEFF${TEXT}`)), LINES);
});

test('should stop waiting for input when aborted', async () => {
  const stdin = new PassThrough();
  stdin.write(HEADER.padStart(5000, '##x\n'));
  const controller = new AbortController();
  const reading = readLines('-', { stdin, signal: controller.signal });
  setTimeout(() => controller.abort(), 10);
  await assert.rejects(reading, (error) => error instanceof VcfAgentError && error.code === 'ABORTED');
});

test('should refuse a second reading of standard input', async () => {
  const stdin = new PassThrough();
  stdin.end(TEXT);
  await using reader = await openVcf('-', { stdin });
  await Array.fromAsync(reader.batches({ maxRecords: 1000 }));
  await assert.rejects(Array.fromAsync(reader.batches({ maxRecords: 1000 })), { code: 'INPUT_UNREADABLE' });
});

test('should free the memory of a batch when it is released', async () => {
  // More than the pool holds from which Node cuts small buffers: those are left to it.
  const lines = TEXT.split('\n').filter((line) => line !== '');
  const record = lines.at(-1)!;
  const text = [...lines, ...Array(2 * Math.ceil(Buffer.poolSize / record.length)).fill(record), ''].join('\n');
  const [batch] = await readBatches(writeTemporary(folder, text), { maxRecords: 1_000_000 });
  batch!.release();
  batch!.release();
  assert.equal(batch!.block.bytes.length, 0);
});
