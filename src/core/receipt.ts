/** The proof for one source: input = stored + duplicates + rejected, and the digests of both ends agree. */
export interface Receipt {
  readonly tenant: string;
  readonly sourceDigest: string;
  /** SHA-256 (hex) of the file's decompressed bytes, as many as can be read. */
  readonly contentDigest: string;
  readonly sourceName: string;
  readonly fileId: number;
  /** Data lines read, rejected ones included. */
  readonly records: number;
  /** Variants made of them (after splitting) plus rejected records: the left side of the equation. */
  readonly input: number;
  readonly stored: number;
  /** Variants that were in the store before this run began: the whole source when it is ingested again. */
  readonly duplicates: number;
  readonly rejected: number;
  /** Sum modulo 2^256 of the content digests of all envelopes as the producer computed them, hex. Order-independent. */
  readonly inputDigest: string;
  /** The same sum over the ledger as the consumer wrote it, hex. Equal to `inputDigest` or the run is not complete. */
  readonly storeDigest: string;
  /** Problems counted by code while reading. */
  readonly warnings: Readonly<Record<string, number>>;
  /** The file ended before its end-of-file marker, or in the middle of a record or block. */
  readonly truncated: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
}
