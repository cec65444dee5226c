import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { openVcf } from '../../../src/vcf/open.ts';
import { createVcfWriter, type VcfWriterOptions } from '../../../src/vcf/writer/vcf-writer.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';
import { dataLines, HEADER, readLines, temporaryFolder, writeTemporary } from '../reader/fixtures.ts';

const folder = temporaryFolder();
const LINES = dataLines(3000);
const TEXT = `${HEADER}${LINES.join('\n')}\n`;

async function copyVcf(
  input: string,
  target: string | Writable,
  options: Omit<VcfWriterOptions, 'header'>,
): Promise<void> {
  await using reader = await openVcf(input);
  await using writer = createVcfWriter(target, { header: reader.header, ...options });
  for await (const { block } of reader.batches({ maxRecords: 100 })) await writer.write(block);
  await writer.close();
}

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

test('should give the same bytes back when written without compression', async () => {
  const path = join(folder, 'copy.vcf');
  await copyVcf(writeTemporary(folder, TEXT), path, { compression: 'none' });
  assert.equal(readFileSync(path, 'utf8'), TEXT);
});

test('should write to a stream and leave it open', async () => {
  const stream = new PassThrough({ highWaterMark: 2 ** 24 });
  await copyVcf(writeTemporary(folder, TEXT), stream, { compression: 'none' });
  assert.equal(stream.writableEnded, false);
  assert.equal(stream.read().toString(), TEXT);
});

test('should take single lines', async () => {
  const path = join(folder, 'lines.vcf.gz');
  const writer = createVcfWriter(path, { header: Buffer.from(HEADER), compression: 'bgzf' });
  for (const line of LINES) await writer.writeLine(line);
  await writer.close();
  assert.deepEqual(await readLines(path), LINES);
});

test('should leave nothing behind when it is not closed', async () => {
  const path = join(folder, 'given-up.vcf.gz');
  {
    await using writer = createVcfWriter(path, { header: Buffer.from(HEADER), compression: 'bgzf' });
    for (const line of LINES) await writer.writeLine(line);
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('given-up')),
    [],
  );
});

test('should say ABORTED when the reader of a pipe went away', async () => {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  await assert.rejects(copyVcf(writeTemporary(folder, TEXT), stream, { compression: 'none' }), { code: 'ABORTED' });
});

test('should say DISK_FULL when no space is left', { skip: !existsSync('/dev/full') }, async () => {
  const copied = copyVcf(writeTemporary(folder, TEXT), '/dev/full', { compression: 'bgzf' });
  await assert.rejects(copied, { code: 'DISK_FULL' });
});

test('should say OUTPUT_UNWRITABLE when the folder does not exist', async () => {
  const target = join(folder, 'no', 'such', 'folder.vcf');
  const copied = copyVcf(writeTemporary(folder, TEXT), target, { compression: 'none' });
  await assert.rejects(copied, { code: 'OUTPUT_UNWRITABLE' });
});

test('should refuse an index when there is no BGZF file to index', () => {
  const header = Buffer.from(HEADER);
  assert.throws(() => createVcfWriter(join(folder, 'x'), { header, compression: 'none', index: 'tbi' }), {
    code: 'OPTION_CONFLICT',
  });
  assert.throws(() => createVcfWriter(new PassThrough(), { header, compression: 'bgzf', index: 'tbi' }), {
    code: 'OPTION_CONFLICT',
  });
});

test('should refuse an index when the records are out of order', async () => {
  const [first, second] = LINES;
  for (const lines of [
    [second, first],
    [first, second!.replace('chr1', 'chr2'), second],
  ]) {
    const input = writeTemporary(folder, HEADER + lines.join('\n'));
    const copied = copyVcf(input, join(folder, 'unsorted.vcf.gz'), { compression: 'bgzf', index: 'tbi' });
    await assert.rejects(copied, { code: 'INPUT_UNSORTED' });
  }
});

/** Sorted files, and regions in each that records begin in, overlap and miss. */
const INDEXED = [
  ['slivar__ashk-trio.vcf.gz', ['1', '1:1000000-2000000', '22', '10:1-1', 'nowhere']],
  ['gatk__threeSamples.MT.g.vcf', ['MT', 'MT:3000-3100', 'MT:16000', 'MT:1']],
  ['truvari__bcftools_merged.vcf.gz', ['chr18', 'chr18:1000000-9000000', 'chr18:50043416-50043500', 'chr1']],
] as const;

describe('against bcftools and tabix', needs('bcftools', 'tabix', 'shared-vcf'), () => {
  for (const [name, regions] of INDEXED) {
    test(`should give the same records by region as tabix's own index when ${name} is indexed`, async (context) => {
      const plain = join(folder, `${name}.sorted.vcf`);
      run('bcftools', 'sort', '-Ov', '-o', plain, sharedVcf(`real/${name}`));
      const ours = join(folder, `ours-${name}`);
      await copyVcf(plain, ours, { compression: 'bgzf', index: 'tbi' });
      const theirs = join(folder, `theirs-${name}`);
      copyFileSync(ours, theirs);
      run('tabix', '-p', 'vcf', theirs);
      run('bgzip', '-t', ours);
      assert.equal(run('bgzip', '-dc', ours), readFileSync(plain, 'utf8'));
      let records = 0;
      for (const region of regions) {
        const found = run('tabix', ours, region);
        assert.equal(found, run('tabix', theirs, region));
        assert.equal(run('bcftools', 'view', '-H', ours, region), run('bcftools', 'view', '-H', theirs, region));
        records += found.length;
      }
      assert.ok(records > 0);
      assert.equal(run('bcftools', 'index', '-s', ours), run('bcftools', 'index', '-s', theirs));
      assert.equal(run('tabix', '-l', ours), run('tabix', '-l', theirs));
      context.diagnostic(`${regions.length} regions`);
    });
  }
});
