import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { firstOf, jsonLines, runCli } from './run-cli.ts';

const VCF = [
  '##fileformat=VCFv4.2',
  '##contig=<ID=chr1>',
  '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">',
  '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Clinical significance">',
  '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
  '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
  '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmother<b>\tchild',
  'chr1\t5\t.\tA\tG\t50\tPASS\tDP=30;CLNSIG=Pathogenic\tGT:DP\t0/1:10\t1/1:20',
  'chr1\t9\t.\tA\tC\t10\tq10;s50\tDP=30\tGT:DP\t0/1:12\t0/0:20',
  'chr2\t4\t.\tAT\tA\t.\tPASS\tDP=12\tGT:DP\t./.:.\t0/1:12',
  '',
].join('\n');

describe('vcf-agent summary', { concurrency: 2 }, () => {
  let folder: string;
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcf-agent-summary-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('should print counts, distributions and samples when the file is asked for as text', async () => {
    const { code, stdout, stderr } = await runCli(['summary', file('trio.vcf', VCF)]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, /^trio\.vcf {2}VCF 4\.2, plain, 2 samples, 3 records\n/);
    assert.match(stdout, /^ {2}SNPs +2$/m);
    assert.match(stdout, /^ {2}indels +1$/m);
    assert.match(stdout, /^Ts\/Tv +1\.00 {2}1 \/ 1$/m);
    assert.match(stdout, /^chr1 +2$/m);
    assert.match(stdout, /^s50 +1$/m);
    assert.match(stdout, /^Pathogenic +1$/m);
    assert.match(stdout, /^child +1 +0 +1 /m);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  test('should print one object a file when asked for JSON, by either name', async () => {
    const path = file('json.vcf', VCF);
    const { code, stdout } = await runCli(['summary', '--json', path, path.replace('json', 'j?on')]);
    assert.equal(code, 0);
    const summary = firstOf(jsonLines(stdout));
    assert.equal(summary.file, path);
    assert.deepEqual(summary.chromosomes, [
      { name: 'chr1', records: 2 },
      { name: 'chr2', records: 1 },
    ]);
    assert.equal((summary.sites as Record<string, unknown>).records, 3);
    const other = await runCli(['summary', '-o', 'json', path]);
    assert.equal(other.stdout, stdout);
  });

  test('should print one page with plots that names nothing outside itself when asked for HTML', async () => {
    const { code, stdout } = await runCli(['summary', file('page.vcf', VCF), '-o', 'html']);
    assert.equal(code, 0);
    assert.match(stdout, /^<!doctype html>\n/);
    assert.match(stdout, /<\/html>\n$/);
    assert.ok((stdout.match(/<svg /g) ?? []).length >= 5);
    // No address, nothing that loads, no script.
    assert.doesNotMatch(stdout, /https?:|\/\/|url\(|@import|<script|<link|<img|<iframe|\ssrc=|\shref=/i);
    assert.match(stdout, /default-src 'none'/);
    // A sample's name is text, whatever it holds.
    assert.match(stdout, /mother&lt;b&gt;/);
    assert.doesNotMatch(stdout, /<b>/);
  });

  test('should count standard input', async () => {
    const { code, stdout } = await runCli(['summary', '-', '--json'], { stdin: VCF });
    assert.equal(code, 0);
    assert.equal((firstOf(jsonLines(stdout)).sites as Record<string, unknown>).snps, 2);
  });

  test('should end with a coded error when the file is no VCF, is absent or is half a header', async () => {
    for (const [path, code] of [
      [file('noise.vcf', 'chr1 5 A G\n'), 'INPUT_FORMAT'],
      [join(folder, 'absent.vcf'), 'INPUT_NOT_FOUND'],
      [file('cut.vcf.gz', gzipSync(VCF).subarray(0, 40)), 'INPUT_TRUNCATED'],
      [folder, 'INPUT_IS_DIRECTORY'],
    ] as const) {
      const summary = await runCli(['summary', path]);
      assert.match(summary.stderr, new RegExp(`^error\\[${code}\\]: `), path);
      assert.equal(summary.stdout, '');
      assert.notEqual(summary.code, 0);
    }
  });

  test('should count the rest, say what is missing and exit 3 when records cannot be read', async () => {
    const bad = VCF.replace('chr1\t9', 'chr1\tnine');
    const { code, stdout } = await runCli(['summary', file('bad.vcf', bad)]);
    assert.equal(code, 3);
    assert.match(stdout, /^! 1 record could not be read: POS_NOT_INTEGER × 1$/m);
    assert.match(stdout, /^records +2$/m);
    const json = await runCli(['summary', '-', '--json'], { stdin: bad });
    assert.equal(json.code, 3);
    assert.deepEqual(firstOf(jsonLines(json.stdout)).rejectedByCode, { POS_NOT_INTEGER: 1 });
  });

  test('should count what came before and exit 3 when the file ends early', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `chr1\t${i + 1}\t.\tA\tG\t${i}\tPASS\tDP=3\tGT\t0/1\t0/0\n`);
    const whole = gzipSync(VCF + rows.join(''));
    const { code, stdout } = await runCli(['summary', file('early.vcf.gz', whole.subarray(0, whole.length >> 1))]);
    assert.equal(code, 3);
    assert.match(stdout, /^! ended early: /m);
    assert.match(stdout, /^ {2}indels +1$/m);
  });

  test('should exit 2 when the output cannot be what is asked for', async () => {
    const [one, two] = [file('one.vcf', VCF), file('two.vcf', VCF)];
    for (const args of [
      [one, two, '-o', 'html'],
      [one, '--json', '-o', 'html'],
      [one, '-o', 'pdf'],
    ]) {
      const { code, stdout } = await runCli(['summary', ...args]);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
    }
  });
});
