/** What single variants may say of themselves so that it fills the typed columns; other keys are kept and can be filtered by. */
const INFO: readonly (readonly [id: string, number: string, type: string, description: string])[] = [
  ['DP', '1', 'Integer', 'Read depth'],
  ['gnomAD_AF', 'A', 'Float', 'Allele frequency in gnomAD'],
  ['GENEINFO', '1', 'String', 'Gene symbol and id, symbol:id, separated by |'],
  ['MC', '.', 'String', 'Molecular consequence, Sequence Ontology id|name'],
  ['CLNSIG', '.', 'String', 'Clinical significance, as ClinVar words it'],
  ['CLNREVSTAT', '.', 'String', 'Review status, as ClinVar words it'],
  ['CLNDN', '.', 'String', 'Condition'],
  ['CADD_PHRED', 'A', 'Float', 'CADD, scaled'],
  ['REVEL', 'A', 'Float', 'REVEL'],
  ['SpliceAI_max', 'A', 'Float', 'Highest SpliceAI delta score'],
];

/**
 * The header of every stream: its variants come one by one, so nobody can declare anything. Part of each envelope's digest and
 * of the stream's identity: another header would be another stream.
 */
export const STREAM_HEADER: Buffer = Buffer.from(
  [
    '##fileformat=VCFv4.3',
    '##source=vcf-agent API',
    ...INFO.map(([id, number, type, text]) => `##INFO=<ID=${id},Number=${number},Type=${type},Description="${text}">`),
    '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n',
  ].join('\n'),
);
