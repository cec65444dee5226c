import type { Cancellable } from './ports.ts';
import type { ProjectedFile, ProjectionEntry, Watermark } from './projection.ts';

/** What the truth has beyond a watermark, at one moment. */
export interface OutboxAhead {
  readonly entries: number;
  readonly variants: number;
  /** The last of them in the order of the outbox; undefined when there are none. */
  readonly last: Watermark | undefined;
}

/** Some entries, with what they are about, all of one moment of the truth. */
export interface OutboxBatch {
  /** In order. Of each entry's file what is in `files`, unless the file is gone. */
  readonly entries: readonly ProjectionEntry[];
  readonly files: ReadonlyMap<number, ProjectedFile>;
  /** Variants in them. */
  readonly variants: number;
  /** Place of the last of them; undefined when there is none that may be followed yet. */
  readonly upTo: Watermark | undefined;
}

export interface OutboxReadOptions extends Cancellable {
  /** The batch ends with the entry that reaches this. */
  readonly maxVariants: number;
}

/** The truth's own list of what happened to it, for who follows. */
export interface Outbox {
  /** Counts also entries that may not be followed yet, because a transaction as old as theirs still runs. */
  ahead(after: Watermark | undefined, options?: Cancellable): Promise<OutboxAhead>;
  /** The next entries that may be followed. */
  read(after: Watermark | undefined, options: OutboxReadOptions): Promise<OutboxBatch>;
}

/** Negative, zero or positive, as `a` comes before, at or behind `b`. */
export function compareWatermarks(a: Watermark, b: Watermark): number {
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1;
  return a.seq === b.seq ? 0 : a.seq < b.seq ? -1 : 1;
}
