import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openClassification } from '../../../src/analysis/acmg/classify-file.ts';
import { keyOf, type VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { DEFAULT_PROFILE } from '../../../src/analysis/acmg/profile.ts';
import { parsePed } from '../../../src/analysis/family/pedigree.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';

interface Trio {
  readonly path: string;
  /** Child, father, mother. */
  readonly samples: readonly [string, string, string];
  readonly sex: 1 | 2;
}

const BUNDLED: Trio = {
  path: join(import.meta.dirname, '..', '..', '..', 'data', 'trio.vcf.gz'),
  samples: ['child', 'father', 'mother'],
  sex: 2,
};
const ASHKENAZI: Trio = {
  path: sharedVcf('real/slivar__ashk-trio.vcf.gz'),
  samples: ['HG002', 'HG003', 'HG004'],
  sex: 1,
};
const ERRORS: Trio = {
  path: sharedVcf('real/ngs-bits__TrioMendelianErrors_in1.vcf.gz'),
  samples: ['NA12878x2_80', 'NA12891_14', 'NA12892_18'],
  sex: 2,
};

async function evidenceOf({ path, samples: [child, father, mother], sex }: Trio): Promise<VariantEvidence[]> {
  const ped = `F ${child} ${father} ${mother} ${sex} 2\nF ${father} 0 0 1 1\nF ${mother} 0 0 2 1\n`;
  const { pedigree } = parsePed(ped);
  const rules = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, clinvar: undefined };
  await using classification = await openClassification(path, { ...rules, pedigree });
  const all: VariantEvidence[] = [];
  for await (const batch of classification.batches()) all.push(...batch.map(({ evidence }) => evidence));
  assert.deepEqual(classification.familyProblems, []);
  return all;
}

/** A trio's genotypes of a line of text, read without any of the program: undefined for what is to be doubted. */
function trioOf(format: string, columns: readonly string[]): (number | undefined)[] {
  const keys = format.split(':');
  return columns.map((column) => {
    const values = column.split(':');
    const value = (key: string): string | undefined => values[keys.indexOf(key)];
    const alleles = (value('GT') ?? '.').split(/[/|]/);
    if (alleles.length !== 2 || alleles.includes('.')) return undefined;
    if (Number(value('GQ')) < 20 || Number(value('DP')) < 10) return undefined;
    const copies = alleles.filter((allele) => allele === '1').length;
    const [reference = 0, alternate = 0] = (value('AD') ?? '').split(',').map(Number);
    const share = alternate / (reference + alternate);
    if (copies === 0) return share > 0.05 ? undefined : 0;
    if (copies === 2) return share < 0.95 ? undefined : 2;
    const shares = [share, alternate / Math.max(reference + alternate, Number(value('DP')))];
    return shares.some((one) => one >= 0.2 && one <= 0.8) ? 1 : undefined;
  });
}

/** Keys of autosomal variants with one ALT that are new in the child, or homozygous with a copy of each parent. */
function slowly({ path, samples }: Trio): {
  readonly deNovo: string[];
  readonly recessive: string[];
  readonly looked: Set<string>;
} {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  const names = lines.find((line) => line.startsWith('#CHROM'))!.split('\t');
  const found = { deNovo: [] as string[], recessive: [] as string[], looked: new Set<string>() };
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue;
    const columns = line.split('\t');
    const [chrom = '', pos, , ref, alt = ''] = columns;
    if (/[XYM]/.test(chrom) || alt.includes(',') || alt === '.') continue;
    const key = [chrom, pos, ref, alt].join(':');
    found.looked.add(key);
    const [child, father, mother] = trioOf(
      columns[8]!,
      samples.map((name) => columns[names.indexOf(name)]!),
    );
    if (child === 1 && father === 0 && mother === 0) found.deNovo.push(key);
    // Healthy parents have one copy each.
    if (child === 2 && father === 1 && mother === 1) found.recessive.push(key);
  }
  return found;
}

function keysWith(evidence: readonly VariantEvidence[], mode: string, looked: ReadonlySet<string>): string[] {
  return evidence
    .filter(({ families }) =>
      families?.some(({ modes }) => modes.some((one) => one.mode === mode && one.status === 'met')),
    )
    .map(keyOf)
    .filter((key) => looked.has(key));
}

/** Variants of a gene that are compound heterozygotes. */
function compoundIn(gene: string, evidence: readonly VariantEvidence[]): string[] {
  return evidence
    .filter(({ transcript }) => transcript?.gene === gene)
    .filter(({ families }) => families?.some(({ partners }) => partners.some(({ status }) => status === 'met')))
    .map(keyOf);
}

describe('trios', () => {
  test('should be told as by a slow reading of the text when the trio is the bundled one', async () => {
    const evidence = await evidenceOf(BUNDLED);
    const slow = slowly(BUNDLED);
    assert.deepEqual(keysWith(evidence, 'deNovo', slow.looked), slow.deNovo);
    assert.deepEqual(keysWith(evidence, 'autosomalRecessive', slow.looked), slow.recessive);
    assert.deepEqual([slow.deNovo.length, slow.recessive.length], [8, 181]);
    assert.ok(slow.deNovo.includes('chr12:112477719:A:G'), 'the new variant of PTPN11 that the sample was made with');
    assert.deepEqual(compoundIn('CFTR', evidence), ['chr7:117559590:ATCT:A', 'chr7:117587778:G:T']);
    assert.ok(slow.recessive.includes('chr13:20189546:AC:A'), 'GJB2, homozygous');
  });

  test('should be told so when it is the Ashkenazi trio of slivar', needs('shared-vcf'), async (context) => {
    const evidence = await evidenceOf(ASHKENAZI);
    const slow = slowly(ASHKENAZI);
    assert.deepEqual(keysWith(evidence, 'deNovo', slow.looked), slow.deNovo);
    assert.deepEqual(keysWith(evidence, 'autosomalRecessive', slow.looked), slow.recessive);
    context.diagnostic(`${slow.deNovo.length} de novo, ${slow.recessive.length} recessive`);
    assert.deepEqual(compoundIn('H6PD', evidence), ['1:9304978:CCCCAGGCA:C', '1:9323910:G:A']);
    assert.ok(slow.deNovo.length > 0 && slow.recessive.length > 100);
  });

  test(
    'should be told so when it is the trio with Mendelian errors of ngs-bits',
    needs('shared-vcf'),
    async (context) => {
      const evidence = await evidenceOf(ERRORS);
      const slow = slowly(ERRORS);
      assert.deepEqual(keysWith(evidence, 'deNovo', slow.looked), slow.deNovo);
      assert.deepEqual(keysWith(evidence, 'autosomalRecessive', slow.looked), slow.recessive);
      context.diagnostic(`${slow.deNovo.length} de novo, ${slow.recessive.length} recessive`);
      assert.ok(slow.deNovo.length > 10 && slow.recessive.length > 1000);
    },
  );
});
