/**
 * The typed columns that people filter on, taken from whatever annotation a file carries. One truth for the reader that
 * finds them, the table that stores them and the filter language that names them.
 */
export const ANNOTATION_COLUMNS = [
  { name: 'gene', type: 'text' },
  { name: 'genes', type: 'text[]' },
  { name: 'consequence', type: 'text' },
  { name: 'impact', type: 'text' },
  { name: 'transcript', type: 'text' },
  { name: 'hgvs_c', type: 'text' },
  { name: 'hgvs_p', type: 'text' },
  { name: 'clinsig', type: 'text' },
  { name: 'stars', type: 'smallint' },
  { name: 'condition', type: 'text' },
  { name: 'af', type: 'real' },
  { name: 'cadd', type: 'real' },
  { name: 'revel', type: 'real' },
  { name: 'spliceai', type: 'real' },
] as const;

export type AnnotationColumn = (typeof ANNOTATION_COLUMNS)[number]['name'];

export const ANNOTATION_WIDTH = ANNOTATION_COLUMNS.length;

/**
 * Typed values of a VariantBlock. Nearly every value is a run of bytes already in the block, so it is kept as bounds:
 * value `c` of row `i` is `bytes[ranges[2k] .. ranges[2k+1])` with `k = i * ANNOTATION_WIDTH + c`; start -1 is null;
 * no ranges at all: every value of every row is null (the file has no annotations).
 * Values that are not verbatim in the line (percent-decoded HGVS, stars, several genes) stand in `overrides` under `k`
 * and win. `genes` is only set when a variant touches more than one gene: names joined by `,`. Numbers are decimal text
 * that PostgreSQL's `real` accepts.
 */
export interface AnnotationBlock {
  readonly ranges: Int32Array;
  readonly overrides: ReadonlyMap<number, string>;
}

/** Who carries what, within one block: sample `samples[s]` has a non-reference allele in rows `rows[offsets[s] .. offsets[s+1])`. */
export interface CarrierBlock {
  /** Indices into the header's sample list; only samples that carry something. */
  readonly samples: Uint32Array;
  readonly offsets: Uint32Array;
  /** Row numbers within the block, ascending for each sample. */
  readonly rows: Uint32Array;
}
