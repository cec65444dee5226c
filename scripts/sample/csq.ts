/** Columns of the sample's CSQ, a selection of VEP's. */
export const CSQ_COLUMNS = [
  'Allele',
  'Consequence',
  'IMPACT',
  'SYMBOL',
  'Gene',
  'Feature_type',
  'Feature',
  'BIOTYPE',
  'EXON',
  'INTRON',
  'HGVSc',
  'HGVSp',
  'CDS_position',
  'Protein_position',
  'Amino_acids',
  'Existing_variation',
  'DISTANCE',
  'STRAND',
  'HGNC_ID',
  'MANE_SELECT',
  'CANONICAL',
  'gnomADe_AF',
  'CADD_PHRED',
  'REVEL',
  'SpliceAI_pred_DS_AG',
  'SpliceAI_pred_DS_AL',
  'SpliceAI_pred_DS_DG',
  'SpliceAI_pred_DS_DL',
] as const;

export type CsqEntry = Partial<Record<(typeof CSQ_COLUMNS)[number], string>>;

/** One CSQ entry as text; VEP writes `=` as `%3D`. */
export function csqEntry(values: CsqEntry): string {
  return CSQ_COLUMNS.map((column) => (values[column] ?? '').replaceAll('=', '%3D')).join('|');
}

/** VEP's name of each ALT: without the first base when a length differs and all alleles begin with it. */
export function vepAlleles(ref: string, alts: readonly string[]): readonly string[] {
  const indel = alts.some((alt) => alt.length !== ref.length);
  const cuts = indel && alts.every((alt) => alt[0] === ref[0]);
  return cuts ? alts.map((alt) => alt.slice(1) || '-') : alts;
}
