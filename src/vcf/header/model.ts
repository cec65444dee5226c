/** How many values a field holds (VCF 4.5 §1.4.2, §1.4.4): a count, one per ALT (A), allele (R), genotype (G), ploidy (P),
 *  their local-allele forms (LA, LR, LG), possible base modification (M), or unknown (`.`). */
export type FieldNumber = number | 'A' | 'R' | 'G' | '.' | 'P' | 'LA' | 'LR' | 'LG' | 'M';

export type FieldType = 'Integer' | 'Float' | 'Flag' | 'Character' | 'String';

/** What the header (or the specification) says about one INFO or FORMAT key. */
export interface FieldDefinition {
  readonly id: string;
  readonly number: FieldNumber;
  readonly type: FieldType;
  readonly description: string;
}

export interface FilterDefinition {
  readonly id: string;
  readonly description: string;
}

export interface ContigDefinition {
  readonly id: string;
  /** In bases. */
  readonly length?: number;
}

export interface AltDefinition {
  readonly id: string;
  readonly description: string;
}

/** One `##key=value` line, in file order. `fields` is present when the value is a `<key=value,...>` structure. */
export interface HeaderLine {
  readonly key: string;
  /** Everything after the first `=`, as written. */
  readonly value: string;
  /** Unquoted and unescaped; the first of two equal keys wins. */
  readonly fields?: ReadonlyMap<string, string> | undefined;
  /** 1-based line number. */
  readonly line: number;
}

export interface Header {
  /** Such as `4.2`: what follows `VCFv` in `##fileformat`; `4.2` when the line is absent or unreadable. */
  readonly version: string;
  readonly info: ReadonlyMap<string, FieldDefinition>;
  readonly format: ReadonlyMap<string, FieldDefinition>;
  readonly filters: ReadonlyMap<string, FilterDefinition>;
  readonly contigs: ReadonlyMap<string, ContigDefinition>;
  readonly alts: ReadonlyMap<string, AltDefinition>;
  /** In column order, as written. */
  readonly samples: readonly string[];
  readonly lines: readonly HeaderLine[];
  /** The header's bytes with LF line ends, `#CHROM` line and its final LF included. */
  readonly text: Uint8Array;
}
