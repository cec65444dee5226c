import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jsonLines, runCli } from './run-cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TRIO = join(ROOT, 'data', 'trio.vcf.gz');

type Json = Record<string, unknown>;

describe('vcf-agent report on a file', () => {
  let folder: string;
  let report: Json;
  const run = (...args: string[]) =>
    runCli(['report', TRIO, ...args], { env: { VCF_AGENT_HOME: join(folder, 'home') } });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vcf-agent-report-'));
    writeFileSync(join(folder, 'lof.txt'), 'BRCA1\nCFTR\nGJB2\n');
    const { code, stdout, stderr } = await run('--sample', 'child', '--lof-genes', join(folder, 'lof.txt'), '--json');
    assert.equal(code, 0, stderr);
    report = JSON.parse(stdout) as Json;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('should say of each variant what classify says of it', async () => {
    const { stdout } = await runCli(['classify', TRIO, '--lof-genes', join(folder, 'lof.txt'), '--json']);
    const verdicts = new Map(jsonLines(stdout).map((verdict) => [verdict.key, verdict]));
    const variants = report.variants as readonly Json[];
    assert.ok(variants.length >= 30);
    const shared = [
      'class',
      'points',
      'criteria',
      'evidence',
      'moves',
      'clinvar',
      'withoutClinvar',
      'least',
      'greatest',
    ];
    for (const variant of variants) {
      const verdict = verdicts.get(variant.key);
      for (const key of [...shared, 'transcript', 'crossesClinvar'])
        assert.deepEqual(variant[key], verdict?.[key], key);
    }
  });

  test('should count what the sample carries, and show what ClinVar calls pathogenic whatever its points', async () => {
    const { stdout } = await runCli(['summary', TRIO, '--json']);
    const child = (JSON.parse(stdout).samples as readonly Json[]).find(({ sample }) => sample === 'child')!;
    assert.ok(Number(report.considered) >= Number(child.het) + Number(child.homAlt));
    assert.ok(Number(report.considered) < Number(report.judged));
    const classes = Object.values(report.classes as Record<string, number>);
    assert.equal(
      classes.reduce((sum, count) => sum + count, 0),
      report.considered,
    );
    const named = (report.variants as readonly Json[]).filter(
      ({ clinvar }) => (clinvar as Json | null)?.significance === 'Pathogenic',
    );
    assert.equal(named.length, 6, 'as the first question of the demo shows');
    for (const { carriers } of named) assert.ok((carriers as { samples: string[] }).samples.includes('child'));
  });

  test('should have the keys that docs/report.md lists, in their order, and no others', () => {
    const page = readFileSync(join(ROOT, 'docs', 'report.md'), 'utf8');
    const [, whole = '', each = ''] = page.split('| key | what |');
    const keysIn = (text: string): readonly string[] =>
      [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key ?? '');
    assert.deepEqual(Object.keys(report), keysIn(whole));
    for (const variant of report.variants as readonly Json[])
      assert.deepEqual(Object.keys(variant).sort(), [...keysIn(each)].sort());
  });

  test('should tell inheritance when there is a pedigree, and write a page that appears whole', async () => {
    const ped = join(folder, 'family.ped');
    writeFileSync(ped, 'F1\tchild\tfather\tmother\t2\t2\nF1\tfather\t0\t0\t1\t1\nF1\tmother\t0\t0\t2\t1\n');
    const page = join(folder, 'family.html');
    const { code, stdout, stderr } = await run('--ped', ped, '-O', page, '--top', '40');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /Research use only/);
    const html = readFileSync(page, 'utf8');
    assert.match(html, /<title>Variants of child<\/title>/);
    // PTPN11 Asn308Asp is new in the child, the two of CFTR come from a parent each.
    assert.match(html, /chr12:112477719:A:G.*?<td class="wrap">[^<]*de novo/s);
    assert.match(html, /chr7:117559590:ATCT:A.*?<td class="wrap">[^<]*compound heterozygous/s);
    assert.match(html, /with chr7:117587778:G:T<td>in trans/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('part')),
      [],
    );
  });

  test('should say what is wrong when a sample, a file or an option is', async () => {
    for (const [args, expected, pattern] of [
      [['--sample', 'nobody'], 1, /NOT_FOUND.+no sample of that name/],
      [['--top', '5000'], 2, /USAGE.+at most 1000/],
      [['--top', '0'], 2, /at least 1/],
      [['--json', '-o', 'html'], 2, /OPTION_CONFLICT/],
      [['--ped', join(ROOT, 'package.json')], 1, /INPUT_FORMAT.+pedigree/s],
      [['-O', join(folder, 'none', 'x.html')], 4, /OUTPUT_UNWRITABLE/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, pattern);
    }
  });
});
