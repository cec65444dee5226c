import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { App } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type CliResult, firstOf, jsonLines, runCli, startCli } from './run-cli.ts';

const HEADER = [
  '##fileformat=VCFv4.2',
  '##contig=<ID=chr17>',
  '##INFO=<ID=DP,Number=1,Type=Integer,Description="Total depth">',
  '##INFO=<ID=gnomAD_AF,Number=A,Type=Float,Description="Allele frequency">',
  '##INFO=<ID=ANN,Number=.,Type=String,Description="Functional annotations: \'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p | cDNA.pos / cDNA.length | CDS.pos / CDS.length | AA.pos / AA.length | Distance | ERRORS / WARNINGS / INFO\'">',
  '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
  '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
  '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmother\tchild',
];
const ANN =
  'C|missense_variant|MODERATE|BRCA1|BRCA1|transcript|NM_007294.4|protein_coding|17/23|c.5096G>A|p.Arg1699Gln|||||';
const RECORDS = [
  `chr17\t43045712\trs1\tT\tC\t50\tPASS\tDP=31;gnomAD_AF=0.0005;ANN=${ANN}\tGT:GQ\t0/1:99\t0/0:80`,
  'chr17\t43045800\t.\tG\tA,T\t40\tq10\tDP=12;gnomAD_AF=0.1,0.2\tGT:GQ\t0/1:20\t1/2:30',
  'chr17\t43999999\t.\tA\tG\t.\tPASS\tDP=5\tGT:GQ\t0/0:9\t0/1:9',
];
const BROKEN = 'chr17\tabc\t.\tA\tG\t.\tPASS\tDP=5\tGT:GQ\t0/0:9\t0/1:9';

