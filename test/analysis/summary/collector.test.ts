import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SummaryCollector } from '../../../src/analysis/summary/collector.ts';
import type { AlleleCounts, Summary } from '../../../src/analysis/summary/summary.ts';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { blockOf } from '../../support/block.ts';

const HEADER = [
  '##fileformat=VCFv4.2',
  '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Clinical significance">',
  '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL">',
];

/** What is counted of rows given with spaces for tabs: `REF ALT QUAL FILTER INFO FORMAT sample…`, at chromosome 1. */
function summarise(rows: readonly string[], samples = 0): Summary {
  const names = Array.from({ length: samples }, (_, i) => `\ts${i + 1}`).join('');
  const columns = `#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO${samples > 0 ? '\tFORMAT' : ''}${names}\n`;
  const { header } = parseHeader(Buffer.from([...HEADER, columns].join('\n')));
  const collector = new SummaryCollector(header);
  // In two blocks: nothing may depend on where one ends.
  const lines = rows.map((row, i) => `${row.startsWith('chr') ? '' : `1 ${i + 1} . `}${row}`.replaceAll(' ', '\t'));
  for (const part of [lines.slice(0, 1), lines.slice(1)]) collector.add(blockOf(part.join('\n')));
  return collector.finish();
}

const NONE: AlleleCounts = { snps: 0, transitions: 0, transversions: 0, indels: 0 };

test('should count a record once for each kind of ALT that it has', () => {
  const { sites } = summarise([
    'A G . . .',
    'A C,AT . . .',
    'A C,T . . .',
    'AC GT . . .',
    'A . . . .',
    'A <NON_REF> . . .',
    'A <DEL> . . .',
    'A A[1:5[ . . .',
    'A * . . .',
    'A G,<NON_REF> . . .',
    'A G,* . . .',
  ]);
  assert.deepEqual(sites, {
    records: 11,
    noAlts: 2,
    snps: 5,
    mnps: 1,
    indels: 1,
    others: 1,
    multiallelicSites: 4,
    multiallelicSnpSites: 2,
  });
});

test('should tell transitions from transversions, of every ALT and of the first', () => {
  const { substitutions } = summarise([
    'A G . . .',
    'c T . . .',
    'A C,G . . .',
    'A AT,T . . .',
    'N A . . .',
    'GA GC . . .',
  ]);
  const { types, ...sums } = substitutions;
  assert.deepEqual(sums, {
    transitions: 3,
    transversions: 2,
    ratio: 1.5,
    firstAlt: { transitions: 2, transversions: 1, ratio: 2 },
  });
  assert.equal(types.length, 12);
  assert.deepEqual(
    types.filter(({ alleles }) => alleles > 0),
    [
      { type: 'A>C', isTransition: false, alleles: 1 },
      { type: 'A>G', isTransition: true, alleles: 2 },
      { type: 'A>T', isTransition: false, alleles: 1 },
      { type: 'C>T', isTransition: true, alleles: 1 },
    ],
  );
  assert.equal(summarise(['A G . . .']).substitutions.ratio, null);
});

test('should count the lengths of indels, the longest together', () => {
  const long = `A${'C'.repeat(75)}`;
  const { indelLengths } = summarise([
    'A AT,ATT . . .',
    'ATT A . . .',
    `A ${long} . . .`,
    `${long} A . . .`,
    'A AG . . .',
  ]);
  assert.deepEqual(indelLengths, [
    { length: -60, alleles: 1 },
    { length: -2, alleles: 1 },
    { length: 1, alleles: 2 },
    { length: 2, alleles: 1 },
    { length: 60, alleles: 1 },
  ]);
});

test('should count records by quality, in tenths, five digits at most', () => {
  const { qualities } = summarise([
    'A G 30.17 . .',
    'A C,AT 30.1 . .',
    'A AT,C 30.11 . .',
    'A G . . .',
    'A G -3 . .',
    'A <DEL> 30 . .',
    'A G 123456.7 . .',
    'A G 0 . .',
  ]);
  const g = { snps: 1, transitions: 1, transversions: 0, indels: 0 };
  assert.deepEqual(qualities, [
    { quality: null, ...g, snps: 2, transitions: 2 },
    { quality: 0, ...g },
    { quality: 30.1, snps: 2, transitions: 1, transversions: 1, indels: 2 },
    { quality: 123449.9, ...g },
  ]);
});

