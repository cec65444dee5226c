import type { Cancellable, StoredEnvelope } from './ports.ts';

export const PROJECTION_NAMES = ['lancedb', 'graph'] as const;

export type ProjectionName = (typeof PROJECTION_NAMES)[number];

/**
 * A place in the truth's outbox. Entries are followed in the order (xid, seq), and only those of transactions older than
 * every one that still runs: nothing can appear behind a watermark.
 */
export interface Watermark {
  readonly xid: bigint;
  readonly seq: bigint;
}

/** What happened to the truth, with what a projection needs of it. */
export type ProjectionEntry =
  /** `stored`: as the tables hold it now. An envelope whose file is gone meanwhile is not told; its deletion is. */
  | { readonly kind: 'envelope'; readonly tenant: string; readonly fileId: number; readonly stored: StoredEnvelope }
  | { readonly kind: 'deletion'; readonly tenant: string; readonly fileId: number }
  /** What is judged about the file's variants has changed. */
  | { readonly kind: 'analysis'; readonly tenant: string; readonly fileId: number };

/** A file as a projection needs to know it. */
export interface ProjectedFile {
  readonly fileId: number;
  readonly tenant: string;
  readonly digest: string;
  /** Base name, for people. */
  readonly name: string;
  readonly sampleNames: readonly string[];
  /** As stored: `#CHROM` line included. */
  readonly header: Uint8Array;
}

/** How much of a file a projection holds, and what: equal contents have equal digests, in whatever order they came. */
export interface ProjectionContents {
  readonly rows: number;
  /** DigestSum (hex) over the rows, in terms that the projection itself defines. */
  readonly digest: string;
}

/**
 * Derived from the truth, and disposable: it lies in a folder of its own, which may be removed while it is closed, and then
 * is empty. It holds its own watermark and does nothing twice, whatever was killed. One process writes at a time; who opened
 * it holds its lock. What cannot be read any more is PROJECTION_DAMAGED, from any method and from opening it: the caller then
 * removes the folder and begins anew.
 */
export interface Projection extends AsyncDisposable {
  readonly name: ProjectionName;
  /** How many variants an `apply` should get: enough that its cost is shared, little enough for memory. */
  readonly batchVariants: number;
  /** Undefined while nothing was ever applied. */
  watermark(): Promise<Watermark | undefined>;
  /**
   * Applies entries in their order, then keeps `upTo`. Entries that were applied by a run that was killed before it kept
   * its watermark come again, cut into other batches perhaps, and change nothing. `files`: every file that an entry is
   * about, unless it is deleted.
   */
  apply(
    entries: readonly ProjectionEntry[],
    files: ReadonlyMap<number, ProjectedFile>,
    upTo: Watermark,
    options?: Cancellable,
  ): Promise<void>;
  /**
   * After the last `apply` for now: what is better done once than after each, such as bringing indexes up to date. May be
   * left out by a kill.
   */
  settle?(options?: Cancellable): Promise<void>;
  /** What it holds of a file. */
  contents(fileId: number, options?: Cancellable): Promise<ProjectionContents>;
  /** What it should hold of a file, from the truth; does not look at what it holds. */
  expected(
    file: ProjectedFile,
    envelopes: AsyncIterable<StoredEnvelope>,
    options?: Cancellable,
  ): Promise<ProjectionContents>;
  close(): Promise<void>;
}
