import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CliResult, firstOf, jsonLines, runCli } from './run-cli.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');
const NOTICE = /Research use only/;

/** Missense variants of the trio, each beside records of a made-up ClinVar. */
function clinvar(date: string, significance: string): string {
  const head = [
    '##fileformat=VCFv4.1',
    `##fileDate=${date}`,
    '##reference=GRCh38',
    ...['CLNSIG', 'CLNREVSTAT', 'GENEINFO', 'MC'].map((id) => `##INFO=<ID=${id},Number=.,Type=String,Description="">`),
    '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO',
  ];
  const status = 'criteria_provided,_multiple_submitters,_no_conflicts';
  const records = [3, 6, 9, 12, 15].map((offset, i) => {
    const info = `CLNSIG=${significance};CLNREVSTAT=${status};GENEINFO=BRCA1:672;MC=SO:0001583|missense_variant`;
    return `17\t${43_071_077 + offset}\t${i + 1}\tC\tT\t.\t.\t${info}`;
  });
  return [...head, ...records, ''].join('\n');
}

describe('verdicts on the command line', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  const run = (...args: readonly string[]): Promise<CliResult> =>
    runCli(args, { env: { VCF_AGENT_HOME: file('home') } });
  const ok = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-verdicts-'));
    await writeFile(file('old.vcf'), clinvar('2026-01-01', 'Uncertain_significance'));
    await writeFile(file('new.vcf'), clinvar('2026-02-01', 'Pathogenic'));
    await writeFile(file('genes.txt'), 'BRCA1\nCFTR\n');
    await ok('ingest', TRIO, '--quiet');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('should say what to do while no verdict is kept', async () => {
    const none = await run('reclassify', '--clinvar', file('new.vcf'));
    assert.equal(none.code, 0);
    assert.match(none.stderr, /classify <file> --stored --keep/);
    const one = await run('reclassify', 'trio.vcf.gz', '--clinvar', file('new.vcf'));
    assert.deepEqual([one.code, /NOT_FOUND/.test(one.stderr)], [1, true]);
  });

  test('should judge a stored file as it judges the file, and keep nothing unless asked to', async () => {
    const args = ['--lof-genes', file('genes.txt'), '--json'];
    const direct = jsonLines(await ok('classify', TRIO, ...args));
    const stored = jsonLines(await ok('classify', 'trio.vcf.gz', '--stored', ...args));
    const judged = ({ row: _, reviewed: __, effective: ___, ...rest }: Record<string, unknown>) => rest;
    assert.deepEqual(stored.map(judged), direct);
    assert.equal(stored[0]?.effective, stored[0]?.class);
    assert.doesNotMatch(await ok('query', 'exists(class)'), /chr/);
  });

  test('should keep verdicts, and find and show them', async () => {
    const kept = await run('classify', '1', '--keep', '--clinvar', file('old.vcf'), '--min-points', '5');
    assert.equal(kept.code, 0, kept.stderr);
    assert.match(kept.stdout, NOTICE);
    assert.match(kept.stderr, /kept for trio.vcf.gz, 0 not as before/);
    const vus = jsonLines(await ok('query', 'class=VUS and points>=5', '--json'));
    assert.ok(vus.length > 0);
    const { verdict } = vus[0] as { verdict: Record<string, unknown> };
    assert.deepEqual([verdict.class, verdict.effective], ['Uncertain significance', 'Uncertain significance']);
    const benign = await ok('query', 'class~benign', '--limit', '0');
    const both = await ok('query', 'class in (B, LB)', '--limit', '0');
    assert.equal(both, benign);
    assert.match(benign, /Likely benign +-\d/);
    const all = jsonLines(await ok('query', 'exists(class)', '--json')).length;
    const others = jsonLines(await ok('query', 'not class=LB', '--json')).length;
    const likely = jsonLines(await ok('query', 'class=LB', '--json')).length;
    assert.deepEqual([all, likely + others], [5303, 5303]);
    assert.match(await ok('get', 'rs1799966'), /Judged\n +computed +\S/);
    const wrong = await run('query', 'class=terrible');
    assert.deepEqual([wrong.code, /P, LP, VUS, LB or B/.test(wrong.stderr)], [2, true]);
  });

  test('should set a review beside the computed class everywhere, and keep its history', async () => {
    const [review] = jsonLines(
      await ok('review', 'rs1799966', '--class', 'LP', '--comment', 'seen twice', '--reviewer', 'eve', '--json'),
    );
    assert.deepEqual(
      [review?.key, review?.assembly, review?.class],
      ['17:43071077:T:C', 'GRCh38', 'Likely pathogenic'],
    );
    assert.match(await ok('query', 'class=LP'), /Likely pathogenic/);
    assert.match(await ok('get', 'rs1799966'), /reviewed +Likely pathogenic +\S+ +eve: seen twice/);
    const shown = jsonLines(await ok('classify', '1', '--stored', '--json')).find(({ reviewed }) => reviewed != null);
    assert.deepEqual([shown?.key, shown?.effective], ['chr17:43071077:T:C', 'Likely pathogenic']);
    await ok('review', '17-43071077-T-C', '--withdraw', '--comment', 'sample swap', '--reviewer', 'adam');
    assert.match(await ok('query', 'class=LP'), /^$/);
    const history = jsonLines(await ok('review', 'rs1799966', '--history', '--json'));
    assert.deepEqual(
      history.map(({ reviewer, class: given }) => [reviewer, given]),
      [
        ['eve', 'Likely pathogenic'],
        ['adam', null],
      ],
    );
    for (const { notice } of history) assert.match(String(notice), NOTICE);
    const refused = [
      ['review', 'rs1799966'],
      ['review', 'rs1799966', '--class', 'LP'],
      ['review', 'rs1799966', '--class', 'worse', '--comment', 'x'],
      ['review', 'rs1799966', '--class', 'LP', '--withdraw', '--comment', 'x'],
      ['review', 'rs1799966', '--class', 'LP', '--comment', 'x'.repeat(2001)],
    ];
    for (const args of refused) assert.equal((await run(...args)).code, 2, args.join(' '));
    assert.equal((await run('review', 'rs0', '--history')).code, 1);
  });

  test('should report what a newer ClinVar changed', async () => {
    const lines = jsonLines(await ok('reclassify', '--clinvar', file('new.vcf'), '--json'));
    const summary = lines.at(-1);
    assert.deepEqual([summary?.type, summary?.verdicts, summary?.changed], ['summary', 5303, lines.length - 1]);
    const judged = Number(summary?.judged);
    assert.ok(judged > 0 && judged < 500, `${judged}`);
    const change = lines.find(({ key }) => key === 'chr17:43071077:T:C');
    const { from, to, met } = change as { from: { points: number }; to: { points: number }; met: readonly string[] };
    assert.equal(to.points, from.points + 2);
    assert.ok(met.includes('PM1'));
    const again = await ok('reclassify', 'trio.vcf.gz', '--clinvar', file('new.vcf'));
    assert.match(again, /0 of 5,303 verdicts judged again, 0 changed/);
    assert.match(again, NOTICE);
    const proof = firstOf(jsonLines(await ok('prove', '--json')));
    assert.deepEqual([proof.ok, proof.verdicts], [true, 5303]);
  });

  test('should annotate a file, to a file and to standard output', async () => {
    const out = file('annotated.vcf.gz');
    const { code, stdout, stderr } = await run(
      'annotate',
      TRIO,
      '--with',
      file('new.vcf'),
      '-o',
      out,
      '--index',
      '--json',
    );
    assert.equal(code, 0, stderr);
    const [summary] = jsonLines(stdout) as { variants?: number }[];
    assert.equal(summary?.variants, 5303);
    const piped = await run('annotate', file('new.vcf'), '--with', TRIO, '--keys', 'CSQ', '--name', 'trio');
    assert.equal(piped.code, 0, piped.stderr);
    assert.match(piped.stdout, /^##fileformat/);
    assert.match(piped.stderr, /trio.vcf.gz \(trio\): 5,239 records, 0 of 5 variants known/);
    assert.equal((await run('annotate', '-', '--with', TRIO)).code, 2);
    assert.equal((await run('annotate', TRIO)).code, 2);
  });
});
