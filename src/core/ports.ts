import type { AnnotationBlock, CarrierBlock } from './annotation.ts';
import type { ApiKeyStore } from './api-keys.ts';
import type { Envelope, IngestPlan } from './envelope.ts';
import type { Filter } from './filter.ts';
import type { JobStore } from './jobs.ts';
import type { NarrativeStore } from './narratives.ts';
import type { Outbox } from './outbox.ts';
import type { RejectedRecord } from './problem.ts';
import type { Receipt } from './receipt.ts';
import type { StreamStore } from './streams.ts';
import type { VariantBlock } from './variant-block.ts';
import type { VerdictStore } from './verdicts.ts';

export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/** Time as a port, so that everything that waits can run under a fake clock. */
export interface Clock {
  /** Milliseconds since the epoch, for people and timestamps. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  monotonicMs(): number;
  sleep(durationMs: number, options?: Cancellable): Promise<void>;
}

/** Uniform in [0, 1). */
export type Random = () => number;

// ---------------------------------------------------------------------------------------------- platforms

export type PlatformName = 'embedded' | 'iggy' | 'kafka';

export interface OutgoingMessage {
  /** Messages of one key keep their order: they share a partition. */
  readonly key: string;
  /** Envelope id (hex). */
  readonly id: string;
  readonly body: Uint8Array;
}

/** A position in a log: never an identity (a broker that loses its tail mints offsets again). */
export interface LogPosition {
  /** `direct`: it came over no platform, because none was up. */
  readonly platform: PlatformName | 'direct';
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface IncomingMessage {
  readonly position: LogPosition & { readonly platform: PlatformName };
  readonly id: string;
  readonly body: Uint8Array;
}

/** A topic as it should be. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Copies of each partition; left out: as many as the cluster has by default. */
  readonly replication?: number | undefined;
}

/** A topic as it is. */
export interface TopicInfo {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
  /** Messages kept now, where the platform counts them. */
  readonly messages?: bigint | undefined;
}

export interface TopicAdmin {
  list(options?: Cancellable): Promise<readonly TopicInfo[]>;
  /** Makes the topic if there is none of its name; what is there stays as it is. */
  create(spec: TopicSpec, options?: Cancellable): Promise<void>;
  /** Adds partitions up to this number; fewer than there are is OPTION_CONFLICT. */
  grow(name: string, partitions: number, options?: Cancellable): Promise<void>;
}

/** What a platform says of itself when asked: the health monitor's raw material. */
export interface PlatformProbe {
  /** A round trip to the broker that answers for the platform. */
  readonly latencyMs: number;
  readonly brokers: number;
  /** Partitions with fewer copies in step than they should have; 0 where there is no replication. */
  readonly underReplicatedPartitions: number;
  /** Of the server, for people. */
  readonly version: string;
}

/** A durable partitioned log. */
export interface Platform extends AsyncDisposable {
  readonly name: PlatformName;
  readonly topics: TopicAdmin;
  producer(topic: string): Promise<PlatformProducer>;
  consumer(topic: string, group: string): Promise<PlatformConsumer>;
  /** How far a group is in a topic, told to who is no member. Rejects with TOPIC_NOT_FOUND, or as `probe` does. */
  lag(topic: string, group: string, options?: Cancellable): Promise<readonly PartitionLag[]>;
  /** Asks the broker. Rejects (PLATFORM_UNAVAILABLE, PLATFORM_TIMEOUT) when it does not answer. */
  probe(options?: Cancellable): Promise<PlatformProbe>;
  close(): Promise<void>;
}

export interface PlatformProducer {
  /** Resolves when every message is durable. A rejection means *unknown*, not absent. Bodies are given away. */
  send(messages: readonly OutgoingMessage[], options?: Cancellable): Promise<void>;
  close(): Promise<void>;
}

export interface PollOptions extends Cancellable {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** How long to wait for a first message before resolving with none. */
  readonly waitMs: number;
}

/** How far a group is in one partition. */
export interface PartitionLag {
  readonly platform: PlatformName;
  readonly partition: number;
  /** Messages that it has not committed yet. */
  readonly lag: bigint;
  /** Offset that the next message will have. */
  readonly end: bigint;
}

/** A member of a group: the partitions of the topic are shared among the group's members, in this process or another. */
export interface PlatformConsumer {
  /** Next messages, in order within a partition; starts after the group's last commit, and gives each message once. */
  poll(options: PollOptions): Promise<readonly IncomingMessage[]>;
  /** A hint, after the store's transaction: everything up to these positions is applied and may be dropped. */
  commit(positions: readonly LogPosition[]): Promise<void>;
  /** Of every partition of the topic, for the whole group. */
  lag(options?: Cancellable): Promise<readonly PartitionLag[]>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------- the store

/** An envelope with everything that is derived from it: the store only writes. */
export interface PreparedEnvelope {
  readonly envelope: Envelope;
  readonly sampleNames: readonly string[];
  readonly annotations: AnnotationBlock;
  readonly carriers: CarrierBlock;
}

/** One envelope ready to be written, and where in a log it was. */
export interface ApplyUnit extends PreparedEnvelope {
  readonly position: LogPosition;
}

export interface ApplyOutcome {
  readonly envelopeId: string;
  /** False: its id was in the ledger already; only the position moved. */
  readonly applied: boolean;
}

export type FileStatus = 'ingesting' | 'complete';

export interface StoredFile {
  readonly fileId: number;
  readonly tenant: string;
  readonly digest: string;
  /** Of its receipt; null while it has none. */
  readonly contentDigest: string | null;
  readonly name: string;
  readonly bytes: number;
  readonly plan: IngestPlan;
  readonly status: FileStatus;
  readonly sampleNames: readonly string[];
  readonly header: Uint8Array;
  readonly variants: number;
  readonly rejected: number;
  readonly createdAt: Date;
}

/** One applied envelope, as the ledger remembers it. */
export interface LedgerEntry {
  readonly envelopeId: string;
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  readonly firstVariant: number;
  readonly variantCount: number;
  readonly rejectedCount: number;
  readonly contentDigest: string;
}

/** A ledger entry with where its envelope came from, and when. */
export interface AppliedEntry extends LedgerEntry {
  readonly fileId: number;
  readonly fileName: string;
  readonly position: LogPosition;
  readonly appliedAt: Date;
}

/** What the ledger says about one envelope, beside what the tables hold for it now. */
export interface StoredEnvelope extends LedgerEntry {
  /** As kept, of the rows that say the same as their line; what `prove` digests again. */
  readonly block: VariantBlock;
  /** Typed columns as stored: `count * ANNOTATION_WIDTH` texts (numbers as PostgreSQL prints them), null where null. */
  readonly annotations: readonly (string | null)[];
  readonly carriers: CarrierBlock;
  readonly rejected: readonly RejectedRecord[];
}

/** The lines of one envelope as they are kept, and the number of the first within its file. */
export interface StoredLines {
  readonly firstVariant: number;
  readonly block: VariantBlock;
}

/** One variant as a query gives it back. */
export interface VariantRow {
  readonly id: bigint;
  readonly fileId: number;
  readonly ordinal: number;
  readonly allele: number;
  readonly chrom: string;
  readonly pos: number;
  readonly variantId: string;
  readonly ref: string;
  readonly alt: string;
  /** As the file wrote it, `.` for missing. */
  readonly qual: string;
  readonly filter: string;
  readonly info: string;
  readonly format: string | null;
  /** Sample columns joined by tabs. */
  readonly samples: string | null;
  readonly annotations: Readonly<Record<string, string | number | readonly string[] | null>>;
}

export interface QueryOptions extends Cancellable {
  readonly tenant: string;
  readonly limit: number;
  /** Opaque, from the last page. */
  readonly cursor?: string | undefined;
  readonly fileId?: number | undefined;
}

export interface QueryPage {
  readonly rows: readonly VariantRow[];
  /** Undefined on the last page. */
  readonly cursor?: string | undefined;
}

export interface Carrier {
  readonly fileId: number;
  readonly sample: string;
  readonly genotype: string;
  readonly rowId: bigint;
}

export interface ApplyOptions extends Cancellable {
  /**
   * The rows are written, though not durable yet: whoever writes one transaction after the other may begin the next. Called
   * anew when a transaction is tried again.
   */
  readonly onRows?: (() => void) | undefined;
}

/** The truth. PostgreSQL; a port so that nothing above it knows. */
export interface VariantStore extends AsyncDisposable {
  /** What narrators were asked about the variants, and said. */
  readonly narratives: NarrativeStore;
  /** For projections. */
  readonly outbox: Outbox;
  readonly keys: ApiKeyStore;
  readonly jobs: JobStore;
  readonly streams: StreamStore;
  /** Writes rows, ledger entries, outbox entries and log positions of all units in ONE transaction. */
  apply(units: readonly ApplyUnit[], options?: ApplyOptions): Promise<readonly ApplyOutcome[]>;
  /** A name of this very database, the same from wherever it is opened: safe in a path. */
  identity(): Promise<string>;
  /** Which of these envelopes are in the ledger. */
  applied(tenant: string, envelopeIds: readonly string[], options?: Cancellable): Promise<readonly string[]>;
  /** Entries of envelopes whose id begins with these hexadecimal digits, or that brought this row; the first few. */
  entries(
    tenant: string,
    of: { readonly idPrefix: string } | { readonly rowId: bigint },
    options?: Cancellable,
  ): Promise<readonly AppliedEntry[]>;
  /** Makes a tenant if there is none of this name. */
  ensureTenant(name: string): Promise<void>;
  /** Last applied position of each partition. */
  positions(topic: string, group: string): Promise<readonly LogPosition[]>;
  file(tenant: string, digest: string): Promise<StoredFile | undefined>;
  files(tenant: string): Promise<readonly StoredFile[]>;
  /** What was applied for a file, in ordinal order. */
  ledger(tenant: string, fileId: number): Promise<readonly LedgerEntry[]>;
  /** Keeps the receipt and marks its file complete. */
  saveReceipt(receipt: Receipt): Promise<void>;
  receipts(tenant: string, fileId: number): Promise<readonly Receipt[]>;
  /** Everything stored for one file, an envelope at a time, in ordinal order; also rows no ledger entry accounts for. */
  envelopes(fileId: number, options?: Cancellable): AsyncIterable<StoredEnvelope>;
  /** Only the lines of a file, an envelope at a time, in order: all that judging needs. `ids`: only envelopes with these rows. */
  lines(
    fileId: number,
    options?: Cancellable & { readonly ids?: readonly bigint[] | undefined },
  ): AsyncIterable<StoredLines>;
  /** Rows of the file's tables that no ledger entry covers (doubled or foreign rows): 0 in a sound store. */
  strayRows(fileId: number): Promise<number>;
  query(filter: Filter | undefined, options: QueryOptions): Promise<QueryPage>;
  carriers(tenant: string, rowIds: readonly bigint[], options?: Cancellable): Promise<readonly Carrier[]>;
  readonly verdicts: VerdictStore;
  deleteFile(tenant: string, fileId: number): Promise<{ readonly variants: number }>;
  /** Of the database server, for people: `18.4`. */
  version(): Promise<string>;
  close(): Promise<void>;
}
