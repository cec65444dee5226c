import type { UserHeader } from './headers.ts';

/** A stream, topic, group or consumer: by its number (from 0) or its name (1 to 255 bytes). */
export type Identifier = number | string;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a resource was made with, where the protocol has options (VSR). */
export type ResourceOptions = readonly UserHeader[];

export interface StreamInfo {
  readonly id: number;
  /** Microseconds since the epoch. */
  readonly createdAtUs: bigint;
  readonly topics: number;
  readonly bytes: bigint;
  readonly messages: bigint;
  readonly name: string;
}

export interface TopicInfo {
  readonly id: number;
  readonly createdAtUs: bigint;
  readonly name: string;
  readonly partitions: number;
  /** Microseconds; 2^64 - 1: never. */
  readonly messageExpiryUs: bigint;
  readonly maxBytes: bigint;
  /** 1 where the protocol does not say (VSR). */
  readonly replication: number;
  readonly bytes: bigint;
  readonly messages: bigint;
  /** Its own and the server's defaults; empty where the server has no topic options (0.8). */
  readonly options: ResourceOptions;
}

export interface PartitionInfo {
  readonly id: number;
  readonly segments: number;
  /** Offset of the last message; 0 also when there never was one. */
  readonly currentOffset: bigint;
  readonly bytes: bigint;
  readonly messages: bigint;
}

export interface TopicDetails extends TopicInfo {
  readonly partitionList: readonly PartitionInfo[];
}

export interface StreamDetails extends StreamInfo {
  readonly topicList: readonly TopicInfo[];
}

export interface GroupInfo {
  readonly id: number;
  readonly partitions: number;
  readonly members: number;
  readonly name: string;
}

export interface GroupDetails extends GroupInfo {
  readonly memberList: readonly { readonly id: number; readonly partitions: readonly number[] }[];
}

export interface ConsumerOffset {
  readonly partition: number;
  readonly currentOffset: bigint;
  readonly storedOffset: bigint;
}

export interface Stats {
  readonly processId: number;
  readonly cpuPercent: number;
  readonly memoryBytes: bigint;
  readonly runTimeUs: bigint;
  readonly readBytes: bigint;
  readonly writtenBytes: bigint;
  readonly streams: number;
  readonly topics: number;
  readonly partitions: number;
  readonly messages: bigint;
  readonly clients: number;
  readonly consumerGroups: number;
  readonly hostname: string;
  readonly serverVersion: string;
}

export interface ClusterNode {
  readonly name: string;
  readonly host: string;
  readonly tcpPort: number;
  readonly quicPort: number;
  readonly httpPort: number;
  readonly webSocketPort: number;
  readonly leader: boolean;
  readonly healthy: boolean;
}

export interface ClusterMetadata {
  readonly name: string;
  readonly nodes: readonly ClusterNode[];
}

export interface ClientInfo {
  readonly id: number;
  readonly userId: number;
  readonly address: string;
  readonly groups: number;
}

export interface TokenInfo {
  readonly name: string;
  /** Microseconds since the epoch; 0: never. */
  readonly expiresAtUs: bigint;
}

/** `consumer` reads alone; `group`: members share the partitions. */
export interface Consumer {
  readonly kind: 'consumer' | 'group';
  readonly id: Identifier;
}

/** Where a batch goes. `balanced` and `key` are resolved by the server. */
export type Partitioning =
  | { readonly kind: 'balanced' }
  | { readonly kind: 'partition'; readonly partition: number }
  | { readonly kind: 'key'; readonly key: Uint8Array };

export type PollStrategy =
  | { readonly kind: 'offset'; readonly offset: bigint }
  | { readonly kind: 'timestamp'; readonly timestampUs: bigint }
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'next' };

export interface OutgoingMessage {
  /** 128 bits; left out or 0: the server mints one. */
  readonly id?: bigint;
  /** Up to 64,000,000 bytes. Not copied when large: leave it alone until the send has settled. */
  readonly payload: Uint8Array;
  readonly headers?: readonly UserHeader[];
}

export interface ReceivedMessage {
  readonly offset: bigint;
  readonly id: bigint;
  /** When the server appended it; the same for a whole batch. */
  readonly timestampUs: bigint;
  /** When the client sent it, by its own clock. */
  readonly originTimestampUs: bigint;
  /** A view into the reply it came with. */
  readonly payload: Uint8Array;
  readonly headers: readonly UserHeader[];
}

export interface PolledMessages {
  readonly partition: number;
  /** Offset of the last message of the partition, 0 also when there is none; undefined where the server does not tell. */
  readonly currentOffset: bigint | undefined;
  readonly messages: readonly ReceivedMessage[];
}

/** Where a batch was put, from servers that say so (VSR). */
export interface SendConfirmation {
  readonly partition: number;
  readonly baseOffset: bigint;
}

export interface TopicSettings {
  readonly partitions: number;
  /**
   * `fsync` (default): every message is saved and fsynced before it is acknowledged. `saved`: written to the page cache
   * before it is acknowledged: survives the server's death, not the machine's. `server`: what the server does by itself,
   * which as shipped acknowledges from memory. Servers before 0.9 cannot be asked: there the server's configuration says.
   */
  readonly durability?: 'fsync' | 'saved' | 'server';
  /** Left out or 0: the server's own. */
  readonly messageExpiryUs?: bigint;
  /** Left out or 0: the server's own. */
  readonly maxBytes?: bigint;
}
