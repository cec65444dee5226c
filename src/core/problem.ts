export type Severity = 'error' | 'warning';

/** Something wrong in a file, as data: what a compiler would print. Lines and columns are 1-based; 0 means unknown. */
export interface Problem {
  /** Upper-case words joined by `_`, such as `POS_NOT_INTEGER`. Stable: people filter by it. */
  readonly code: string;
  readonly severity: Severity;
  readonly line: number;
  /** Column in characters of the line, not the VCF column number. */
  readonly column: number;
  /** The VCF field, such as `POS`, `INFO/AF`, `FORMAT/GT`, or `header`. */
  readonly field: string;
  readonly message: string;
}

/** A record that could not be read: kept, counted and shown, never dropped in silence. */
export interface RejectedRecord {
  /** Position of the record among the data lines of its source, from 0. */
  readonly ordinal: number;
  readonly problem: Problem;
  /** The line as it stood, cut to 1,000 characters, invalid UTF-8 replaced. */
  readonly text: string;
}
