import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../src/analysis/acmg/classify.ts';
import type { AnnotationSources, VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { EvidenceReader } from '../../../src/analysis/acmg/evidence-reader.ts';
import { createNormaliser } from '../../../src/vcf/normalise/normaliser.ts';
import { openVcf } from '../../../src/vcf/open.ts';
import { blockOf } from '../../support/block.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';
import { contextOf } from './given.ts';

interface Read {
  readonly evidence: readonly VariantEvidence[];
  readonly sources: AnnotationSources;
}

/** Evidence of rows given as `CHROM POS REF ALT INFO`, for a header that describes these INFO keys. */
function read(descriptions: Readonly<Record<string, string>>, ...rows: string[]): Read {
  const info = new Map(Object.entries(descriptions).map(([key, description]) => [key, { description }]));
  const reader = new EvidenceReader({ info });
  const lines = rows.map((row) => {
    const [chrom, pos, ref, alt, text] = row.split(' ');
    return [chrom, pos, 'rs1', ref, alt, '.', '.', text].join('\t');
  });
  const block = blockOf(lines.join('\n'));
  block.alleles.fill(1);
  return { evidence: reader.read(block), sources: reader.sources };
}

const CSQ =
  'Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|BIOTYPE|EXON|INTRON|HGVSc|HGVSp|Protein_position|Codons|STRAND|CANONICAL|MANE_SELECT|DOMAINS|gnomADe_AF|gnomADe_AN|gnomADe_AF_afr|gnomADe_AN_afr|gnomADe_AF_fin|LoF|LoF_filter|LoF_info|NMD|REVEL';
const names = CSQ.split('Format: ')[1]!.split('|');

/** One entry of CSQ: the values by column. */
function csq(values: Readonly<Record<string, string>>): string {
  return names.map((name) => values[name] ?? '').join('|');
}

const STOP = {
  Allele: 'A',
  Consequence: 'stop_gained',
  SYMBOL: 'BRCA1',
  Feature_type: 'Transcript',
  Feature: 'NM_007294.4',
  BIOTYPE: 'protein_coding',
  EXON: '10/23',
  HGVSc: 'NM_007294.4:c.1000C>T',
  HGVSp: 'NP_009225.1:p.Gln334Ter',
  Protein_position: '334/1863',
  Codons: 'Cag/Tag',
  STRAND: '-1',
  MANE_SELECT: 'ENST00000357654.9',
  CANONICAL: 'YES',
};

test('should take from CSQ what PVS1 asks for', () => {
  const { evidence, sources } = read(
    { CSQ },
    `17 43094531 G A CSQ=${csq({ ...STOP, LoF: 'LC', LoF_filter: 'END_TRUNC', LoF_info: 'PERCENTILE:0.98&50_BP_RULE:FAIL', NMD: 'NMD_escaping_variant', DOMAINS: 'Pfam:PF00533&Gene3D:1.2&Low_complexity_(Seg):seg' })}`,
  );
  const { transcript, repeat } = evidence[0]!;
  assert.deepEqual(
    { ...transcript },
    {
      gene: 'BRCA1',
      name: 'NM_007294.4',
      rank: 'MANE Select',
      hgvsC: 'c.1000C>T',
      hgvsP: 'p.Gln334Ter',
      consequence: 'stop_gained',
      effect: 'stopGained',
      nearSplice: false,
      proteinCoding: true,
      inEveryTranscript: true,
      exon: { number: 10, of: 23 },
      intron: undefined,
      proteinPosition: 334,
      proteinLength: 1863,
      codons: 'Cag/Tag',
      strand: -1,
      loftee: 'LC',
      lofteeFilter: 'END_TRUNC',
      escapesFiftyBases: true,
      escapesNmd: true,
      domains: ['Pfam:PF00533'],
      others: [],
    },
  );
  assert.equal(repeat, 'Low_complexity_(Seg):seg');
  assert.deepEqual(
    [
      sources.transcripts,
      sources.loftee,
      sources.nmd,
      sources.domains,
      sources.repeats,
      sources.gnomad,
      sources.spliceai,
    ],
    ['annotated', 'annotated', 'annotated', 'annotated', 'absent', 'empty', 'absent'],
  );
});

test('should know whether every transcript of the gene is hit, whatever those of others and non-coding ones say', () => {
  const inEvery = (...others: Record<string, string>[]) => {
    const entries = [STOP, ...others.map((other) => ({ ...STOP, MANE_SELECT: '', CANONICAL: '', ...other }))];
    return read({ CSQ }, `17 43094531 G A CSQ=${entries.map(csq).join(',')}`).evidence[0]!.transcript!
      .inEveryTranscript;
  };
  assert.equal(inEvery({ Consequence: 'splice_donor_variant' }), true);
  assert.equal(inEvery({ Consequence: 'intron_variant' }), false);
  assert.equal(inEvery({ Consequence: 'upstream_gene_variant' }), false);
  assert.equal(inEvery({ Consequence: 'intron_variant', SYMBOL: 'NBR1' }), true);
  assert.equal(inEvery({ Consequence: 'non_coding_transcript_exon_variant', BIOTYPE: 'retained_intron' }), true);
});

test('should show the worst and the canonical transcript when they say otherwise than MANE', () => {
  const mane = { ...STOP, Consequence: 'missense_variant', CANONICAL: '' };
  const canonical = { ...STOP, Consequence: 'synonymous_variant', MANE_SELECT: '', Feature: 'ENST2' };
  const worst = {
    ...STOP,
    Consequence: 'splice_donor_variant',
    MANE_SELECT: '',
    CANONICAL: '',
    Feature: 'ENST3',
    SYMBOL: 'NBR1',
  };
  const { evidence } = read({ CSQ }, `17 43094531 G A CSQ=${[mane, canonical, worst].map(csq).join(',')}`);
  assert.equal(evidence[0]!.transcript!.effect, 'missense');
  assert.deepEqual(evidence[0]!.transcript!.others, [
    { role: 'canonical', transcript: 'ENST2', gene: 'BRCA1', consequence: 'synonymous_variant' },
    { role: 'worst', transcript: 'ENST3', gene: 'NBR1', consequence: 'splice_donor_variant' },
  ]);
});

test('should pair frequencies with their allele numbers and leave out bottlenecked groups', () => {
  const figures = {
    gnomADe_AF: '0.01',
    gnomADe_AN: '150000',
    gnomADe_AF_afr: '0.06',
    gnomADe_AN_afr: '1500',
    gnomADe_AF_fin: '0.3',
  };
  const { evidence, sources } = read({ CSQ }, `17 43094531 G A CSQ=${csq({ ...STOP, ...figures, REVEL: '0.644' })}`);
  assert.deepEqual(evidence[0]!.populations, [
    { name: 'gnomADe_AF', frequency: 0.01, alleleNumber: 150_000, homozygotes: undefined },
    { name: 'gnomADe_AF_afr', frequency: 0.06, alleleNumber: 1500, homozygotes: undefined },
  ]);
  assert.equal(evidence[0]!.revel, 0.644);
  assert.equal(sources.gnomad, 'annotated');
});

test('should not take the frequency of another allele for sure when there are several', () => {
  const { evidence } = read(
    { gnomAD_AF: '', gnomAD_AN: '', gnomAD_nhomalt: '' },
    '1 100 A G gnomAD_AF=0.00001,0.4;gnomAD_AN=150000;gnomAD_nhomalt=0,20000',
  );
  assert.deepEqual(evidence[0]!.populations, [
    { name: 'gnomAD_AF', frequency: 0.4, alleleNumber: undefined, homozygotes: undefined },
  ]);
  const { outcomes } = classify(evidence[0]!, { ...contextOf({ profile: { bs2: { homozygotes: 3 } } }) });
  const status = (wanted: string) => outcomes.find(({ criterion }) => criterion === wanted)?.status;
  assert.deepEqual([status('BA1'), status('PM2'), status('BS2')], ['notAssessable', 'notMet', 'notAssessable']);
});

test('should read gnomAD, its homozygotes and marks of repeats from INFO', () => {
  const { evidence, sources } = read(
    {
      gnomAD_genomes_AF: '',
      gnomAD_genomes_nhomalt: '',
      gnomad_exomes_v2_1_af_popmax: '',
      gnomAD_AF_raw: '',
      lcr: '',
      RepeatMasker: '',
    },
    '1 100 A G gnomAD_genomes_AF=0.001;gnomAD_genomes_nhomalt=2;gnomad_exomes_v2_1_af_popmax=1e-5;gnomAD_AF_raw=0.9;lcr',
    '1 200 A G RepeatMasker=L1',
    '1 300 A G RepeatMasker=.;lcrX=1',
  );
  assert.deepEqual(
    evidence[0]!.populations.map(({ name, frequency, homozygotes }) => [name, frequency, homozygotes]),
    [
      ['gnomAD_genomes_AF', 0.001, 2],
      ['gnomad_exomes_v2_1_af_popmax', 0.00001, undefined],
    ],
  );
  assert.deepEqual(
    evidence.map(({ repeat }) => repeat),
    ['lcr', 'RepeatMasker', undefined],
  );
  assert.deepEqual([sources.gnomad, sources.repeats, sources.transcripts], ['annotated', 'annotated', 'absent']);
});

test("should read gnomAD's own files, whose keys have no prefix", () => {
  const own = { AF: '', AN: '', AC: '', nhomalt: '', AF_afr: '', AN_afr: '', AF_fin: '', AF_grpmax: '' };
  const row = '1 100 A G AC=10;AF=0.1;AN=100;nhomalt=1;AF_afr=0.2;AN_afr=3000;AF_fin=0.9;AF_grpmax=0.2';
  assert.deepEqual(
    read(own, row).evidence[0]!.populations.map(({ name, alleleNumber }) => [name, alleleNumber]),
    [
      ['AF', 100],
      ['AF_afr', 3000],
      ['AF_grpmax', undefined],
    ],
  );
  // Any caller's AF is of its own samples.
  assert.deepEqual(read({ AF: '', AN: '', AC: '' }, row).evidence[0]!.populations, []);
});

test("should take exon, protein and effect from SnpEff's ANN, of which nobody says which transcript matters", () => {
  const ANN =
    "Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p | cDNA.pos / cDNA.length | CDS.pos / CDS.length | AA.pos / AA.length | Distance | ERRORS / WARNINGS / INFO'";
  const entry = (effect: string) =>
    `A|${effect}|HIGH|BRCA1|ENSG1|transcript|ENST1|protein_coding|3/12|c.1000C>T|p.Gln334*|1|1|334/1863||`;
  const { evidence } = read(
    { ANN },
    `17 100 G A ANN=${entry('stop_gained')}`,
    `17 200 G A ANN=${entry('splice_donor_variant&intron_variant')}`,
  );
  const [stop, splice] = evidence.map(({ transcript }) => transcript!);
  assert.deepEqual(
    [stop!.exon, stop!.intron, stop!.proteinPosition, stop!.proteinLength],
    [{ number: 3, of: 12 }, undefined, 334, 1863],
  );
  assert.deepEqual([splice!.exon, splice!.intron, splice!.effect], [undefined, { number: 3, of: 12 }, 'spliceSite']);
  assert.deepEqual([stop!.rank, stop!.inEveryTranscript], ['unknown', true]);
});

test('should tell what the guideline is not made for', () => {
  const { evidence } = read(
    {},
    'chrM 100 A G .',
    'MT 100 A G .',
    '1 100 A <DEL> .',
    '1 100 A * .',
    '1 100 A A[2:5[ .',
    '1 100 A AT .',
  );
  assert.deepEqual(
    evidence.map(({ scope }) => scope),
    ['mitochondrial', 'mitochondrial', 'structural', 'structural', 'structural', 'sequence'],
  );
  assert.deepEqual(
    evidence.map(({ transcript }) => transcript),
    new Array(6).fill(undefined),
  );
});

test('should keep what the file says of ClinVar beside the rest', () => {
  const { evidence } = read(
    { CLNSIG: '', CLNREVSTAT: '' },
    '1 100 A G CLNSIG=Pathogenic;CLNREVSTAT=reviewed_by_expert_panel',
    '1 200 A G .',
  );
  assert.deepEqual(
    evidence.map(({ clinvar }) => clinvar),
    [{ significance: 'Pathogenic', stars: 3 }, undefined],
  );
});

test('should give every row of every annotated real file one piece of evidence', needs('shared-vcf'), async () => {
  const FILES = {
    'pVACtools__annotated.expression.vcf.gz': ['transcripts', 'gnomad', 'domains'],
    'bcftools__split-vep.vcf': ['transcripts', 'gnomad'],
    'scout__643594.clinical.vcf.gz': ['transcripts', 'cadd', 'loftee'],
    'SnpEff__mixed.vep.ori.vcf': ['transcripts'],
    'vcf2report__SYN-093.TGFBR1.annotated.vcf.gz': ['transcripts'],
  } as const;
  for (const [file, spoken] of Object.entries(FILES)) {
    await using vcf = await openVcf(sharedVcf(`real/${file}`));
    const reader = new EvidenceReader(vcf.header);
    const normaliser = createNormaliser(vcf.header, { split: 'bcftools' });
    let rows = 0;
    for await (const batch of vcf.batches({ maxRecords: 1000 })) {
      const { block } = normaliser.block(batch.block, batch.lines);
      const evidence = reader.read(block);
      assert.equal(evidence.length, block.count);
      rows += evidence.length;
      for (const { pos, transcript, populations, cadd } of evidence) {
        assert.ok(Number.isSafeInteger(pos) && (cadd === undefined || Number.isFinite(cadd)), file);
        assert.ok(
          populations.every(({ frequency }) => frequency >= 0 && frequency <= 1),
          file,
        );
        assert.ok(transcript === undefined || transcript.consequence !== '', file);
      }
    }
    assert.ok(rows > 300, file);
    for (const source of spoken) assert.equal(reader.sources[source], 'annotated', `${file} ${source}`);
  }
});
