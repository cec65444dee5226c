import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type CompareFilesOptions, compareFiles } from '../../src/app/compare.ts';
import { needs } from '../support/needs.ts';
import { hasSharedVcf, sharedVcf } from '../support/shared.ts';

const MAX_OUTPUT_BYTES = 1 << 30;

/** Files that bcftools cannot read, and what it says. */
const UNREADABLE: Readonly<Record<string, RegExp>> = {
  'SnpEff__test_clinvar.vcf.gz': /unknown file type/,
  'htsjdk__HiSeq.10000.vcf': /Empty sample name/,
};

/** Keys (contig, position, REF, ALT) of the variants of a set, as often as they stand there, sorted. */
interface Sets {
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly both: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'va-isec-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (ending: string): string => join(folder, `${files++}${ending}`);

function shell(command: string): string {
  return execFileSync('bash', ['-o', 'pipefail', '-c', command], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Split by bcftools, sorted, indexed. Only places and genotypes are left, with a header of their own: bcftools refuses contigs
 * and keys that no header declares, and lists of wrong lengths.
 */
function prepared(path: string, more = ''): string {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const columns = lines.find((line) => line.startsWith('#CHROM'))!;
  const records = lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const [chrom, pos, , ref, alt, , , , format = '', ...samples] = line.split('\t');
      const genotype = format.split(':').indexOf('GT');
      const genotypes = samples.map((sample) => (genotype < 0 ? '.' : (sample.split(':')[genotype] ?? '.')));
      const after = samples.length === 0 ? [] : ['GT', ...genotypes];
      return [chrom, pos, '.', ref, alt, '.', '.', '.', ...after].join('\t');
    });
  const contigs = new Set(records.map((line) => line.slice(0, line.indexOf('\t'))));
  const header = [
    '##fileformat=VCFv4.2',
    ...[...contigs].map((contig) => `##contig=<ID=${contig}>`),
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
    // A header may name FORMAT and no sample.
    columns.split('\t').length > 9 ? columns : columns.split('\t').slice(0, 8).join('\t'),
  ];
  const plain = newFile('.vcf');
  writeFileSync(plain, `${[...header, ...records].join('\n')}\n`);
  const target = newFile('.vcf.gz');
  shell(`bcftools norm -m-any '${plain}' ${more} | bcftools sort -Oz -o '${target}' && bcftools index '${target}'`);
  return target;
}

const keyOf = (columns: readonly string[]): string => columns.join(':');

function theirs(a: string, b: string): Sets {
  const sets: Record<string, string[]> = { 10: [], '01': [], 11: [] };
  for (const line of shell(`bcftools isec -n +1 '${a}' '${b}'`).split('\n')) {
    const [chrom = '', pos = '', ref = '', alt = '', mask = ''] = line.split('\t');
    if (chrom !== '') sets[mask]!.push(keyOf([chrom, pos, ref, alt]));
  }
  return { onlyA: sets['10']!.sort(), onlyB: sets['01']!.sort(), both: sets['11']!.sort() };
}

/** What `compare` writes; and that it counts as many. */
async function ours(a: string, b: string, options: CompareFilesOptions = {}): Promise<Sets> {
  const writeTo = newFile('');
  const { sites } = await compareFiles(a, b, { ...options, writeTo });
  const keys = (name: string): string[] =>
    readFileSync(join(writeTo, `${name}.vcf`), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('\t'))
      .map(([chrom = '', pos = '', , ref = '', alt = '']) => keyOf([chrom, pos, ref, alt]))
      .sort();
  const sets = { onlyA: keys('only-a'), onlyB: keys('only-b'), both: keys('both') };
  assert.deepEqual(
    { onlyA: sets.onlyA.length, onlyB: sets.onlyB.length, both: sets.both.length },
    { onlyA: sites.onlyA, onlyB: sites.onlyB, both: sites.both },
  );
  return sets;
}

const sizes = ({ onlyA, onlyB, both }: Sets): string =>
  `${both.length} both, ${onlyA.length} only a, ${onlyB.length} only b`;

/** Two files made of one: each lacks some records, and some have another ALT or other genotypes. */
function changedCopies(path: string): readonly [string, string] {
  const text = path.endsWith('.bcf') ? shell(`bcftools view '${path}'`) : shell(`zcat -f '${path}'`);
  const lines = text.split('\n').filter(Boolean);
  const header = lines.filter((line) => line.startsWith('#'));
  const records = lines.filter((line) => !line.startsWith('#'));
  const changed = records.flatMap((line, index) => {
    if (index % 7 === 3) return [];
    const columns = line.split('\t');
    if (index % 11 === 5 && /^[ACGT]+$/.test(columns[4]!)) columns[4] += 'A';
    if (index % 5 === 2)
      return [columns.map((value, at) => (at > 8 ? value.replace(/^0\/1/, '1/1') : value)).join('\t')];
    return [columns.join('\t')];
  });
  const write = (body: readonly string[]): string => {
    const target = newFile('.vcf');
    writeFileSync(target, `${[...header, ...body].join('\n')}\n`);
    return target;
  };
  return [write(records.filter((_, index) => index % 9 !== 4)), write(changed)];
}

const real = hasSharedVcf() ? readdirSync(sharedVcf('real')).filter((name) => /\.(vcf|vcf\.gz|bcf)$/.test(name)) : [];
const NEEDS = needs('bcftools', 'shared-vcf');

describe('a file and a changed copy of it', () => {
  for (const name of real) {
    test(`should have in common what bcftools isec finds when it is ${name}`, NEEDS, async (context) => {
      const path = sharedVcf(`real/${name}`);
      const expected = UNREADABLE[name];
      if (expected !== undefined) {
        assert.throws(() => shell(`bcftools view '${path}'`), expected);
        return;
      }
      const [a, b] = changedCopies(path);
      const found = await ours(a, b);
      context.diagnostic(sizes(found));
      assert.deepEqual(found, theirs(prepared(a), prepared(b)));
    });
  }

  test('should have been each of the real files', needs('shared-vcf'), () => assert.equal(real.length, 25));
});

/** The text of a compressed file, in a file. */
function textOf(path: string): string {
  const target = newFile('.vcf');
  writeFileSync(target, shell(`zcat -f '${path}'`));
  return target;
}

/** Two samples of one file. */
const SLICES = [
  ['slivar__ashk-trio.vcf.gz', 'HG002', 'HG004'],
  ['ngs-bits__TrioMendelianErrors_in1.vcf.gz', 'NA12878x2_80', 'NA12891_14'],
  ['truvari__bcftools_merged.vcf.gz', 'NA24385', '2:NA24385'],
  ['truvari__bcftools_merged.vcf.gz', 'NA24385', '3:NA24385'],
  ['truvari__bcftools_merged.vcf.gz', '2:NA24385', '3:NA24385'],
  ['gatk__1kgp_test.merged.vcf.gz', 'HG00096', 'HG00129'],
  ['gatk__1kgp_test.merged.vcf.gz', 'HG00096', 'NA18945'],
  ['gatk__1kgp_test.merged.vcf.gz', 'HG00140', 'NA18956'],
  ['scout__643594.clinical.vcf.gz', '', ''],
  ['hail__sample2.vcf', '', ''],
] as const;

describe('what two samples of one file carry', () => {
  for (const [name, ...named] of SLICES) {
    test(
      `should have in common what bcftools isec finds in slices of ${name} (${named.join(' ')})`,
      NEEDS,
      async (context) => {
        const path = sharedVcf(`real/${name}`);
        const all = shell(`bcftools query -l '${path}'`).trim().split('\n');
        const [x, y] = named[0] === '' ? [all[0]!, all[1]!] : named;
        const found = await ours(path, path, { samples: [x, y] });
        const split = prepared(textOf(path));
        const slice = (sample: string): string => {
          const target = newFile('.vcf.gz');
          const carriers = `GT[@${nameList(sample)}]="alt" && GT[@${nameList(sample)}]!="mis"`;
          shell(`bcftools view -i '${carriers}' '${split}' -Oz -o '${target}' && bcftools index '${target}'`);
          return target;
        };
        context.diagnostic(sizes(found));
        assert.deepEqual(found, theirs(slice(x), slice(y)));
      },
    );
  }
});

function nameList(sample: string): string {
  const list = newFile('.txt');
  writeFileSync(list, `${sample}\n`);
  return list;
}

describe('genotypes of samples of one name', () => {
  for (const name of [
    'slivar__ashk-trio.vcf.gz',
    'hail__sample2.vcf',
    'scout__643594.clinical.vcf.gz',
    'cyvcf2__test-haploidX.vcf',
  ]) {
    test(`should agree as often as bcftools stats counts when they are those of ${name}`, NEEDS, async (context) => {
      const [a, b] = changedCopies(sharedVcf(`real/${name}`));
      const { samples } = await compareFiles(a, b);
      const table = shell(`bcftools stats -s - '${prepared(a)}' '${prepared(b)}'`);
      const counted: Record<string, { alike: number; different: number }> = {};
      for (const line of table.split('\n')) {
        const [section, , sample = '', ...counts] = line.split('\t');
        // Discordance, then matches of RR, RA, AA, then mismatches, of SNPs (GCsS) and of indels (GCiS).
        if (section !== 'GCsS' && section !== 'GCiS') continue;
        const own = counted[sample] ?? { alike: 0, different: 0 };
        counted[sample] = own;
        own.alike += Number(counts[1]) + Number(counts[2]) + Number(counts[3]);
        own.different += Number(counts[4]) + Number(counts[5]) + Number(counts[6]);
      }
      const mine: typeof counted = {};
      for (const { a: sample, genotypes } of samples) {
        const called = ['reference', 'heterozygous', 'homozygous'] as const;
        const pairs = called.flatMap((x) => called.map((y) => [x === y, genotypes[x][y]] as const));
        const sum = (same: boolean): number =>
          pairs.reduce((total, [isSame, times]) => total + (isSame === same ? times : 0), 0);
        mine[sample] = { alike: sum(true), different: sum(false) };
      }
      context.diagnostic(
        `${samples.length} samples, ${samples.reduce((sum, { discordant }) => sum + discordant, 0)} discordant`,
      );
      assert.deepEqual(mine, counted);
    });
  }
});

describe('a file whose indels were shifted', () => {
  const cases = hasSharedVcf()
    ? readdirSync(sharedVcf('golden'), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() && existsSync(sharedVcf(`golden/${entry.name}/in_shifted.vcf`)) ? [entry.name] : [],
      )
    : [];
  for (const name of cases) {
    test(`should be one with it by a reference when it is ${name}`, needs('shared-vcf'), async (context) => {
      const at = (file: string): string => sharedVcf(`golden/${name}/${file}`);
      const aligned = await compareFiles(at('in.vcf'), at('in_shifted.vcf'), { reference: at('ref.fa') });
      const asWritten = await compareFiles(at('in.vcf'), at('in_shifted.vcf'));
      context.diagnostic(`${asWritten.sites.both} in both as written, ${aligned.sites.both} left-aligned`);
      assert.deepEqual([aligned.sites.onlyA, aligned.sites.onlyB], [0, 0]);
    });
  }
});
