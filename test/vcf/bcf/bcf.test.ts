import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openVcf } from '../../../src/vcf/open.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';
import {
  contentOf,
  HEADER,
  linesOf,
  readBatches,
  readLines,
  temporaryFolder,
  writeTemporary,
} from '../reader/fixtures.ts';

const folder = temporaryFolder();

function bcftools(...args: string[]): Buffer {
  return execFileSync('bcftools', args, { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] });
}

function viewLines(path: string): string[] {
  return bcftools('view', '-H', path).toString().split('\n').slice(0, -1);
}

const REAL = [
  'bcftools__split-vep.vcf',
  'cyvcf2__test-haploidX.vcf',
  'gatk__threeSamples.MT.g.vcf',
  'pVACtools__annotated.expression.vcf.gz',
  'picard__vcfFormatTest.scrambled.vcf',
  'polars-bio__antku_small.vcf.gz',
  'scout__643594.clinical.vcf.gz',
  'truvari__bcftools_merged.vcf.gz',
] as const;

describe('BCF as bcftools prints it', needs('bcftools', 'shared-vcf'), () => {
  test('should give the lines of bcftools view when the file was written by another program', async () => {
    const path = sharedVcf('real/hap.py__pg-hg38.bcf');
    await using reader = await openVcf(path);
    assert.deepEqual([reader.kind, reader.container], ['bcf', 'bgzf']);
    assert.doesNotMatch(Buffer.from(reader.header.text).toString(), /IDX=/);
    const batches = await Array.fromAsync(reader.batches({ maxRecords: 1000 }));
    assert.deepEqual(
      batches.flatMap(({ block }) => linesOf(block)),
      viewLines(path),
    );
  });

  for (const name of REAL) {
    test(`should give the lines of bcftools view when ${name} is converted`, async () => {
      const path = join(folder, `${name}.bcf`);
      bcftools('view', '-Ob', '-o', path, sharedVcf(`real/${name}`));
      assert.deepEqual(await readLines(path), viewLines(path));
    });
  }
});

test('should print floats as htslib does, whatever they are', needs('bcftools'), async () => {
  const { bits, seed } = randomBits(20_000);
  const view = new DataView(new ArrayBuffer(4));
  const values = bits.map((word) => {
    view.setUint32(0, word);
    return view.getFloat32(0);
  });
  const ties = [
    1000005, 1000015, 1234565, 12345650, 999999, 999999.5, 0.0001, 0.00009999999, 0.1, 1e10, 0.5, 3, 99999.95,
  ];
  const rows = [...ties, ...values.filter(Number.isFinite)].map(
    (value, row) => `1\t${row + 1}\t.\tA\tC\t.\t.\tF=${value}`,
  );
  const header = HEADER.replace('#CHROM', '##contig=<ID=1>\n##INFO=<ID=F,Number=1,Type=Float,Description="x">\n#CHROM');
  const vcf = writeTemporary(folder, `${header}${rows.join('\n')}\n`);
  const path = join(folder, 'floats.bcf');
  bcftools('view', '-Ob', '-o', path, vcf);
  assert.deepEqual(await readLines(path), viewLines(path), `seed ${seed}`);
});

/** Random float bits, half of them of everyday magnitude. Replay: SEED=<number>. */
function randomBits(count: number): { bits: number[]; seed: number } {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const bits = Array.from({ length: count }, (_, index) => {
    const word = (next() ^ (next() >>> 16)) >>> 0;
    const everyday = (0x7f + (((word >>> 23) % 44) - 20)) << 23;
    return index % 2 === 0 ? word : ((word & 0x807fffff) | everyday) >>> 0;
  });
  return { bits, seed };
}

