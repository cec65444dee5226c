/** Bounds on what one file may make the reader hold in memory. Sizes in bytes, after decompression. */
export interface Limits {
  /** Longest data line that is read; a longer one is rejected as LINE_TOO_LONG and skipped without being held. */
  readonly lineBytes: number;
  /** Longest header (all lines up to and including `#CHROM`); a longer one is INPUT_LIMIT. */
  readonly headerBytes: number;
  /** Most header lines; more are INPUT_LIMIT. */
  readonly headerLines: number;
}

/**
 * The size of the whole file is no limit: reading streams, so a gzip bomb costs time and nothing else. What must be held
 * at once is one header and one line. A parsed header takes about 600 bytes a line, which is what bounds its lines.
 */
export const DEFAULT_LIMITS: Limits = {
  lineBytes: 32 * 2 ** 20,
  headerBytes: 32 * 2 ** 20,
  headerLines: 120_000,
};
