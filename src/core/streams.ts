import type { ApplyUnit, Cancellable } from './ports.ts';

/** A stream of single variants: a source without an end. */
export interface Stream {
  readonly tenant: string;
  /** Of its source: the identity of a stream is its name. */
  readonly digest: string;
}

/** Where the new ones of an appended batch begin. */
export interface StreamPlace {
  /** Of the batch's variants, those that are new: places in it, ascending. */
  readonly fresh: readonly number[];
  /** Ordinal and variant number of the first of them. */
  readonly first: number;
}

export interface Appended {
  /** Row id of each variant of the batch, in its order. */
  readonly rowIds: readonly bigint[];
  /** Of which of them the row is new. */
  readonly fresh: readonly number[];
  readonly fileId: number;
}

/** Takes single variants, each once by its id, in one transaction with rows, ledger, outbox and receipt. */
export interface StreamStore {
  /**
   * `ids`: SHA-256 (hex) of each variant and the key it was sent with. `seal` makes the envelope of those that are new and is not
   * called when none is. An id that comes twice, in one batch or in two, at once or a year apart, is stored once.
   */
  append(
    stream: Stream,
    ids: readonly string[],
    seal: (place: StreamPlace) => ApplyUnit,
    options?: Cancellable,
  ): Promise<Appended>;
}
