import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runCli } from '../cli/run-cli.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { writeRepeated } from '../support/bad-files.ts';
import { type CliIngest, ingestByCli } from '../support/cli-ingest.ts';
import { bgzip, dataLines } from '../vcf/reader/fixtures.ts';

/**
 * Bad input through the whole path: the command line as a process of its own, the log, PostgreSQL, and back by `prove`.
 * `ingestByCli` holds every run to its end, bounded memory, and one coded error without a stack.
 */
const LINES = dataLines(2000);
const GOOD = 'chr1\t5\t.\tA\tC\t.\tPASS\tX=1';
const NOBODY = { uid: 65534, gid: 65534 };

let rig: TestApp;
let folder: string;

before(async () => {
  rig = await openTestApp();
  folder = join(rig.folder, 'files');
  mkdirSync(folder);
});

after(() => rig[Symbol.asyncDispose]());

let headers = 0;

/** A header, each one different, so that no two files are the same source. */
function header(): string {
  return `##fileformat=VCFv4.2\n##test=${++headers}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n`;
}
/** Lines of it. */
const HEADER_LINES = 3;

function vcf(lines: readonly string[] = LINES): string {
  return `${header()}${lines.join('\n')}\n`;
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function ingest(t: TestContext, path: string): Promise<CliIngest> {
  const run = await ingestByCli(path, { folder, home: rig.options.home });
  const { code, error, summary, megabytes } = run;
  const codes = [
    error?.code,
    summary?.truncation?.code,
    ...new Set(summary?.rejected.map(({ problem }) => problem.code)),
  ];
  t.diagnostic(`exit ${code} ${codes.filter(Boolean).join(' ')} ${Math.round(megabytes)} MB`);
  return run;
}

/** What a run that stored something says; what it stored is proved. */
async function stored(t: TestContext, path: string, exit: 0 | 3) {
  const { code, summary, error } = await ingest(t, path);
  assert.equal(code, exit, error?.message);
  const { receipt, rejected, truncation } = summary!;
  assert.equal(receipt.sourceName, path.slice(folder.length + 1));
  assert.equal(receipt.truncated, truncation !== undefined);
  assert.equal(receipt.input, receipt.stored + receipt.duplicates + receipt.rejected);
  const proof = await rig.app.prove(receipt.fileId);
  assert.deepEqual(proof.failures, []);
  const places = rejected.map(({ problem }) => [problem.code, problem.line, problem.column]);
  return { receipt, stored: receipt.stored, places, truncation };
}

describe('a damaged file', () => {
  const cases: Record<string, readonly [truncation: string, make: () => Promise<Buffer>]> = {
    'cut-in-a-block.vcf.gz': ['BGZF_TRUNCATED', async () => cutBy(await bgzip(vcf()), 5000)],
    'cut-between-blocks.vcf.gz': ['BGZF_EOF_MISSING', () => bgzip(vcf().slice(0, 100_000), { marker: false })],
    'flipped-bit.vcf.gz': ['BGZF_CRC_MISMATCH', async () => withFlippedBit(await bgzip(vcf(), { blockBytes: 60_000 }))],
    'cut.vcf.gzip': ['GZIP_TRUNCATED', async () => cutBy(gzipSync(vcf([...LINES, ...LINES])), 2000)],
  };

  for (const [name, [code, make]] of Object.entries(cases)) {
    test(`should be stored up to the damage and say so when it is ${name}`, async (t) => {
      const { receipt, places, truncation } = await stored(t, write(name, await make()), 3);
      assert.equal(truncation!.code, code);
      assert.ok(receipt.stored > 0 && receipt.stored < 2 * LINES.length);
      // The line where it ended: whole, or rejected with its number.
      const last = HEADER_LINES + receipt.records;
      assert.equal(truncation!.line, last);
      if (places.length > 0)
        assert.deepEqual(
          places.map(([kind, line]) => [kind, line]),
          [['LINE_TRUNCATED', last]],
        );
    });
  }

  test('should be stored whole and say so when only the end-of-file marker is missing, whatever is stored already', async (t) => {
    const text = vcf();
    const unmarked = await bgzip(text, { marker: false });
    const first = await stored(t, write('unmarked.vcf.gz', unmarked), 3);
    assert.deepEqual([first.stored, first.truncation?.code], [LINES.length, 'BGZF_EOF_MISSING']);
    const whole = await ingest(t, write('marked.vcf.gz', await bgzip(text)));
    assert.deepEqual([whole.code, whole.summary!.alreadyStored, whole.summary!.receipt.truncated], [0, true, false]);
    const again = await ingest(t, write('unmarked-again.vcf.gz', unmarked));
    assert.deepEqual([again.code, again.summary!.truncation?.code], [3, 'BGZF_EOF_MISSING']);
    assert.equal((await rig.app.prove(first.receipt.fileId)).ok, true);
  });

  test('should reject the last line when plain text is cut before its columns are complete', async (t) => {
    const text = vcf();
    const cut = text.slice(0, text.lastIndexOf('PASS'));
    const { stored: count, places } = await stored(t, write('cut.vcf', cut), 3);
    assert.equal(count, LINES.length - 1);
    assert.deepEqual(places, [['COLUMNS_TOO_FEW', HEADER_LINES + LINES.length, 1]]);
  });

  test('should be INPUT_TRUNCATED when it ends in its header', async (t) => {
    // The first block holds the first line.
    const bytes = await bgzip(vcf([GOOD]), { blockBytes: '##fileformat=VCFv4.2\n'.length });
    const path = write('cut-in-header.vcf.gz', bytes.subarray(0, endOfBlock(bytes, 1) + 9));
    const { code, error } = await ingest(t, path);
    assert.deepEqual([code, error!.code, error!.context.file, error!.context.line], [3, 'INPUT_TRUNCATED', path, 2]);
  });
});

function cutBy(bytes: Buffer, size: number): Buffer {
  return bytes.subarray(0, bytes.length - size);
}

function endOfBlock(bytes: Buffer, block: number): number {
  let end = 0;
  for (let k = 0; k < block; k++) end += bytes.readUInt16LE(end + 16) + 1;
  return end;
}

/** One bit of the checksum of the third block. */
function withFlippedBit(bytes: Buffer): Buffer {
  bytes[endOfBlock(bytes, 3) - 8]! ^= 1;
  return bytes;
}

describe('a line that cannot be stored', () => {
  test('should be rejected alone, with line and column, when it holds a byte that no text may hold', async (t) => {
    const bad = (byte: string) => Buffer.from(`chr1\t6\t.\tA\tC\t.\tPASS\tX=${byte}1\n`, 'latin1');
    const good = Buffer.from(`${GOOD}\n`);
    const content = [Buffer.from(header()), good, bad('\0'), good, bad('\xff'), bad('\x1f'), good];
    const { stored: count, places } = await stored(t, write('bytes.vcf', Buffer.concat(content)), 3);
    assert.equal(count, 3);
    assert.deepEqual(places, [
      ['NUL_BYTE', HEADER_LINES + 2, 23],
      ['INVALID_UTF8', HEADER_LINES + 4, 23],
      ['CONTROL_BYTE', HEADER_LINES + 5, 23],
    ]);
  });

  test('should be rejected alone when it has 100 MB', async (t) => {
    const start = `${header()}${GOOD}\nchr1\t6\t.\tA\tC\t.\tPASS\tX=`;
    const path = join(folder, 'long-line.vcf');
    await writeRepeated(path, { start, unit: Buffer.alloc(1e6, 'A'), times: 100, end: `\n${GOOD}\n` });
    const { stored: count, places } = await stored(t, path, 3);
    assert.equal(count, 2);
    assert.deepEqual(places, [['LINE_TOO_LONG', HEADER_LINES + 2, 1]]);
  });

  test('should be kept by the thousand when no line can be read', async (t) => {
    const { receipt } = await stored(t, write('rubbish.vcf', `${header()}${'x\n'.repeat(30_000)}`), 3);
    assert.deepEqual([receipt.stored, receipt.rejected], [0, 30_000]);
  });
});

describe('a file made to exhaust memory', () => {
  const bombs: Record<string, readonly [unit: Buffer, times: number, count: number, exit: 0 | 3]> = {
    'bomb-line.vcf.gz': [Buffer.alloc(1e6, 'A'), 400, 1, 3],
    'bomb-empty-lines.vcf.gz': [Buffer.alloc(1e6, '\n'), 40, 1, 0],
    'bomb-records.vcf.gz': [Buffer.from(`${GOOD}${'A'.repeat(16e6)}\n`), 4, 5, 0],
  };

  for (const [name, [unit, times, count, exit]] of Object.entries(bombs)) {
    test(`should be read in bounded memory when it is ${name}`, async (t) => {
      const path = join(folder, name);
      await writeRepeated(path, { start: `${header()}${GOOD}\n`, unit, times, gzip: true });
      const { stored: found, places } = await stored(t, path, exit);
      assert.equal(found, count);
      assert.deepEqual(places, exit === 3 ? [['LINE_TOO_LONG', HEADER_LINES + 2, 1]] : []);
    });
  }

  test('should be INPUT_LIMIT when the bomb is the header', async (t) => {
    const path = join(folder, 'bomb-header.vcf.gz');
    const unit = Buffer.from('##x=y\n'.repeat(100_000));
    await writeRepeated(path, { start: '##fileformat=VCFv4.2\n', unit, times: 6, gzip: true });
    const { code, error } = await ingest(t, path);
    assert.deepEqual([code, error!.code, error!.context.file, error!.context.line], [1, 'INPUT_LIMIT', path, 120_001]);
  });

  test('should be stored when a record has a million INFO keys', async (t) => {
    const info = Array.from({ length: 1e6 }, (_, key) => `K${key}=1`).join(';');
    const { stored: count } = await stored(t, write('keys.vcf', vcf([GOOD, `chr1\t6\t.\tA\tC\t.\tPASS\t${info}`])), 0);
    assert.equal(count, 2);
  });
});

describe('something that is no VCF file', () => {
  const cases: Record<string, readonly [code: string, content: () => string | Uint8Array | undefined]> = {
    'empty.vcf': ['INPUT_FORMAT', () => ''],
    'picture.png': ['INPUT_FORMAT', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    'data.json': ['INPUT_FORMAT', () => '{"variants": [{"chrom": "chr1"}]}\n'],
    'no-columns.vcf': ['INPUT_FORMAT', () => `##fileformat=VCFv4.2\n${GOOD}\n`],
    'missing.vcf': ['INPUT_NOT_FOUND', () => undefined],
  };

  for (const [name, [code, content]] of Object.entries(cases)) {
    test(`should be ${code} and name the file when it is ${name}`, async (t) => {
      const bytes = content();
      const path = bytes === undefined ? join(folder, name) : write(name, bytes);
      await refused(t, path, code);
    });
  }

  test('should be INPUT_IS_DIRECTORY when it is a directory', (t) => refused(t, folder, 'INPUT_IS_DIRECTORY'));

  test('should be INPUT_UNREADABLE when reading fails', (t) => refused(t, '/proc/self/mem', 'INPUT_UNREADABLE'));

  test('should be INPUT_UNREADABLE when permission is missing', async (t) => {
    const path = write('private.vcf', vcf());
    chmodSync(path, 0);
    chmodSync(rig.folder, 0o755);
    // The superuser may read everything, so somebody else has to try.
    const somebody = process.getuid?.() === 0 ? { user: NOBODY } : {};
    const home = join(folder, 'home-of-another');
    mkdirSync(home);
    chmodSync(home, 0o777);
    const { code, error, megabytes } = await ingestByCli(path, { folder, home, ...somebody });
    t.diagnostic(`exit ${code} ${error?.code} ${Math.round(megabytes)} MB`);
    assert.deepEqual([code, error!.code, error!.context.file], [1, 'INPUT_UNREADABLE', path]);
    assert.equal(error!.context.system, 'EACCES');
  });

  async function refused(t: TestContext, path: string, expected: string): Promise<void> {
    const { code, error } = await ingest(t, path);
    assert.deepEqual([code, error!.code, error!.context.file], [1, expected, path]);
    assert.ok(error!.message.includes(path), error!.message);
  }
});

test('should be proved by the command line when all of that is stored', async () => {
  const { code, stdout } = await runCli(['prove', '--json', '--quiet'], { env: { VCF_AGENT_HOME: rig.options.home } });
  assert.equal(code, 0, stdout);
});