/** One home with the embedded database for all tests of this file: making one takes seconds. They run in order. */
describe('vcf-agent on the embedded database', { timeout: 300_000 }, () => {
  let folder: string;
  let file: string;
  /** Holds the embedded server up between the commands, each of which would else start and stop it. */
  let holder: App;
  const run = (...args: string[]): Promise<CliResult> =>
    runCli(args, { env: { VCF_AGENT_HOME: join(folder, 'home') } });
  const json = async (...args: string[]): Promise<Record<string, unknown>[]> =>
    jsonLines((await run(...args, '--json')).stdout);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vcf-agent-cli-'));
    file = join(folder, 'duo.vcf');
    writeFileSync(file, `${[...HEADER, ...RECORDS].join('\n')}\n`);
    writeFileSync(join(folder, 'broken.vcf'), `${[...HEADER, ...RECORDS, BROKEN].join('\n')}\n`);
    // The same text under another name in another container.
    writeFileSync(join(folder, 'renamed.vcf.gz'), gzipSync(readFileSync(file)));
    const { config } = loadConfig({ env: {}, cwd: folder, flags: { home: join(folder, 'home') } });
    const { platforms: _, limits, ...settings } = config;
    holder = await App.open({ ...settings, lineBytes: limits.lineBytes });
  });
  after(async () => {
    await holder[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test('should store a file and print its receipt', async () => {
    const { code, stdout, stderr } = await run('ingest', file);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^✔ duo\.vcf {2}4 variants stored/);
    assert.match(stdout, /│ records read +3 /);
    assert.match(stdout, /✔ it adds up/);
    assert.match(stdout, /✔ equal/);
  });

  test('should add nothing and exit 0 when the same records come again under another name', async () => {
    const { code, stdout } = await run('ingest', join(folder, 'renamed.vcf.gz'));
    assert.equal(code, 0);
    assert.match(stdout, /is stored already: 0 new rows, 4 variants known/);
    const summary = firstOf(await json('ingest', file));
    assert.equal(summary.alreadyStored, true);
    const { stored, duplicates, input } = summary.receipt as Record<string, number>;
    assert.deepEqual({ stored, duplicates, input }, { stored: 0, duplicates: 4, input: 4 });
  });

  test('should exit 3, show the line and keep the rest when a record cannot be read', async () => {
    const { code, stdout } = await run('ingest', join(folder, 'broken.vcf'));
    assert.equal(code, 3);
    assert.match(stdout, /rejected line 12, column 7: POS_NOT_INTEGER/);
    assert.match(stdout, /\+ rejected +1/);
  });

  test('should log events and counts, but no sample and no genotype, when asked to', async () => {
    const { stderr } = await run('ingest', file, '--log-level', 'trace', '--quiet');
    const events = jsonLines(stderr);
    assert.deepEqual(
      events.map(({ event }) => event),
      ['ingest.started', 'ingest.finished'],
    );
    assert.doesNotMatch(stderr, /mother|child|0\/1|duo/);
  });

  test('should list what is stored', async () => {
    const files = await json('files');
    assert.deepEqual(
      files.map(({ name, variants, rejected, status }) => ({ name, variants, rejected, status })),
      [
        { name: 'duo.vcf', variants: 4, rejected: 0, status: 'complete' },
        { name: 'broken.vcf', variants: 4, rejected: 1, status: 'complete' },
      ],
    );
    assert.match((await run('files')).stdout, /duo\.vcf +4/);
  });

  test('should find variants with a filter in every output format', async () => {
    const filter = 'gene=BRCA1 and af<0.001';
    const table = await run('query', filter, '--file', '1');
    assert.match(table.stdout, /chr17:43045712 +T>C +rs1 +BRCA1 +missense/);
    assert.match(table.stderr, /^1 variant$/m);
    const row = firstOf(await json('query', filter, '--file', 'duo.vcf'));
    assert.equal(row.key, 'chr17:43045712:T:C');
    assert.deepEqual(row.filter, ['PASS']);
    assert.equal((row.info as Record<string, unknown>).DP, 31);
    assert.deepEqual((row.info as Record<string, unknown>).gnomAD_AF, [0.0005]);
    const array = JSON.parse((await run('query', filter, '--file', '1', '-o', 'json')).stdout);
    assert.deepEqual(array, [row]);
    assert.deepEqual(JSON.parse((await run('query', 'gene=NONE', '-o', 'json')).stdout), []);
    const [titles, values] = (await run('query', filter, '--file', '1', '-o', 'tsv')).stdout
      .split('\n')
      .map((line) => line.split('\t'));
    assert.equal(values?.[titles?.indexOf('gene') ?? -1], 'BRCA1');
  });

  test('should go on at the cursor when a page was full', async () => {
    const first = await run('query', '--file', '1', '-n', '3', '-o', 'ndjson');
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1] ?? '';
    const rest = await run('query', '--file', '1', '-o', 'ndjson', '--cursor', cursor);
    const keys = [...jsonLines(first.stdout), ...jsonLines(rest.stdout)].map((row) => row.key);
    assert.deepEqual(keys, ['chr17:43045712:T:C', 'chr17:43045800:G:A', 'chr17:43045800:G:T', 'chr17:43999999:A:G']);
  });

  test('should give rows back as VCF, with samples only when they are of one file', async () => {
    const one = await run('query', 'id=rs1', '--file', '1', '-o', 'vcf');
    assert.equal(one.stdout, `${[...HEADER, RECORDS[0]].join('\n')}\n`);
    const both = await run('query', 'id=rs1', '-o', 'vcf');
    const lines = both.stdout.trimEnd().split('\n');
    assert.equal(lines.filter((line) => line.startsWith('chr17')).length, 2);
    assert.ok(lines.every((line) => line.startsWith('##') || line.split('\t').length === 8));
  });

  test('should show everything known of a variant, however it is named', async () => {
    for (const name of [
      '17-43045712-T-C',
      'chr17:43045712:T:C',
      'rs1',
      'NM_007294.4:c.5096G>A',
      'BRCA1:p.Arg1699Gln',
    ]) {
      const { code, stdout, stderr } = await run('get', name);
      assert.equal(code, 0, `${name}: ${stderr}`);
      assert.match(stdout, /^chr17:43045712 {2}T>C {2}rs1\n/, name);
    }
    const { stdout } = await run('get', 'rs1');
    assert.match(stdout, /DP +31 +Total depth/);
    assert.match(stdout, /1 carrier among 2 samples/);
    assert.match(stdout, /mother +0\/1 +99/);
    assert.doesNotMatch(stdout, /child/);
    const row = firstOf(await json('get', 'rs1'));
    assert.deepEqual(row.carriers, [{ sample: 'mother', genotype: '0/1' }]);
    assert.deepEqual(row.genotypes, { mother: { GT: '0/1', GQ: '99' }, child: { GT: '0/0', GQ: '80' } });
    const missing = await run('get', '17-1-A-C');
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^error\[NOT_FOUND\]/);
  });

  test('should prove every file', async () => {
    const proofs = await json('prove');
    assert.deepEqual(
      proofs.map(({ ok, variants }) => ({ ok, variants })),
      [
        { ok: true, variants: 4 },
        { ok: true, variants: 4 },
      ],
    );
    const { code, stdout } = await run('prove', 'duo.vcf');
    assert.equal(code, 0);
    assert.match(stdout, /^✔ proved {2}duo\.vcf/);
  });

  test('should give a stored file back, to standard output or compressed with an index', async () => {
    const { stdout } = await run('export', '1');
    assert.ok(stdout.startsWith(`${HEADER.join('\n')}\n${RECORDS[0]}\n`));
    assert.equal(stdout.trimEnd().split('\n').length, HEADER.length + 4);
    const copy = join(folder, 'copy.vcf.gz');
    assert.equal((await run('export', 'duo.vcf', '--output', copy, '--index')).code, 0);
    assert.ok(readFileSync(`${copy}.tbi`).length > 0);
  });

  test('should end in silence when the reader of a pipe has seen enough', async () => {
    const child = startCli(['query', '-o', 'tsv'], { env: { VCF_AGENT_HOME: join(folder, 'home') } });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /error|EPIPE|bug/);
  });

  test('should exit 130 and say how to go on when it is interrupted', async () => {
    const child = startCli(['ingest', '-', '--log-level', 'info'], { env: { VCF_AGENT_HOME: join(folder, 'home') } });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      // The pipe stays open: once it has begun, the program waits for more.
      if (!stderr.includes('ingest.started') && String(chunk).includes('ingest.started')) child.kill('SIGINT');
      stderr += chunk;
    });
    child.stdin.write(`${HEADER.join('\n')}\n`);
    const [code] = await once(child, 'close');
    assert.equal(code, 130);
    assert.match(stderr, /error\[ABORTED\]/);
  });

  test('should ask before it deletes, and delete everything with --yes', async () => {
    const refused = await run('delete', 'duo.vcf');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /add --yes/);
    const { code, stdout } = await run('delete', 'duo.vcf', '--yes');
    assert.equal(code, 0);
    assert.match(stdout, /duo\.vcf and 4 variants deleted/);
    assert.deepEqual(
      (await json('files')).map(({ name }) => name),
      ['broken.vcf'],
    );
  });

  test('should find everything in order when the doctor looks', async () => {
    const { code, stdout } = await run('doctor');
    assert.equal(code, 0);
    assert.match(stdout, /✔ database +PostgreSQL 18/);
  });
});
