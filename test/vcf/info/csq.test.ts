import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotated } from './annotated.ts';

const FORMAT =
  'Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|HGVSc|HGVSp|MANE_SELECT|CANONICAL|gnomADe_AF';
const CSQ = { CSQ: `Consequence annotations from Ensembl VEP. Format: ${FORMAT}` };

interface Entry {
  readonly [column: string]: string;
}

/** An entry of the format above; what is not given is empty. */
function entry(values: Entry): string {
  return FORMAT.split('|')
    .map((column) => values[column] ?? '')
    .join('|');
}

const csq = (...entries: readonly Entry[]): string => `CSQ=${entries.map(entry).join(',')}`;

const MISSENSE = {
  Allele: 'T',
  Consequence: 'missense_variant',
  IMPACT: 'MODERATE',
  SYMBOL: 'A1',
  Feature_type: 'Transcript',
};

test('should take every column of the chosen transcript, HGVS without its reference, when the row has one transcript', () => {
  const info = csq({
    ...MISSENSE,
    Gene: 'ENSG1',
    Feature: 'ENST1.2',
    HGVSc: 'ENST1.2:c.5G>T',
    HGVSp: 'ENSP1.1:p.Gly2Val',
    MANE_SELECT: 'NM_1.1',
    gnomADe_AF: '1.5e-05',
  });
  const [row] = annotated(CSQ, [`1 10 G T DP=3;${info};DB`]);
  assert.deepEqual(row, {
    gene: 'A1',
    genes: null,
    consequence: 'missense_variant',
    impact: 'MODERATE',
    transcript: 'ENST1.2',
    hgvs_c: 'c.5G>T',
    hgvs_p: 'p.Gly2Val',
    clinsig: null,
    stars: null,
    condition: null,
    af: '1.5e-05',
    cadd: null,
    revel: null,
    spliceai: null,
  });
});

test('should choose MANE Select before canonical before severity when all lie in transcripts', () => {
  const stop = { ...MISSENSE, Consequence: 'stop_gained', IMPACT: 'HIGH', Feature: 'other' };
  const canonical = { ...MISSENSE, CANONICAL: 'YES', Feature: 'canonical' };
  const mane = { ...MISSENSE, MANE_SELECT: 'NM_1.1', Feature: 'mane' };
  const chosen = (...entries: readonly Entry[]) => annotated(CSQ, [`1 10 G T ${csq(...entries)}`])[0]?.transcript;
  assert.equal(chosen(stop, canonical, mane), 'mane');
  assert.equal(chosen(mane, stop, canonical), 'mane');
  assert.equal(chosen(stop, canonical), 'canonical');
  assert.equal(chosen(MISSENSE, stop), 'other');
  assert.equal(chosen({ ...stop, Feature: 'first' }, stop), 'first');
});

test('should choose the most severe when two genes each have a MANE transcript', () => {
  const info = csq(
    { ...MISSENSE, Consequence: 'intron_variant', SYMBOL: 'B2', MANE_SELECT: 'NM_2.1' },
    { ...MISSENSE, Consequence: 'splice_region_variant&intron_variant', SYMBOL: 'C3', MANE_SELECT: 'NM_3.1' },
  );
  const [row] = annotated(CSQ, [`1 10 G T ${info}`]);
  assert.equal(row?.gene, 'C3');
  assert.equal(row?.genes, 'C3,B2');
});

test('should prefer a transcript that the variant lies in, and not count its neighbours as its genes', () => {
  const neighbour = {
    ...MISSENSE,
    Consequence: 'upstream_gene_variant',
    SYMBOL: 'N',
    MANE_SELECT: 'NM_9.1',
    CANONICAL: 'YES',
  };
  const [row, alone] = annotated(CSQ, [`1 10 G T ${csq(neighbour, MISSENSE)}`, `1 11 G T ${csq(neighbour)}`]);
  assert.equal(row?.gene, 'A1');
  assert.equal(row?.genes, null);
  assert.equal(alone?.gene, 'N');
});

test('should take the entries of the row’s own ALT when a multi-allelic record was split', () => {
  const of = (allele: string, symbol: string): Entry => ({ ...MISSENSE, Allele: allele, SYMBOL: symbol });
  const snvs = csq(of('T', 'forT'), of('C', 'forC'));
  // VEP cuts the shared first base only when every allele has it, and then from all.
  const allShare = csq(of('T', 'forAT'), of('AT', 'forAAT'));
  const notAllShare = csq(of('AT', 'forAT'), of('T', 'forT'));
  const deletion = csq(of('-', 'forDeletion'), of('GG', 'forInsertion'));
  const star = csq(of('-', 'forDeletion'));
  const genes = annotated(CSQ, [
    `1 1 A T ${snvs}`,
    `1 1 A C ${snvs}`,
    `1 2 A AT ${allShare}`,
    `1 2 A AAT ${allShare}`,
    `1 3 A AT ${notAllShare}`,
    `1 3 A T ${notAllShare}`,
    `1 4 AG A ${deletion}`,
    `1 4 AG AGG ${deletion}`,
    `1 5 AG A ${star}`,
    `1 5 AG * ${star}`,
  ]).map((row) => row.gene);
  assert.deepEqual(genes, [
    ...['forT', 'forC', 'forAT', 'forAAT', 'forAT', 'forT', 'forDeletion', 'forInsertion', 'forDeletion', null],
  ]);
});

