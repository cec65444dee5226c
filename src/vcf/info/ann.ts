import { columnNames, columnOf, PIPE, type TranscriptLayout } from './transcripts.ts';

const NONE = {
  allele: -1,
  alleleNumber: -1,
  geneId: -1,
  featureType: -1,
  hgvsC: -1,
  hgvsP: -1,
  mane: -1,
  canonical: -1,
} as const;

/** SnpEff's ANN: `Allele | Annotation | Annotation_Impact | Gene_Name | …`. https://pcingola.github.io/SnpEff/adds/VCFannotationformat_v1.0.pdf */
export function annLayout(description: string): TranscriptLayout | undefined {
  const names = columnNames(description);
  const consequence = columnOf(names, 'annotation');
  if (consequence < 0) return undefined;
  return {
    names,
    alleleStyle: 'full',
    opener: PIPE,
    foreignTerms: false,
    columns: {
      ...NONE,
      allele: columnOf(names, 'allele'),
      consequence,
      impact: columnOf(names, 'annotation_impact'),
      symbol: columnOf(names, 'gene_name'),
      geneId: columnOf(names, 'gene_id'),
      featureType: columnOf(names, 'feature_type'),
      transcript: columnOf(names, 'feature_id'),
      hgvsC: columnOf(names, 'hgvs.c'),
      hgvsP: columnOf(names, 'hgvs.p'),
    },
  };
}

/** SnpEff's EFF, before version 4.1: `Effect ( Effect_Impact | … | Gene_Name | … )`. It tells alleles apart by number only. */
export function effLayout(description: string): TranscriptLayout | undefined {
  const names = columnNames(description);
  const consequence = columnOf(names, 'effect');
  if (consequence < 0) return undefined;
  return {
    names,
    alleleStyle: 'full',
    opener: 0x28,
    foreignTerms: true,
    columns: {
      ...NONE,
      alleleNumber: columnOf(names, 'genotype_number', 'genotype'),
      consequence,
      impact: columnOf(names, 'effect_impact'),
      symbol: columnOf(names, 'gene_name'),
      transcript: columnOf(names, 'transcript_id', 'transcript'),
    },
  };
}

/** bcftools csq's BCSQ: `consequence|gene|transcript|biotype|strand|…`. It names no allele, so it counts for biallelic records only. */
export function bcsqLayout(description: string): TranscriptLayout | undefined {
  const names = columnNames(description);
  const consequence = columnOf(names, 'consequence');
  if (consequence < 0) return undefined;
  return {
    names,
    alleleStyle: 'full',
    opener: PIPE,
    foreignTerms: true,
    columns: {
      ...NONE,
      consequence,
      impact: -1,
      symbol: columnOf(names, 'gene'),
      transcript: columnOf(names, 'transcript'),
    },
  };
}