test('should take frequencies from AC and AN, else from the genotypes, and singletons for the rarest', () => {
  const { frequencies, singletons, unknownFrequency } = summarise(
    [
      'A G . . AC=1;AN=4 GT 0/1 1/1',
      'A G . . AC=2;AN=4 GT 0/0 0/0',
      'A G . . AC=2 GT 0/1 1/1',
      'A G,AT . . AC=3;AN=4 GT 0/1 0/2',
      'A G . . . GT ./. ./.',
      'A AT . . . DP 3 4',
    ],
    2,
  );
  const snp = { ...NONE, snps: 1, transitions: 1 };
  assert.deepEqual(singletons, { snps: 2, transitions: 2, transversions: 0, indels: 1 });
  assert.deepEqual(unknownFrequency, { ...NONE, indels: 1 });
  assert.deepEqual(frequencies, [
    { bin: 0, from: 0, snps: 3, transitions: 3, transversions: 0, indels: 1 },
    { bin: 49, from: 0.494949, ...snp },
    { bin: 74, from: 0.747475, ...snp },
  ]);
});

test('should count depths of genotypes and of records, the deepest together', () => {
  const { depths } = summarise(
    ['A G . . DP=7 GT:DP 0/1:7 0/0:500', 'A . . . DP=. GT:DP 0/0:501 ./.:9999', 'A G . . DP=0 GT:AD 0/1:3,4 0/1:.'],
    2,
  );
  assert.deepEqual(depths, [
    { depth: 0, genotypes: 0, sites: 1 },
    { depth: 7, genotypes: 2, sites: 1 },
    { depth: 500, genotypes: 1, sites: 0 },
    { depth: 501, genotypes: 2, sites: 0 },
  ]);
});

test('should count each sample’s genotypes', () => {
  const rows = [
    'A G . . . GT:DP 0/0:10 0/1:20 1/1:.',
    'A C . . . GT:DP 0|1:20 ./.:. 0/.:30',
    'A AT,C . . . GT 1/2 0/1 2/2',
    'A . . . . GT 0/0 0/0 ./.',
    'AC GT . . . GT 0/0 1/1 0/0',
    'A G . . . GT 0 1 .',
    'A G,C . . . GT 2/1 0/0 0/0',
  ];
  const { samples } = summarise(rows, 3);
  const common = { haploidRef: 0, haploidAlt: 0 };
  assert.deepEqual(samples, [
    // 1/2 of an indel and a SNP is a het by its SNP; Ts/Tv is of the lowest ALT: of the indel none, of 2/1 A>G.
    {
      ...common,
      sample: 's1',
      homRef: 3,
      homAlt: 0,
      het: 3,
      hetHom: null,
      transitions: 1,
      transversions: 1,
      tsTv: 1,
      indels: 1,
      meanDepth: 15,
      singletons: 2,
      haploidRef: 1,
      missing: 0,
    },
    {
      ...common,
      sample: 's2',
      homRef: 2,
      homAlt: 0,
      het: 1,
      hetHom: null,
      transitions: 1,
      transversions: 0,
      tsTv: null,
      indels: 1,
      meanDepth: 20,
      singletons: 1,
      haploidAlt: 1,
      missing: 1,
    },
    {
      ...common,
      sample: 's3',
      homRef: 2,
      homAlt: 2,
      het: 0,
      hetHom: 0,
      transitions: 1,
      transversions: 1,
      tsTv: 1,
      indels: 0,
      meanDepth: 30,
      singletons: 0,
      missing: 3,
    },
  ]);
});

test('should count records by chromosome in the order of the file, and each filter of a record', () => {
  const { chromosomes, filters } = summarise([
    'chr2 1 . A G . q10;s50 .',
    'chr1 1 . A G . PASS .',
    'chr1 2 . A G . q10 .',
    'chr2 9 . A G . . .',
  ]);
  assert.deepEqual(chromosomes, [
    { name: 'chr2', records: 2 },
    { name: 'chr1', records: 2 },
  ]);
  assert.deepEqual(filters, [
    { name: 'q10', records: 2 },
    { name: 's50', records: 1 },
    { name: 'PASS', records: 1 },
    { name: '.', records: 1 },
  ]);
});

test('should count what the annotations of the file say, and have none when there are none', () => {
  const { annotations } = summarise([
    'A G . . CSQ=G|missense_variant&splice_region_variant|MODERATE|BRCA1;CLNSIG=Pathogenic',
    'A G,C . . CSQ=G|intron_variant|MODIFIER|BRCA1,C|stop_gained|HIGH|BRCA1',
    'A C . . CLNSIG=Pathogenic',
    'A C . . .',
  ]);
  assert.deepEqual(annotations, {
    consequences: [
      { name: 'missense_variant', records: 1 },
      { name: 'splice_region_variant', records: 1 },
      { name: 'stop_gained', records: 1 },
    ],
    impacts: [
      { name: 'MODERATE', records: 1 },
      { name: 'HIGH', records: 1 },
    ],
    significances: [{ name: 'Pathogenic', records: 2 }],
  });
  assert.equal(summarise(['A C . . .']).annotations, undefined);
});