test('should go by ALLELE_NUM when a split record has it', () => {
  const header = { CSQ: 'Format: Allele|Consequence|SYMBOL|ALLELE_NUM' };
  const info = 'CSQ=A|missense_variant|one|1,A|missense_variant|two|2';
  const genes = annotated(header, [`1 1 G GA ${info}`, `1 1 G A ${info}`]).map((row) => row.gene);
  assert.deepEqual(genes, ['one', 'two']);
});

test('should accept any spelling of the one allele when the record is biallelic', () => {
  const genes = ['deletion', 'TAAA', 'zzz'].map((allele) => {
    const [row] = annotated(CSQ, [`1 1 G <DEL> ${csq({ ...MISSENSE, Allele: allele })}`]);
    return row?.gene;
  });
  assert.deepEqual(genes, ['A1', 'A1', 'A1']);
});

test('should leave the columns null when entries name several alleles and none is the row’s', () => {
  const info = csq({ ...MISSENSE, Allele: 'C' }, { ...MISSENSE, Allele: 'TT' });
  assert.equal(annotated(CSQ, [`1 1 G A ${info}`])[0]?.gene, null);
});

test('should decode percent encoding when HGVS has it, but no control characters', () => {
  const [row] = annotated(CSQ, [`1 1 G T ${csq({ ...MISSENSE, HGVSp: 'ENSP1.1:p.Leu5%3D', HGVSc: 'c.1%0A%00x' })}`]);
  assert.equal(row?.hgvs_p, 'p.Leu5=');
  assert.equal(row?.hgvs_c, 'c.1%0A%00x');
});

test('should follow the header’s own order and derive the impact when the format lacks it', () => {
  const header = { vep: 'Consequence type as predicted by VEP. Format: Gene|SYMBOL|Consequence|Allele' };
  const [row] = annotated(header, ['1 1 G T vep=ENSG1||stop_gained&splice_region_variant|T']);
  assert.equal(row?.gene, 'ENSG1');
  assert.equal(row?.impact, 'HIGH');
});

test('should leave regulatory features out of the transcript column', () => {
  const info = csq({
    Allele: 'T',
    Consequence: 'regulatory_region_variant',
    Feature_type: 'RegulatoryFeature',
    Feature: 'ENSR1',
  });
  const [row] = annotated(CSQ, [`1 1 G T ${info}`]);
  assert.equal(row?.transcript, null);
  assert.equal(row?.consequence, 'regulatory_region_variant');
});

test('should not throw and keep what is there when entries are cut short, overlong or empty', () => {
  const long = 'X'.repeat(5000);
  const [short, over, empty, blank, wide] = annotated(CSQ, [
    '1 1 G T CSQ=T|missense_variant',
    `1 2 G T CSQ=${entry(MISSENSE)}|more|and|more`,
    '1 3 G T CSQ=',
    '1 4 G T CSQ=,,,',
    `1 5 G T CSQ=T|missense_variant|MODERATE|${long}`,
  ]);
  assert.equal(short?.consequence, 'missense_variant');
  assert.equal(short?.gene, null);
  assert.equal(over?.gene, 'A1');
  assert.equal(empty?.consequence, null);
  assert.equal(blank?.consequence, null);
  assert.equal(wide?.gene, long);
});

test('should read hundreds of transcripts of one row', () => {
  const entries = Array.from({ length: 700 }, (_, i) => ({ ...MISSENSE, Feature: `T${i}` }));
  const last = { ...MISSENSE, Feature: 'last', CANONICAL: 'YES' };
  assert.equal(annotated(CSQ, [`1 1 G T ${csq(...entries, last)}`])[0]?.transcript, 'last');
});

test('should not take INFO/CSQ for VEP’s when its description lists no columns', () => {
  assert.equal(annotated({ CSQ: 'Molecular consequence' }, ['1 1 G T CSQ=T|stop_gained'])[0]?.consequence, null);
});

test('should take ClinVar’s own columns from CSQ, never VEP’s CLIN_SIG, which is not about the allele', () => {
  const header = { CSQ: 'Format: Allele|Consequence|CLIN_SIG|ClinVar|ClinVar_CLNSIG|ClinVar_CLNREVSTAT|ClinVar_CLNDN' };
  const revstat = 'criteria_provided&_multiple_submitters&_no_conflicts';
  const [row, without] = annotated(header, [
    `1 1 G T CSQ=T|missense_variant|benign|123|Pathogenic|${revstat}|Disease`,
    '1 2 G T CSQ=T|missense_variant|pathogenic||||',
  ]);
  assert.deepEqual([row?.clinsig, row?.stars, row?.condition], ['Pathogenic', '2', 'Disease']);
  assert.equal(without?.clinsig, null);
});
