import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { firstOf, jsonLines, runCli } from './run-cli.ts';

const VERBS = [
  'ingest',
  'query',
  'get',
  'files',
  'prove',
  'validate',
  'summary',
  'export',
  'delete',
  'doctor',
  'config',
  'demo',
  'bench',
];

const INVALID = [
  '##fileformat=VCFv4.2',
  '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">',
  '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO',
  'chr1\tabc\t.\tA\tT\t50\tPASS\tDP=3',
  'chr1\t12\t.\tA\tT\t50\tPASS\tDP=zz',
  '',
].join('\n');

/** Verbs that need no database. */
describe('vcf-agent without a database', { concurrency: 2 }, () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcf-agent-cli-'));
    file = join(folder, 'bad.vcf');
    writeFileSync(file, INVALID);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('should list every verb and the exit codes when asked for help', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const verb of VERBS) assert.match(stdout, new RegExp(`^  ${verb}\\b`, 'm'));
    assert.match(stdout, /Exit codes:\n {2}0 +done/);
  });

  for (const verb of VERBS) {
    test(`should show usage and examples when asked for help on ${verb}`, async () => {
      const { code, stdout } = await runCli([verb, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: vcf-agent ${verb}`));
      assert.match(stdout, /\nExamples:\n {2}/);
      assert.match(stdout, /Global Options:/);
    });
  }

  test('should exit 2 and name the nearest verb when a verb is unknown', async () => {
    const { code, stdout, stderr } = await runCli(['qury']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^error\[USAGE\]: unknown command 'qury'/);
    assert.match(stderr, /Did you mean query\?/);
  });

  test('should exit 2 when an option has a value that it cannot have', async () => {
    for (const args of [
      ['query', '--limit', 'many'],
      ['ingest', 'a.vcf', '--split', 'no'],
      ['ingest', file, '--dry-run', '--validate-only'],
    ]) {
      const { code, stderr } = await runCli(args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /^error\[(USAGE|OPTION_CONFLICT)\]: /);
    }
  });

  test('should exit 2 and point at the place when a filter is wrong', async () => {
    const { code, stderr } = await runCli(['query', 'gene=BRCA1 adn af<0.1']);
    assert.equal(code, 2);
    assert.match(stderr, /^error\[FILTER_SYNTAX\]: /);
    assert.match(stderr, / {2}gene=BRCA1 adn af<0\.1\n {13}\^\n/);
  });

  test('should exit 1 and print problems like a compiler when a file is invalid', async () => {
    const { code, stdout } = await runCli(['validate', file]);
    assert.equal(code, 1);
    assert.match(stdout, /^error\[POS_NOT_INTEGER\]: /);
    assert.match(stdout, /--> .*bad\.vcf:4:6 {2}POS\n/);
    assert.match(stdout, /4 │ chr1 abc \. A T 50 PASS DP=3\n {2}│ {6}\^~~\n/);
    assert.match(stdout, /✘ .*bad\.vcf: 2 errors and 0 warnings\n$/);
    assert.doesNotMatch(stdout, /\u001b/);
  });

  test('should print a problem a line and a summary when validate is asked for JSON', async () => {
    const { code, stdout } = await runCli(['validate', '--json', file]);
    assert.equal(code, 1);
    const lines = jsonLines(stdout);
    assert.deepEqual(
      lines.map((line) => line.type),
      ['problem', 'problem', 'summary'],
    );
    assert.deepEqual(Object.keys(lines[0] ?? {}).sort(), [
      'code',
      'column',
      'field',
      'file',
      'line',
      'message',
      'severity',
      'type',
    ]);
    const { valid, errors, warnings } = lines[2] ?? {};
    assert.deepEqual({ valid, errors, warnings }, { valid: false, errors: 2, warnings: 0 });
  });

  test('should read standard input and exit 0 when what it holds is valid', async () => {
    const { code, stdout } = await runCli(['validate', '-'], {
      stdin: INVALID.replace('abc', '11').replace('zz', '4'),
    });
    assert.match(stdout, /✔ stdin is valid/);
    assert.equal(code, 0);
  });

  test('should exit 3 and store nothing when a dry run would reject records', async () => {
    const { code, stdout } = await runCli(['ingest', '--dry-run', '--json', file], { env: { VCF_AGENT_HOME: folder } });
    assert.equal(code, 3);
    const summary = firstOf(jsonLines(stdout));
    assert.equal(summary.records, 2);
    assert.equal(summary.rejected, 1);
  });

  test('should exit 1 with a coded error on stderr when a file is missing', async () => {
    const plain = await runCli(['validate', join(folder, 'absent.vcf')]);
    assert.equal(plain.code, 1);
    assert.match(plain.stderr, /^error\[INPUT_NOT_FOUND\]: /);
    const json = await runCli(['validate', '--json', join(folder, 'absent.vcf')]);
    assert.equal(json.code, 1);
    assert.equal(json.stdout, '');
    const line = firstOf(jsonLines(json.stderr));
    assert.equal((line.error as Record<string, unknown>).code, 'INPUT_NOT_FOUND');
  });

  test('should exit 4 when the database cannot be reached', async () => {
    const env = { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:1/none', VCF_AGENT_HOME: folder };
    const files = await runCli(['files'], { env });
    assert.equal(files.code, 4);
    assert.match(files.stderr, /^error\[DATABASE_UNAVAILABLE\]: /);
    assert.doesNotMatch(files.stderr, /s3cret/);
    const doctor = await runCli(['doctor'], { env });
    assert.equal(doctor.code, 4);
    assert.match(doctor.stdout, /✘ database/);
  });

  test('should show every setting with its origin, and no password', async () => {
    const env = {
      DATABASE_URL: 'postgres://me:s3cret@db/variants',
      VCF_AGENT_ENV: 'production',
      VCF_AGENT_BATCH_SIZE: '7',
    };
    const { code, stdout } = await runCli(['config', '--json', '--home', folder], { env });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /s3cret/);
    const origins = Object.fromEntries(jsonLines(stdout).map(({ name, origin }) => [name, origin]));
    assert.equal(origins.home, 'flag');
    assert.equal(origins.batchSize, 'VCF_AGENT_BATCH_SIZE');
    assert.equal(origins.logLevel, 'production preset');
    assert.equal(origins.tenant, 'default');
    const bad = await runCli(['config'], { env: { VCF_AGENT_BATCH_SIZE: 'many' } });
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /^error\[CONFIG_INVALID\]: batchSize from VCF_AGENT_BATCH_SIZE/);
  });
});
