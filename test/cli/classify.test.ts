import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { jsonLines, runCli } from './run-cli.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');
const NOTICE = /Research use only/;

interface CriterionJson {
  readonly criterion: string;
  readonly status: string;
  readonly strength: string | null;
  readonly points: number;
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** Two variants: a stop of BRCA1 (synthetic annotation), then one without any annotation; gnomAD speaks in the second only. */
const SMALL = `##fileformat=VCFv4.2
##VEP="v113" time="2026-01-01" gnomADe="v4.1" assembly="GRCh38.p14"
##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: Allele|Consequence|SYMBOL|Feature_type|Feature|BIOTYPE|EXON|MANE_SELECT|NMD">
##INFO=<ID=gnomADe_AF,Number=A,Type=Float,Description="frequency">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO
17	43094531	.	G	A	.	.	CSQ=A|stop_gained|BRCA1|Transcript|NM_007294.4|protein_coding|10/23|ENST00000357654.9|
17	43094600	rs1	C	T,<DEL>	.	.	gnomADe_AF=0.2,.
17	43094601	.	C	.	.	.	.
`;

describe('classify', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-classify-'));
    await writeFile(file('small.vcf'), SMALL);
    await writeFile(file('genes.txt'), 'BRCA1\t# loss of function\n');
    await writeFile(file('profile.json'), '{"name": "strict", "pm2": {"alleleFrequency": 0}}');
    await writeFile(file('broken.vcf'), `${SMALL}17\tx\t.\tA\tG\t.\t.\t.\n`);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('should give one verdict a variant, with all 28 criteria, and a summary, as JSON', async () => {
    const { code, stdout, stderr } = await runCli([
      'classify',
      file('small.vcf'),
      '--lof-genes',
      file('genes.txt'),
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const lines = jsonLines(stdout);
    assert.deepEqual(
      lines.map(({ type, key }) => key ?? type),
      ['17:43094531:G:A', '17:43094600:C:T', '17:43094600:C:<DEL>', 'summary'],
    );
    const [stop, , deletion, summary] = lines;
    const criteria = stop?.criteria as CriterionJson[];
    assert.equal(criteria.length, 28);
    const by = Object.fromEntries(criteria.map((one) => [one.criterion, one]));
    assert.deepEqual([by.PVS1?.status, by.PVS1?.strength, by.PVS1?.points], ['met', 'veryStrong', 8]);
    // gnomAD speaks in a later variant, so that this one's absence is one.
    assert.deepEqual(
      [by.PM2?.status, by.PM2?.points, by.PP3?.status, by.PS2?.reason],
      ['met', 1, 'notMet', 'no pedigree'],
    );
    assert.deepEqual([stop?.class, stop?.points, stop?.posterior], ['Likely pathogenic', 9, 0.9878]);
    const evidence = stop?.evidence as Record<string, unknown>;
    assert.deepEqual([evidence.exon, evidence.gnomad], ['10/23', 'no value']);
    assert.deepEqual(stop?.annotations, { VEP: 'v113', gnomADe: 'v4.1', assembly: 'GRCh38.p14' });
    assert.deepEqual([stop?.rules, stop?.profile], ['1', 'clingen']);
    assert.equal(deletion?.class, 'not classified');
    assert.equal(summary?.variants, 3);
    for (const { notice } of lines) assert.match(String(notice), NOTICE);
  });

  test('should say what is not assessable without a list of genes', async () => {
    const { stdout } = await runCli(['classify', file('small.vcf'), '--criteria']);
    assert.match(stdout, /PVS1 +\? +no list of genes/);
    assert.match(stdout, /alone would move it: PVS1 \+8 → Likely pathogenic/);
    assert.match(stdout, NOTICE);
  });

  test('should read standard input, and count what could not be read', async () => {
    const piped = await runCli(['classify', '-', '--json'], { stdin: SMALL });
    assert.equal(piped.code, 0, piped.stderr);
    assert.equal(jsonLines(piped.stdout).length, 4);
    const broken = await runCli(['classify', file('broken.vcf')]);
    assert.equal(broken.code, 3, broken.stderr);
    assert.match(broken.stdout, /1 record could not be read/);
  });

  test('should show a table with the classes counted, as many lines as asked for', async () => {
    const { code, stdout } = await runCli(['classify', TRIO, '--min-points', '4', '--limit', '3']);
    assert.equal(code, 0);
    const shown = stdout.split('\n').filter((line) => /^chr/.test(line));
    assert.equal(shown.length, 3);
    assert.match(stdout, /PP3_Strong/);
    assert.match(stdout, /… and \d+ more/);
    const [, variants] = /^([\d,]+) variants: /m.exec(stdout) ?? [];
    assert.equal(variants, '5,303');
    assert.match(stdout, NOTICE);
  });

  test('should wait for a slow reader of a pipe without a word of warning', async () => {
    const bin = join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js');
    const pipe = `"${process.execPath}" "${bin}" classify "${TRIO}" --json | (sleep 0.2; wc -l)`;
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', pipe]);
    assert.equal(Number(stdout), 5304);
    assert.equal(stderr, '');
  });

  test('should take a profile by name or from a file, and refuse what is none', async () => {
    const own = await runCli(['classify', file('small.vcf'), '--profile', file('profile.json'), '--json']);
    assert.equal(jsonLines(own.stdout)[0]?.profile, 'strict');
    const cadd = await runCli(['classify', file('small.vcf'), '--profile', 'clingen-cadd', '--json']);
    assert.equal(jsonLines(cadd.stdout)[0]?.profile, 'clingen-cadd');
    const none = await runCli(['classify', file('small.vcf'), '--profile', 'nobody']);
    assert.deepEqual([none.code, /INPUT_NOT_FOUND/.test(none.stderr)], [1, true]);
    const wrong = await runCli(['classify', file('small.vcf'), '--profile', file('genes.txt')]);
    assert.deepEqual([wrong.code, /CONFIG_INVALID/.test(wrong.stderr)], [2, true]);
  });

  test('should show the modes and partners of a family, and PM6 until parentage is confirmed', async () => {
    await writeFile(file('family.ped'), 'FAM child father mother 2 2\nFAM father 0 0 1 1\nFAM mother 0 0 2 1\n');
    const options = ['classify', TRIO, '--ped', file('family.ped'), '--json'];
    const { code, stdout, stderr } = await runCli(options);
    assert.equal(code, 0, stderr);
    const lines = jsonLines(stdout);
    const at = (key: string) => lines.find((line) => line.key === key)!;
    const status = (line: Record<string, unknown>, wanted: string): string | null =>
      (line.criteria as CriterionJson[]).find(({ criterion }) => criterion === wanted)!.strength;
    const anew = at('chr12:112477719:A:G');
    assert.deepEqual(anew.families, [
      { family: 'FAM', ordinal: 1, modes: [{ mode: 'deNovo', status: 'met', reasons: [] }], partners: [] },
    ]);
    assert.deepEqual([status(anew, 'PM6'), status(anew, 'PS2')], ['supporting', null]);
    assert.equal((anew.evidence as Record<string, unknown>)['family:1'], 'deNovo met');
    const compound = at('chr7:117559590:ATCT:A');
    const [family] = compound.families as { partners: Record<string, unknown>[] }[];
    assert.deepEqual(family?.partners, [
      { variant: 'chr7:117587778:G:T', phase: 'trans', by: 'parents', status: 'met', reasons: [], gene: 'CFTR' },
    ]);
    // The partner is pathogenic by ClinVar: without it, nothing of PM3 is left.
    assert.equal(status(compound, 'PM3'), 'moderate');
    assert.deepEqual([compound.points, (compound.withoutClinvar as { points: number }).points], [3, 1]);
    const { families, modes } = lines.at(-1)!;
    assert.deepEqual([families, modes], [1, { autosomalRecessive: 183, deNovo: 8, compoundHeterozygous: 32 }]);

    const confirmed = jsonLines((await runCli([...options, '--confirmed-parentage'])).stdout);
    const shown = confirmed.find(({ key }) => key === 'chr12:112477719:A:G')!;
    assert.deepEqual([status(shown, 'PM6'), status(shown, 'PS2')], [null, 'moderate']);
    const text = await runCli(['classify', TRIO, '--ped', file('family.ped'), '--criteria', '--min-points', '3']);
    for (const told of [
      'family FAM: compound het\n    with chr7:117587778:G:T CFTR, in trans by the parents',
      '1 family: 8 de novo, 183 recessive, 32 compound het',
    ]) {
      assert.ok(text.stdout.includes(told), told);
    }
  });

  test('should refuse a pedigree that is none, and say where, or that is of other people', async () => {
    await writeFile(file('wrong.ped'), 'FAM child father mother 2 2\nFAM child\n');
    const wrong = await runCli(['classify', TRIO, '--ped', file('wrong.ped')]);
    assert.deepEqual(
      [wrong.code, /wrong\.ped:2:10: .*PED_TOO_FEW_COLUMNS/.test(wrong.stderr)],
      [1, true],
      wrong.stderr,
    );
    await writeFile(file('others.ped'), 'FAM nobody 0 0 2 2\n');
    const others = await runCli(['classify', TRIO, '--ped', file('others.ped')]);
    assert.deepEqual([others.code, /no affected member/.test(others.stderr)], [2, true], others.stderr);
    const parentage = await runCli(['classify', TRIO, '--confirmed-parentage']);
    assert.deepEqual([parentage.code, /OPTION_CONFLICT/.test(parentage.stderr)], [2, true]);
  });
});
