/**
 * The filter language as data. `cli` and `api` parse text into it (parseFilter below it, in filter-parser.ts); a store
 * turns it into its own query.
 *
 *   gene=BRCA1 and af<0.001 and clinsig~pathogenic
 *   chr17:43044295-43125483 and (impact=HIGH or cadd>=20)
 *   info.DP>30 and not filter=PASS
 *   carrier=NA12878
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  | { readonly kind: 'compare'; readonly field: FieldRef; readonly op: CompareOp; readonly value: string }
  | { readonly kind: 'present'; readonly field: FieldRef; readonly present: boolean }
  /** 1-based, both ends inclusive; `end` undefined: to the end of the contig. */
  | { readonly kind: 'region'; readonly chrom: string; readonly start: number; readonly end: number | undefined };

/** `=` equals, `~` contains without case (whole words on clinsig), the rest compare numbers. */
export type CompareOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

export type FieldRef =
  | { readonly kind: 'column'; readonly name: string }
  /** Any key of INFO, typed by the value compared with. */
  | { readonly kind: 'info'; readonly key: string }
  /** A sample that carries the variant. */
  | { readonly kind: 'carrier' };
