import { CSQ_COLUMNS } from './csq.ts';
import { CONTIGS } from './genome.ts';

function definitions(kind: 'INFO' | 'FORMAT' | 'FILTER', rows: readonly (readonly string[])[]): readonly string[] {
  return rows.map(([id, number, type, description]) =>
    kind === 'FILTER'
      ? `##FILTER=<ID=${id},Description="${number}">`
      : `##${kind}=<ID=${id},Number=${number},Type=${type},Description="${description}">`,
  );
}

const INFO = [
  ['AC', 'A', 'Integer', 'Allele count in genotypes, for each ALT allele'],
  ['AF', 'A', 'Float', 'Allele frequency among the three samples, for each ALT allele'],
  ['AN', '1', 'Integer', 'Number of alleles in called genotypes'],
  ['DP', '1', 'Integer', 'Read depth over all samples'],
  ['QD', '1', 'Float', 'QUAL by depth of the samples that carry the variant'],
  ['SYNTHETIC', '0', 'Flag', 'Invented variant in an invented gene; REF is not the base of GRCh38'],
  [
    'PANEL',
    '0',
    'Flag',
    'Real variant of a clinical panel, genotyped whether anybody carries it or not; who carries it is invented',
  ],
  ['AF_ESP', '1', 'Float', 'Allele frequency in GO-ESP, from ClinVar'],
  ['AF_EXAC', '1', 'Float', 'Allele frequency in ExAC, from ClinVar'],
  ['AF_TGP', '1', 'Float', 'Allele frequency in 1000 Genomes, from ClinVar'],
  ['CLNDN', '.', 'String', 'Condition names of ClinVar, at most two'],
  [
    'CLNRELEASE',
    '1',
    'String',
    'Date of the ClinVar release that the CLN values were read from; they may have changed since',
  ],
  ['CLNREVSTAT', '.', 'String', 'Review status in ClinVar'],
  ['CLNSIG', '.', 'String', 'Germline classification in ClinVar'],
  ['CLNVCV', '1', 'String', 'ClinVar accession, the source of the CLN values'],
  ['GENEINFO', '1', 'String', 'Gene symbol:NCBI gene id'],
  [
    'CSQ',
    '.',
    'String',
    `Consequence annotations in the format of Ensembl VEP. Scores and frequencies are given for synthetic variants only, where they are invented. Format: ${CSQ_COLUMNS.join('|')}`,
  ],
];

const FORMAT = [
  ['GT', '1', 'String', 'Genotype'],
  ['AD', 'R', 'Integer', 'Read depth of each allele'],
  ['DP', '1', 'Integer', 'Read depth'],
  ['GQ', '1', 'Integer', 'Genotype quality'],
  ['PL', 'G', 'Integer', 'Phred-scaled genotype likelihoods'],
];

const FILTERS = [
  ['PASS', 'All filters passed'],
  ['LowQual', 'Low quality'],
  ['VQSRTrancheSNP99.90to100.00', 'Truth sensitivity tranche level for SNP model'],
];

const SAMPLES = ['child', 'mother', 'father'] as const;

/** Header lines, the column line last. */
export function headerLines(seed: number): readonly string[] {
  return [
    '##fileformat=VCFv4.3',
    `##source=vcf-agent scripts/make-sample.ts --seed ${seed}`,
    '##reference=GRCh38',
    '##synthetic=This trio does not exist. Genotypes, reads and the variants marked SYNTHETIC are computer-generated; the variants marked PANEL are published facts from ClinVar (NCBI). A sample file, not for clinical use.',
    ...CONTIGS.map(([name, length]) => `##contig=<ID=${name},length=${length},assembly=GRCh38>`),
    ...definitions('FILTER', FILTERS),
    ...definitions('INFO', INFO),
    ...definitions('FORMAT', FORMAT),
    ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', ...SAMPLES].join('\t'),
  ];
}
