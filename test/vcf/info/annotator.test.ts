import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotated } from './annotated.ts';

const CLINVAR = { CLNSIG: '', CLNREVSTAT: '', CLNDN: '', GENEINFO: '', MC: '' };
const ANN = {
  ANN: "Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p | cDNA.pos / cDNA.length'",
};

test('should leave every column null when the header declares no annotation', () => {
  const [row] = annotated({ DP: '', AF: 'Allele Frequency' }, ['1 1 G T DP=1;AF=0.5;CLNSIG=Pathogenic']);
  assert.deepEqual(new Set(Object.values(row ?? {})), new Set([null]));
});

test('should take ClinVar’s keys, gene and worst consequence when there is no transcript annotation', () => {
  const [row, two] = annotated(CLINVAR, [
    '17 1 G T CLNDN=Familial_cancer_of_breast|not_provided;CLNREVSTAT=reviewed_by_expert_panel;CLNSIG=Pathogenic/Likely_pathogenic;GENEINFO=BRCA1:672;MC=SO:0001627|intron_variant,SO:0001587|nonsense',
    '17 2 G T GENEINFO=MUTYH:4595|HPDL:84842;CLNSIG=.;CLNDN=',
  ]);
  assert.deepEqual([row?.gene, row?.genes, row?.consequence, row?.impact], ['BRCA1', null, 'stop_gained', 'HIGH']);
  assert.deepEqual([row?.clinsig, row?.stars], ['Pathogenic/Likely_pathogenic', '3']);
  assert.equal(row?.condition, 'Familial_cancer_of_breast|not_provided');
  assert.deepEqual([two?.gene, two?.genes, two?.clinsig, two?.condition], ['MUTYH', 'MUTYH,HPDL', null, null]);
});

test('should give the words when an old ClinVar wrote numbers', () => {
  const [row] = annotated(CLINVAR, ['1 1 G T CLNSIG=5|255|5;CLNREVSTAT=single|mult']);
  assert.deepEqual([row?.clinsig, row?.stars], ['Pathogenic|other', '2']);
});

test('should match SnpEff’s allele to the row and rank its terms when a record was split', () => {
  const info =
    'ANN=T|sequence_feature|LOW|P|G1|domain:x|E1|protein_coding|1/2|c.1A>T||,T|intron_variant|MODIFIER|P|G1|transcript|E1|protein_coding|1/2|c.1A>T||,AT|frameshift_variant|HIGH|Q|G2|transcript|E2|protein_coding|1/2|c.2dup|p.Lys1fs|';
  const [snv, insertion] = annotated(ANN, [`1 1 A T ${info}`, `1 1 A AT ${info}`]);
  assert.deepEqual([snv?.gene, snv?.consequence, snv?.transcript], ['P', 'intron_variant', 'E1']);
  assert.deepEqual([insertion?.gene, insertion?.impact, insertion?.hgvs_p], ['Q', 'HIGH', 'p.Lys1fs']);
});

test('should prefer CSQ and fall back to ANN when a row lacks CSQ', () => {
  const header = { ...ANN, CSQ: 'Format: Allele|Consequence|SYMBOL' };
  const genes = annotated(header, [
    '1 1 A T ANN=T|intron_variant|MODIFIER|SNPEFF||||||||;CSQ=T|intron_variant|VEP',
    '1 2 A T ANN=T|intron_variant|MODIFIER|SNPEFF||||||||',
  ]).map((row) => row.gene);
  assert.deepEqual(genes, ['VEP', 'SNPEFF']);
});

test('should read SnpEff’s EFF and give its terms their Sequence Ontology names', () => {
  const header = {
    EFF: "Predicted effects for this variant.Format: 'Effect ( Effect_Impact | Functional_Class | Codon_Change | Amino_Acid_Change| Amino_Acid_length | Gene_Name | Transcript_BioType | Gene_Coding | Transcript_ID | Exon_Rank  | Genotype_Number [ | ERRORS | WARNINGS ] )'",
  };
  const [row] = annotated(header, [
    '1 1 A T EFF=missense(MODERATE|MISSENSE|aAc/aTc|N3I|99|GEN|protein_coding|CODING|ENST1|1|1)',
  ]);
  assert.deepEqual(
    [row?.consequence, row?.impact, row?.gene, row?.transcript],
    ['missense_variant', 'MODERATE', 'GEN', 'ENST1'],
  );
});