/** One small file, made by hand: two contigs, an INFO list, genotypes of mixed ploidy. */
function smallBcf({ minor = 2, records = 3 } = {}): Buffer {
  const text = Buffer.from(
    '##fileformat=VCFv4.2\n##contig=<ID=1,IDX=0>\n##contig=<ID=2,IDX=1>\n' +
      '##INFO=<ID=N,Number=.,Type=Integer,Description="n",IDX=7>\n' +
      '##FORMAT=<ID=GT,Number=1,Type=String,Description="g",IDX=9>\n' +
      '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n\0',
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const body = Array.from({ length: records }, (_, index) => smallRecord(index, minor));
  return Buffer.concat([Buffer.from(`BCF\x02${String.fromCharCode(minor)}`, 'latin1'), length, text, ...body]);
}

function smallRecord(index: number, minor: number): Buffer {
  const fixed = Buffer.alloc(24);
  fixed.writeInt32LE(index % 2, 0);
  fixed.writeInt32LE(99 + index, 4);
  fixed.writeUInt32LE(0x7f800001, 12);
  fixed.writeUInt32LE((2 << 16) | 1, 16);
  fixed.writeUInt32LE((1 << 24) | 2, 20);
  const pad = minor === 2 ? 0x81 : 0x80;
  const shared = Buffer.concat([
    fixed,
    Buffer.from([0x07, 0x17, 65, 0x37, 67, 71, 84, 0x11, 0]),
    Buffer.from([0x11, 7, 0x31, 5, 0x80, pad]),
  ]);
  const individual = Buffer.from([0x11, 9, 0x21, 2, 5, 4, pad]);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(shared.length, 0);
  lengths.writeUInt32LE(individual.length, 4);
  return Buffer.concat([lengths, shared, individual]);
}

test('should read BCF 2.2, and 2.1 where missing values pad a vector', async () => {
  const two = await readLines(writeTemporary(folder, smallBcf()));
  assert.deepEqual(two.slice(0, 2), [
    '1\t100\t.\tA\tCGT\t.\tPASS\tN=5,.\tGT\t0|1\t1',
    '2\t101\t.\tA\tCGT\t.\tPASS\tN=5,.\tGT\t0|1\t1',
  ]);
  const one = await readLines(writeTemporary(folder, smallBcf({ minor: 1 })));
  assert.deepEqual(
    one,
    two.map((line) => line.replace('N=5,.', 'N=5')),
  );
});

test('should go on from any batch, whatever the container', async () => {
  const plain = smallBcf({ records: 50 });
  for (const bytes of [plain, gzipSync(plain)]) {
    const path = writeTemporary(folder, bytes);
    const whole = await readBatches(path, { maxRecords: 7 });
    assert.equal(whole.at(-1)!.nextOrdinal, 50);
    const rest = await readBatches(path, { maxRecords: 7, from: whole[2]!.resume });
    assert.deepEqual(rest.map(contentOf), whole.slice(3).map(contentOf));
    const piped = await readBatches('-', { maxRecords: 7, stdin: createReadStream(path) });
    assert.deepEqual(
      piped.map(({ block }) => linesOf(block)),
      whole.map(({ block }) => linesOf(block)),
    );
  }
});

test('should keep what came before when the file ends inside a record', async () => {
  const path = writeTemporary(folder, smallBcf().subarray(0, -3));
  const [batch] = await readBatches(path, { maxRecords: 10 });
  assert.equal(batch!.block.count, 2);
  assert.deepEqual([batch!.ended, batch!.truncation!.code], ['truncated', 'BCF_TRUNCATED']);
});

test('should reject a record that contradicts itself and read the next', async () => {
  const bytes = smallBcf();
  const second = bytes.lastIndexOf(smallRecord(1, 2));
  for (const [offset, value] of [
    [8, 77], // no such contig
    [8 + 20, 3], // three samples
    [8 + 24, 0xf7], // an ID with a length that is none
    [8 + 26, 10], // a line feed in REF
    [8 + 33, 77], // no such INFO key
    [8 + 35, 0x71], // a vector beyond the record
  ] as const) {
    const damaged = Buffer.from(bytes);
    damaged[second + offset] = value;
    const [batch] = await readBatches(writeTemporary(folder, damaged), { maxRecords: 10 });
    assert.deepEqual(
      batch!.rejected.map(({ ordinal, problem }) => [ordinal, problem.code, problem.line]),
      [[1, 'BCF_RECORD_CORRUPT', 2]],
      `byte ${offset}`,
    );
    assert.equal(linesOf(batch!.block).length, 2);
  }
});

test('should skip a record beyond the limit without holding it', async () => {
  const path = writeTemporary(folder, smallBcf());
  const [batch] = await readBatches(path, { maxRecords: 10, limits: { lineBytes: 20 } });
  assert.deepEqual(
    batch!.rejected.map(({ problem }) => problem.code),
    ['LINE_TOO_LONG', 'LINE_TOO_LONG', 'LINE_TOO_LONG'],
  );
});

test('should name the version when it is not one we read', async () => {
  const path = writeTemporary(folder, smallBcf({ minor: 9 }));
  await assert.rejects(readLines(path), { code: 'INPUT_FORMAT' });
});

test('should read an uncompressed BCF like a compressed one', needs('bcftools', 'shared-vcf'), async () => {
  const path = join(folder, 'plain.bcf');
  bcftools('view', '-Ou', '-o', path, sharedVcf('real/scout__643594.clinical.vcf.gz'));
  const text = writeTemporary(folder, gunzipSync(bcftools('view', '-Oz', path)));
  assert.deepEqual(await readLines(path), await readLines(text));
});
