import { columnNames, columnOf, PIPE, type TranscriptLayout } from './transcripts.ts';

/**
 * Ensembl VEP's CSQ (`vep` in gnomAD's files): columns in the order of the header's own `Format: A|B|C`, whatever they are.
 * https://www.ensembl.org/info/docs/tools/vep/vep_formats.html#vcf
 */
export function csqLayout(description: string): TranscriptLayout | undefined {
  const names = columnNames(description);
  const consequence = columnOf(names, 'consequence');
  if (consequence < 0) return undefined;
  return {
    names,
    alleleStyle: 'vep',
    opener: PIPE,
    foreignTerms: false,
    columns: {
      allele: columnOf(names, 'allele'),
      alleleNumber: columnOf(names, 'allele_num'),
      consequence,
      impact: columnOf(names, 'impact'),
      symbol: columnOf(names, 'symbol', 'hgnc'),
      geneId: columnOf(names, 'gene'),
      featureType: columnOf(names, 'feature_type'),
      transcript: columnOf(names, 'feature'),
      hgvsC: columnOf(names, 'hgvsc'),
      hgvsP: columnOf(names, 'hgvsp'),
      mane: columnOf(names, 'mane_select', 'mane'),
      canonical: columnOf(names, 'canonical'),
    },
  };
}