test('should read bcftools’ BCSQ for biallelic records only, since it names no allele', () => {
  const header = {
    BCSQ: "Local consequence annotation from BCFtools/csq. Format: '[*]consequence|gene|transcript|biotype[|strand|amino_acid_change|dna_change]' or a pointer '@position'.",
  };
  const info = 'BCSQ=*missense|OR4F5|ENST1|protein_coding|+|141T>141A|69511A>G';
  const [row, first] = annotated(header, [`1 1 A G ${info}`, `1 2 A G ${info}`, `1 2 A C ${info}`]);
  assert.deepEqual([row?.consequence, row?.impact, row?.gene], ['missense_variant', 'MODERATE', 'OR4F5']);
  assert.equal(first?.gene, null);
});

test('should take the frequency of the best source and the largest within it', () => {
  const header = {
    AF: 'Allele Frequency',
    gnomADe_AF: '',
    gnomADg_AF: '',
    AF_grpmax: '',
    AF_EXAC: '',
    AF_TGP: '',
    AF_ESP: '',
  };
  const af = annotated(header, [
    '1 1 A T AF=0.5;AF_EXAC=0.3;gnomADg_AF=0.001;gnomADe_AF=0.0002',
    '1 2 A T AF=0.5;AF_EXAC=0.3;AF_grpmax=0.02',
    '1 3 A T AF=0.5;AF_TGP=0.4;AF_EXAC=0.3',
    '1 4 A T AF=0.5;AF_ESP=0.1',
    '1 5 A T AF=0.5',
    '1 6 A T gnomADe_AF=.;gnomADg_AF=;AF_EXAC=nan;AF_TGP=0',
  ]).map((row) => row.af);
  assert.deepEqual(af, ['0.001', '0.02', '0.3', '0.1', null, '0']);
});

test('should take INFO/AF only when the file is a population call-set, which splits it by ancestry', () => {
  const row = '1 1 A T AF=0.25;AFR_AF=0.5';
  assert.equal(annotated({ AF: '', AFR_AF: '' }, [row])[0]?.af, '0.25');
  assert.equal(annotated({ AF: '', AF_nfe: '' }, [row])[0]?.af, '0.25');
  assert.equal(annotated({ AF: 'Allele Frequency' }, [row])[0]?.af, null);
});

test('should take scores from INFO and CSQ, the largest of several', () => {
  const header = {
    CADD_PHRED: '',
    CADD_RAW: '',
    REVEL_score: '',
    SpliceAI: 'SpliceAI variant annotation. Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL',
    CSQ: 'Format: Allele|Consequence|CADD_PHRED|REVEL|SpliceAI_pred_DS_AG|SpliceAI_pred_DS_AL|SpliceAI_pred_DP_AG',
  };
  const [info, csq] = annotated(header, [
    '1 1 A T CADD_RAW=9;CADD_PHRED=23.5;REVEL_score=.&0.9&0.81;SpliceAI=C|G|0.99|0|0|0|1|1|1|1,T|G|0.01|0.00|0.91|0.02|-5|40|2|3',
    '1 2 A T CSQ=T|missense_variant|31|0.5&0.7|0.2|0.3|44',
  ]);
  assert.deepEqual([info?.cadd, info?.revel, info?.spliceai], ['23.5', '0.9', '0.91']);
  assert.deepEqual([csq?.cadd, csq?.revel, csq?.spliceai], ['31', '0.7', '0.3']);
});

test('should find a key only where a key stands, and take its first occurrence', () => {
  const header = { CLNSIG: '', CLNDN: '' };
  const [row] = annotated(header, ['1 1 A T X=CLNSIG=no;CLNSIGCONF=no;ACLNSIG=no;CLNSIG;CLNSIG=yes;CLNSIG=again']);
  assert.equal(row?.clinsig, 'yes');
});
