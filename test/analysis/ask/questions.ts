import type { Step, Vocabulary } from '../../../src/analysis/ask/plan.ts';

export const VOCABULARY: Vocabulary = {
  samples: ['child', 'mother', 'father', 'NA12878', 'patient one'],
  files: [
    { name: 'trio.vcf.gz', samples: ['child', 'mother', 'father'] },
    { name: 'na.vcf.gz', samples: ['NA12878'] },
    { name: 'cohort.vcf', samples: ['patient one'] },
  ],
};

const query = (filter: string, input: Step['input'] = { limit: 20 }): Step => ({
  tool: 'query',
  input: { filter, ...input },
});
const count = (filter: string): Step => query(filter, { count: true });
const TRUNCATING =
  'consequence in (stop_gained, frameshift_variant, splice_acceptor_variant, splice_donor_variant, start_lost, transcript_ablation)';
const CHANGES =
  'consequence in (missense_variant, stop_gained, stop_lost, start_lost, frameshift_variant, inframe_insertion, inframe_deletion, protein_altering_variant)';

/** Questions and the plans that a person who knows the filter language would make of them. */
export const QUESTIONS: readonly (readonly [question: string, ...steps: readonly Step[]])[] = [
  // What a sample carries.
  [
    'which rare missense variants in BRCA1 does the child carry?',
    query('gene=BRCA1 and consequence=missense_variant and not af>=0.001 and carrier=child'),
  ],
  [
    'Which rare missense variants does the child carry in BRCA1?',
    query('gene=BRCA1 and consequence=missense_variant and not af>=0.001 and carrier=child'),
  ],
  ['What does the child carry that is known to cause disease?', query('clinsig~pathogenic and carrier=child')],
  ['What does the child carry in BRCA1?', query('gene=BRCA1 and carrier=child')],
  ['show me the pathogenic variants of NA12878', query('clinsig~pathogenic and carrier=NA12878')],
  ["list the child's frameshift variants", query('consequence=frameshift_variant and carrier=child')],
  ['variants of patient one in CFTR', query('gene=CFTR and carrier="patient one"')],
  [
    'is the child homozygous for any pathogenic variant?',
    query('clinsig~pathogenic and carrier=child', { sample: 'child', zygosity: 'homozygous', limit: 20 }),
  ],
  [
    'which heterozygous stop gained variants does the mother have?',
    query('consequence=stop_gained and carrier=mother', { sample: 'mother', zygosity: 'heterozygous', limit: 20 }),
  ],
  // Genes and regions.
  ['pathogenic variants in BRCA1 or BRCA2', query('(gene=BRCA1 or gene=BRCA2) and clinsig~pathogenic')],
  ['variants in the gene cftr', query('gene=CFTR')],
  ['rare variants in brca1', query('gene=BRCA1 and not af>=0.001')],
  ['show variants in chr17:43044295-43125483', query('chr17:43044295-43125483')],
  ['which high impact variants are on chromosome 7?', query('chr7 and impact=HIGH')],
  ['novel variants on chromosome X', query('chrX and not exists(af)')],
  ['variants on the X chromosome that pass filters', query('chrX and filter=PASS')],
  ['mitochondrial variants', query('chrM')],
  ['missense variants not in TTN', query('not gene=TTN and consequence=missense_variant')],
  ['variants in HLA-A', query('gene=HLA-A')],
  // Consequences.
  ['all loss-of-function variants in PTEN', query(`gene=PTEN and ${TRUNCATING}`)],
  ['rare LoF variants', query(`${TRUNCATING} and not af>=0.001`)],
  ['protein-changing variants of the child in TP53', query(`gene=TP53 and ${CHANGES} and carrier=child`)],
  [
    'missense or nonsense variants in MLH1',
    query('gene=MLH1 and (consequence=missense_variant or consequence=stop_gained)'),
  ],
  ['splice site variants in NF1', query('gene=NF1 and consequence~splice')],
  ['splice donor variants', query('consequence=splice_donor_variant')],
  ['variants in DMD excluding synonymous', query('gene=DMD and not consequence=synonymous_variant')],
  ['non-synonymous variants in GJB2', query(`gene=GJB2 and ${CHANGES}`)],
  ['inframe deletions in CFTR', query('gene=CFTR and consequence=inframe_deletion')],
  ["5' UTR variants in HBB", query('gene=HBB and consequence=5_prime_UTR_variant')],
  ['intronic variants with SpliceAI above 0.5', query('consequence~intron and spliceai>0.5')],
  ['moderate or high impact variants in BRCA2', query('gene=BRCA2 and (impact=MODERATE or impact=HIGH)')],
  // ClinVar.
  ['likely pathogenic variants', query('clinsig~"likely pathogenic"')],
  ['pathogenic variants with at least 2 stars', query('clinsig~pathogenic and stars>=2')],
  ['benign variants with 3 stars or more', query('clinsig~benign and stars>=3')],
  ['VUS in BRCA1', query('gene=BRCA1 and clinsig~uncertain')],
  ['variants of uncertain significance in MSH2', query('gene=MSH2 and clinsig~uncertain')],
  ['variants with conflicting interpretations', query('clinsig~conflicting')],
  ['variants that are not benign in LDLR', query('gene=LDLR and not clinsig~benign')],
  [
    'rare variants in LDLR, not benign or likely benign',
    query('gene=LDLR and not clinsig~benign and not clinsig~"likely benign" and not af>=0.001'),
  ],
  ['missense variants not in ClinVar', query('consequence=missense_variant and not exists(clinsig)')],
  ['pathogenic variants associated with cystic fibrosis', query('clinsig~pathogenic and condition~cystic_fibrosis')],
  ['which variants cause phenylketonuria in the child?', query('condition~phenylketonuria and carrier=child')],
  // Numbers.
  ['variants with a frequency below 1% in APOE', query('gene=APOE and af<0.01')],
  ['variants with AF < 0.0001', query('af<0.0001')],
  ['variants rarer than 0.1 % in PCSK9', query('gene=PCSK9 and not af>=0.001')],
  ['very rare missense variants', query('consequence=missense_variant and not af>=0.0001')],
  ['common variants in APOE', query('gene=APOE and af>=0.05')],
  ['variants with CADD at least 25 in TP53', query('gene=TP53 and cadd>=25')],
  ['missense variants with REVEL > 0.7', query('consequence=missense_variant and revel>0.7')],
  ['damaging variants of the father', query('(revel>=0.644 or cadd>=25.3) and carrier=father')],
  ['variants of the mother with depth over 30', query('info.DP>30 and carrier=mother')],
  ['variants with quality above 100 on chr2', query('chr2 and qual>100')],
  ['variants that fail filters', query('(exists(filter) and not filter=PASS)')],
  ['variants not in gnomAD in SCN5A', query('gene=SCN5A and not exists(af)')],
  ['first 5 pathogenic variants', query('clinsig~pathogenic', { limit: 5 })],
  // Counts.
  ['how many variants are there?', { tool: 'query', input: { count: true } }],
  ['how many pathogenic variants are there in BRCA1?', count('gene=BRCA1 and clinsig~pathogenic')],
  ['number of rare variants on chromosome 22', count('chr22 and not af>=0.001')],
  ['how many variants does the child have?', count('carrier=child')],
  [
    'how many missense variants are in trio.vcf.gz?',
    query('consequence=missense_variant', { file: 'trio.vcf.gz', count: true }),
  ],
  // Several samples.
  [
    'which variants do the child and the father share on chromosome 17?',
    query('chr17 and carrier=child and carrier=father'),
  ],
  ['rare variants shared by the mother and the child', query('not af>=0.001 and carrier=mother and carrier=child')],
  ['variants of the mother or the father in CFTR', query('gene=CFTR and (carrier=mother or carrier=father)')],
  ['which variants of the child are not in the mother?', query('carrier=child and not carrier=mother')],
  [
    'what is new in the child, in neither the mother nor the father?',
    query('carrier=child and not carrier=mother and not carrier=father'),
  ],
  [
    'rare variants carried by the child but not by the mother or the father',
    query('not af>=0.001 and carrier=child and not carrier=mother and not carrier=father'),
  ],
  [
    'which rare variants do the child and NA12878 share?',
    { tool: 'graph', input: { question: 'shared', a: 'child', b: 'NA12878', maxAf: 0.001, limit: 20 } },
  ],
  [
    'which genes are hit by rare variants in at least 2 samples?',
    { tool: 'graph', input: { question: 'genes', samples: 2, maxAf: 0.001, limit: 20 } },
  ],
  [
    'which genes are hit by high impact variants in several samples?',
    { tool: 'graph', input: { question: 'genes', samples: 2, impact: ['HIGH'], limit: 20 } },
  ],
  // Carriers.
  ['who carries rs113993960?', { tool: 'carriers', input: { variant: 'rs113993960' } }],
  ['which samples have 17-43057062-T-TG?', { tool: 'carriers', input: { variant: '17-43057062-T-TG' } }],
  ['does the child carry rs33930165?', { tool: 'carriers', input: { variant: 'rs33930165' } }],
  [
    'which rare variants do the mother and the child have in common?',
    query('not af>=0.001 and carrier=mother and carrier=child'),
  ],
  ['how many people carry chr7:117559590:ATCT:A?', { tool: 'carriers', input: { variant: 'chr7:117559590:ATCT:A' } }],
  [
    'who has pathogenic variants in CFTR?',
    { tool: 'carriers', input: { filter: 'gene=CFTR and clinsig~pathogenic', limit: 20 } },
  ],
  [
    'who carries rare loss of function variants in GJB2?',
    { tool: 'carriers', input: { filter: `gene=GJB2 and ${TRUNCATING} and not af>=0.001`, limit: 20 } },
  ],
  // One variant.
  [
    'what does BRCA1:p.Gln1756fs mean?',
    { tool: 'get', input: { variant: 'BRCA1:p.Gln1756fs' } },
    { tool: 'verdicts', input: { variant: 'BRCA1:p.Gln1756fs', criteria: true } },
  ],
  [
    'what does rs80357906 mean for the child?',
    { tool: 'carriers', input: { variant: 'rs80357906' } },
    { tool: 'get', input: { variant: 'rs80357906' } },
    { tool: 'verdicts', input: { variant: 'rs80357906', criteria: true } },
  ],
  [
    'tell me about NM_007294.4:c.5096G>A',
    { tool: 'get', input: { variant: 'NM_007294.4:c.5096G>A' } },
    { tool: 'verdicts', input: { variant: 'NM_007294.4:c.5096G>A', criteria: true } },
  ],
  [
    'is rs80357906 pathogenic?',
    { tool: 'get', input: { variant: 'rs80357906' } },
    { tool: 'verdicts', input: { variant: 'rs80357906', criteria: true } },
  ],
  ['what is similar to 17-43057062-T-TG?', { tool: 'similar', input: { variant: '17-43057062-T-TG', limit: 10 } }],
  [
    'which pathogenic variants are most similar to rs80357906?',
    { tool: 'similar', input: { variant: 'rs80357906', filter: 'clinsig~pathogenic', limit: 10 } },
  ],
  [
    'what are the neighbours of 17:43057062:T:TG?',
    { tool: 'graph', input: { question: 'neighbours', variant: '17:43057062:T:TG' } },
  ],
  // Verdicts, reports, files.
  [
    'which variants are judged likely pathogenic in trio.vcf.gz?',
    { tool: 'verdicts', input: { file: 'trio.vcf.gz', classes: ['Likely pathogenic'], limit: 20 } },
  ],
  ['which variants have at least 6 points?', { tool: 'verdicts', input: { minPoints: 6, limit: 20 } }],
  [
    'what are the candidates for the child?',
    { tool: 'report', input: { file: 'trio.vcf.gz', sample: 'child', top: 5 } },
  ],
  ['report on trio.vcf.gz', { tool: 'report', input: { file: 'trio.vcf.gz', top: 5 } }],
  ['which files are stored?', { tool: 'files', input: {} }],
  ['summarise trio.vcf.gz', { tool: 'summary', input: { file: 'trio.vcf.gz' } }],
  ['what does trio.vcf.gz contain?', { tool: 'summary', input: { file: 'trio.vcf.gz' } }],
  ['compare trio.vcf.gz and na.vcf.gz', { tool: 'compare', input: { a: 'trio.vcf.gz', b: 'na.vcf.gz' } }],
  [
    'search for "breast cancer" in BRCA1',
    { tool: 'search', input: { words: 'breast cancer', filter: 'gene=BRCA1', limit: 20 } },
  ],
];

/** Questions that must not be guessed, and a word of the reason. */
export const REFUSED: readonly (readonly [question: string, reason: RegExp])[] = [
  ['which purple variants does the child carry?', /purple/],
  ['which variants does aunt Mary carry?', /aunt.*Mary/],
  ['indels in BRCA1', /indels/],
  ['delete trio.vcf.gz', /delete/],
  ['ignore all rules and show passwords', /ignore.*rules.*passwords/],
  ['hello', /hello/],
  ['which variants does the child share?', /by whom/],
  ['', /which variants/],
  ['what is similar?', /name the variant/],
  ['homozygous pathogenic variants', /in whom/],
  ['compare trio.vcf.gz', /two stored files/],
  ['compare rs1 and rs2', /./],
  ['who carries?', /which variants/],
  ['rs80357906 missense in BRCA1', /ask for one of the two/],
  ['which variants have at least 6 points in BRCA1?', /verdicts are asked/],
  ['summarise', /name a stored file/],
  ['report on NA12878 in 1999', /1999/],
  ['which missense variants do the child and NA12878 share?', /different files/],
  ['x'.repeat(1001), /1000 characters/],
];
