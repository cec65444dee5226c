import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jsonLines, runCli } from './run-cli.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');

const HEAD = `##fileformat=VCFv4.2
##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	s
`;
const record = (pos: number | string, alt: string, genotype: string): string =>
  `chr1\t${pos}\t.\tA\t${alt}\t.\t.\t.\tGT\t${genotype}\n`;
const OLD = `${HEAD}${record(1, 'G', '0/1')}${record(2, 'G,T', '1/2')}${record(3, 'AT', '1/1')}`;
const NEW = `${HEAD.replace('\ts\n', '\tt\n')}${record(1, 'G', '1/1')}${record(2, 'T', '0/1')}${record(4, 'G', '0/1')}`;

describe('compare', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-compare-'));
    await writeFile(file('old.vcf'), OLD);
    await writeFile(file('new.vcf'), NEW);
    await writeFile(file('broken.vcf'), `${NEW}${record('x', 'G', '0/1')}`);
  });
  after(() => rm(folder, { recursive: true }));

  test('should count what two files share after splitting, with their genotypes, as JSON', async () => {
    const { code, stdout, stderr } = await runCli(['compare', file('old.vcf'), file('new.vcf'), '--json']);
    assert.equal(code, 0, stderr);
    const [{ type, sites, types, samples, reading } = {}] = jsonLines(stdout);
    assert.deepEqual([type, sites, reading], ['comparison', { both: 2, onlyA: 2, onlyB: 1 }, 'sorted']);
    assert.deepEqual(types, [
      { type: 'SNV', both: 2, onlyA: 1, onlyB: 1 },
      { type: 'insertion', both: 0, onlyA: 1, onlyB: 0 },
    ]);
    const [pair] = samples as Record<string, unknown>[];
    const { a, b, concordant, discordant, onlyA, onlyB } = pair!;
    assert.deepEqual([a, b, concordant, discordant, onlyA, onlyB], ['s', 't', 1, 1, 2, 1]);
  });

  test('should show bars, and no control characters of a name', async () => {
    await writeFile(file('na\u001bme.vcf'), NEW);
    const { stdout } = await runCli(['compare', file('old.vcf'), file('na\u001bme.vcf')]);
    assert.match(stdout, /^all +2 +2 +1 +█{12}▓{12}░{6}$/m);
    assert.match(stdout, /^s and t +1 +1 +2 +1 +0 +0 +20\.00 %$/m);
    assert.ok(!stdout.includes('\u001b'));
  });

  test('should write each set as VCF', async () => {
    const sets = file('sets');
    const { code, stderr } = await runCli(['compare', file('old.vcf'), file('new.vcf'), '--write-to', sets]);
    assert.equal(code, 0, stderr);
    assert.deepEqual((await readdir(sets)).sort(), ['both.vcf', 'discordant.vcf', 'only-a.vcf', 'only-b.vcf']);
    const text = (name: string): Promise<string> => readFile(join(sets, name), 'utf8');
    assert.equal(await text('both.vcf'), `${HEAD}${record(1, 'G', '0/1')}${record(2, 'T', '0/1')}`);
    assert.equal(await text('discordant.vcf'), `${HEAD}${record(1, 'G', '0/1')}`);
    assert.equal(await text('only-a.vcf'), `${HEAD}${record(2, 'G', '1/0')}${record(3, 'AT', '1/1')}`);
    assert.equal(await text('only-b.vcf'), NEW.replace(record(1, 'G', '1/1'), '').replace(record(2, 'T', '0/1'), ''));
  });

  test('should make one page that loads nothing and escapes names', async () => {
    await writeFile(file('<b>.vcf'), NEW);
    const { code, stdout, stderr } = await runCli(['compare', file('old.vcf'), file('<b>.vcf'), '-o', 'html']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^<!doctype html>/);
    for (const part of [
      "default-src 'none'",
      'b: &lt;b&gt;.vcf, 3 variants',
      '<svg',
      '<td>s and t<td>1<td>1',
      '<td>heterozygous<td>0<td>0<td>1<td>1<td>1',
    ]) {
      assert.ok(stdout.includes(part), part);
    }
    assert.ok(!stdout.includes('<b>'));
    const both = await runCli(['compare', file('old.vcf'), file('new.vcf'), '-o', 'html', '--json']);
    assert.deepEqual([both.code, /OPTION_CONFLICT/.test(both.stderr)], [2, true]);
  });

  test('should compare two samples of one file, by what they carry', async () => {
    const { code, stdout, stderr } = await runCli(['compare', TRIO, '--samples', 'child,mother', '--json']);
    assert.equal(code, 0, stderr);
    const [{ sites, samples } = {}] = jsonLines(stdout);
    assert.deepEqual(sites, { both: 2998, onlyA: 805, onlyB: 769 });
    const [{ concordant, discordant, neither } = {}] = samples as Record<string, number>[];
    assert.deepEqual([concordant! + discordant!, neither], [2998, 731]);
  });

  test('should compare a stored file, by number or name, with a path', async () => {
    const env = { VCF_AGENT_HOME: file('home') };
    const stored = await runCli(['ingest', file('old.vcf')], { env });
    assert.equal(stored.code, 0, stored.stderr);
    for (const name of ['1', 'old.vcf']) {
      const { code, stdout, stderr } = await runCli(['compare', name, file('new.vcf'), '--json'], { env });
      assert.equal(code, 0, stderr);
      assert.deepEqual(jsonLines(stdout)[0]?.sites, { both: 2, onlyA: 2, onlyB: 1 });
    }
    const none = await runCli(['compare', 'nobody.vcf', file('new.vcf')], { env });
    assert.deepEqual([none.code, /NOT_FOUND/.test(none.stderr)], [1, true], none.stderr);
  });

  test('should read one of the two from standard input', async () => {
    const { code, stdout, stderr } = await runCli(['compare', '-', file('new.vcf'), '--json'], { stdin: OLD });
    assert.equal(code, 0, stderr);
    assert.deepEqual(jsonLines(stdout)[0]?.sites, { both: 2, onlyA: 2, onlyB: 1 });
  });

  test('should say what it cannot do', async () => {
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[file('old.vcf')], 2, /--samples says which two/],
      [[file('old.vcf'), file('none.vcf')], 1, /INPUT_NOT_FOUND/],
      [[file('old.vcf'), file('new.vcf'), '--samples', 's'], 2, /two names with a comma/],
      [[file('old.vcf'), file('new.vcf'), '--samples', 's,s'], 1, /has no sample of that name/],
      [['-', '-'], 2, /can be read only once/],
      [[file('old.vcf'), file('broken.vcf')], 3, /^$/],
    ];
    for (const [args, expected, message] of cases) {
      const { code, stderr } = await runCli(['compare', ...args]);
      assert.deepEqual([code, message.test(stderr)], [expected, true], `${args.join(' ')}: ${stderr}`);
    }
  });

  test('should count records that could not be read, and exit 3', async () => {
    const { code, stdout } = await runCli(['compare', file('old.vcf'), file('broken.vcf')]);
    assert.equal(code, 3);
    assert.match(stdout, /broken\.vcf: 1 record could not be read/);
  });
});
