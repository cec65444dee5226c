import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../src/analysis/acmg/classify.ts';
import { type ClinvarVerdict, verdictOf } from '../../../src/analysis/acmg/clinvar.ts';
import { translate } from '../../../src/analysis/acmg/codon.ts';
import { loadClinvar } from '../../../src/analysis/acmg/load-clinvar.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';
import { clinvarOf, contextOf, variantWith } from './given.ts';

test('should understand the words of CLNSIG', () => {
  const words: Record<string, ClinvarVerdict> = {
    Pathogenic: 'pathogenic',
    'Pathogenic/Likely_pathogenic': 'pathogenic',
    Likely_pathogenic: 'likelyPathogenic',
    Uncertain_significance: 'uncertain',
    Likely_benign: 'likelyBenign',
    'Benign/Likely_benign': 'benign',
    Benign: 'benign',
    Conflicting_classifications_of_pathogenicity: 'conflicting',
    Conflicting_interpretations_of_pathogenicity: 'conflicting',
    'Pathogenic|drug_response': 'pathogenic',
    'Conflicting_classifications_of_pathogenicity|risk_factor': 'conflicting',
    drug_response: 'other',
    not_provided: 'other',
    'Pathogenic/Likely_risk_allele': 'other',
    'Pathogenic,_low_penetrance': 'other',
  };
  for (const [text, verdict] of Object.entries(words)) assert.equal(verdictOf(text), verdict, text);
});

test('should translate codons by the standard code', () => {
  const code = {
    ATG: 'M',
    TGG: 'W',
    TAA: '*',
    TAG: '*',
    TGA: '*',
    TGT: 'C',
    GAG: 'E',
    AAA: 'K',
    GGT: 'G',
    CTG: 'L',
    AGC: 'S',
  };
  for (const [codon, amino] of Object.entries(code)) assert.equal(translate(codon), amino, codon);
  assert.equal(translate('NNN'), undefined);
  assert.equal(translate('AT'), undefined);
});

test('should find the same records as a plain search, whatever the order in which they were added', () => {
  const base = fc.constantFrom('A', 'C', 'G', 'T');
  const entry = fc.record({
    chrom: fc.constantFrom('1', 'chr1', '2'),
    pos: fc.integer({ min: 1, max: 40 }),
    id: fc.string({ minLength: 1, maxLength: 4 }),
    ref: base,
    alt: base,
    genes: fc.constantFrom<readonly string[]>(['A'], ['B'], ['A', 'B'], []),
    significance: fc.constantFrom(
      'Pathogenic',
      'Likely_pathogenic',
      'Benign',
      'Likely_benign',
      'Uncertain_significance',
    ),
    stars: fc.integer({ min: 0, max: 4 }),
    effect: fc.constantFrom<'missense' | 'truncating' | 'other'>('missense', 'truncating', 'other'),
  });
  const plain = (chrom: string) => chrom.replace('chr', '');
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), entry, fc.integer({ min: 0, max: 10 }), (entries, asked, width) => {
      const index = clinvarOf(entries);
      const same = entries.filter(({ chrom }) => plain(chrom) === plain(asked.chrom));
      const within = same.filter(({ pos }) => pos >= asked.pos && pos <= asked.pos + width);
      const found = index.between(asked.chrom, asked.pos, asked.pos + width);
      const key = ({
        pos,
        id,
        ref,
        alt,
        stars,
      }: {
        pos: number;
        id: string;
        ref: string;
        alt: string;
        stars: number;
      }) => JSON.stringify([pos, id, ref, alt, stars]);
      assert.deepEqual(found.map(key).sort(), within.map(key).sort());
      assert.ok(found.every(({ pos }, at) => at === 0 || found[at - 1]!.pos <= pos));
      const exact = same.some(({ pos, ref, alt }) => pos === asked.pos && ref === asked.ref && alt === asked.alt);
      assert.equal(index.find(asked.chrom, asked.pos, asked.ref, asked.alt) !== undefined, exact);
      const counted = entries.filter(
        ({ genes, stars, significance, effect }) =>
          genes.includes('A') &&
          stars >= 2 &&
          significance.toLowerCase().includes('pathogenic') &&
          effect === 'missense',
      );
      assert.equal(index.gene('A', 2).pathogenicMissense, counted.length);
    }),
    { numRuns: 500 },
  );
});

test('should load ClinVar and find what it says of BRCA1 codon 61', needs('shared-vcf'), async () => {
  const clinvar = await loadClinvar(sharedVcf('real/VCFannotate-Streamlit__clinvar.vcf.gz'));
  assert.equal(clinvar.release, '2026-02-26');
  assert.equal(clinvar.assembly, 'GRCh38');
  assert.ok(clinvar.size > 60_000);
  const glycine = clinvar.find('chr17', 43106487, 'A', 'C');
  assert.deepEqual(
    [glycine?.id, glycine?.verdict, glycine?.effect, glycine?.stars],
    ['17661', 'pathogenic', 'missense', 3],
  );
  assert.equal(clinvar.find('17', 43106488, 'C', 'CT')?.effect, 'truncating');
  const counts = clinvar.gene('BRCA1', 1);
  assert.ok(counts.pathogenicTruncating > 10 * counts.pathogenicMissense, JSON.stringify(counts));

  // c.182G>C, p.Cys61Ser, of which ClinVar has no verdict: c.181T>A makes the same amino acid.
  const serine = variantWith(
    'missense_variant',
    { gene: 'BRCA1', codons: 'tGt/tCt', strand: -1 },
    { chrom: 'chr17', pos: 43106486, ref: 'C', alt: 'G', spliceai: 0 },
  );
  const { outcomes } = classify(serine, { ...contextOf(), clinvar });
  const ps1 = outcomes.find(({ criterion }) => criterion === 'PS1')!;
  assert.deepEqual([ps1.status, ps1.evidence[0]], ['met', 'clinvar:54359']);
});

test('should refuse a file that is no ClinVar', needs('shared-vcf'), async () => {
  await assert.rejects(loadClinvar(sharedVcf('real/bcftools__split-vep.vcf')), { code: 'INPUT_FORMAT' });
});
