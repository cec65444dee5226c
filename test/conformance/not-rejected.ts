/** An invalid file of the specification's corpus that the validator accepts, and why it should. */
export interface NotRejected {
  readonly path: string;
  /** What the corpus says is wrong. */
  readonly cause: string;
  readonly reason: string;
}

const COLON =
  'Contig names may have colons: the errata of VCF 4.3 took the old rule back ("this was unnecessary"), and 4.3 §1.4.7 now has SAM\'s characters.';
const ASTERISK = 'Contig names may have `*` except at the start (4.3 §1.4.7 and its errata).';
const PEDIGREE = 'No version limits the characters of these values beyond the syntax of the line.';

/** All of them; docs/validation.md shows this list, and spec-corpus.test.ts holds both to what the validator does. */
export const NOT_REJECTED: readonly NotRejected[] = [
  { path: 'hts-specs/4.1/failed/failed_body_chrom_001.vcf', cause: 'contig ID contains a colon', reason: COLON },
  {
    path: 'hts-specs/4.1/failed/failed_meta_pedigree_001.vcf',
    cause: 'Genome ID with non-accepted punctuation character',
    reason: PEDIGREE,
  },
  { path: 'hts-specs/4.2/failed/failed_body_chrom_001.vcf', cause: 'contig ID contains a colon', reason: COLON },
  {
    path: 'hts-specs/4.2/failed/failed_meta_pedigree_001.vcf',
    cause: 'Genome ID with non-accepted punctuation character',
    reason: PEDIGREE,
  },
  { path: 'hts-specs/4.3/failed/failed_body_chrom_001.vcf', cause: 'contig ID contains a colon', reason: COLON },
  {
    path: 'hts-specs/4.3/failed/failed_body_chrom_004.vcf',
    cause: 'contig ID contains illegal character',
    reason: ASTERISK,
  },
  {
    path: 'hts-specs/4.3/failed/failed_meta_contig_003.vcf',
    cause: 'contig ID contains illegal character',
    reason: ASTERISK,
  },
  {
    path: 'hts-specs/4.3/failed/failed_meta_pedigree_001.vcf',
    cause: 'Value with non-accepted punctuation character',
    reason: PEDIGREE,
  },
  {
    path: 'hts-specs/4.3/failed/failed_meta_sample_003.vcf',
    cause: 'SAMPLE ID contains illegal character',
    reason: "The character is `*`; no version limits those of a sample's name.",
  },
];
