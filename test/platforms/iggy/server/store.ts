/** What the in-test server keeps: streams, topics, partitions, groups and offsets, in memory. */

/** A refusal, by the number that a real server gives it. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`refused with ${code}`);
    this.code = code;
  }
}

export const CODE = {
  invalidCommand: 3,
  unavailable: 5,
  resourceNotFound: 20,
  unauthenticated: 40,
  invalidCredentials: 42,
  streamNotFound: 1009,
  streamExists: 1012,
  topicNotFound: 2010,
  topicExists: 2013,
  partitionNotFound: 3007,
  consumerNotResolved: 3022,
  emptyBatch: 4009,
  unsupportedOption: 4041,
  invalidOffset: 4100,
  groupNotFound: 5000,
  groupExists: 5004,
  notAMember: 5006,
} as const;

export type Id = number | string;

export interface StoredMessage {
  readonly id: bigint;
  readonly timestampUs: bigint;
  readonly originTimestampUs: bigint;
  readonly payload: Buffer;
  /** As they came. */
  readonly headers: Buffer;
}

export class Partition {
  /** The offset of a message is its index. */
  readonly messages: StoredMessage[] = [];
  readonly createdAtUs = nowUs();
  /** Of consumers and groups, by kind and name. */
  readonly offsets = new Map<string, bigint>();
  /** Offsets without an index entry of their own, which 0.8.0 leaves behind when it is killed between its writes. */
  readonly unreadable = new Set<bigint>();

  /** So many messages from an offset on, as far as they can be read. */
  from(first: number, count: number): readonly StoredMessage[] {
    const end = Math.min(first + count, this.messages.length);
    if (first < end && this.unreadable.has(BigInt(first))) throw new Refusal(CODE.invalidOffset);
    let at = first;
    while (at < end && !this.unreadable.has(BigInt(at))) at++;
    return this.messages.slice(first, at);
  }

  get currentOffset(): bigint {
    return BigInt(Math.max(0, this.messages.length - 1));
  }

  /** As a real server counts them: with 64 bytes of header each. */
  get bytes(): bigint {
    return BigInt(this.messages.reduce((sum, { payload, headers }) => sum + 64 + payload.length + headers.length, 0));
  }
}

/** A member whose connection ended with the server that it was made to. */
export const GHOST = {};

interface Member {
  readonly id: number;
  readonly client: object;
  partitions: number[];
  turn: number;
}

/** A joining member gets one partition of the one who has most; who leaves makes all shared out again: as in 0.8 and 0.9. */
export class Group {
  readonly id: number;
  readonly name: string;
  readonly members: Member[] = [];
  #nextMember = 0;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  join(client: object, partitions: number): void {
    if (this.has(client)) return;
    const richest = this.members.toSorted((a, b) => b.partitions.length - a.partitions.length)[0];
    const member: Member = { id: this.#nextMember++, client, partitions: [], turn: 0 };
    this.members.push(member);
    if (richest === undefined) this.share(partitions);
    else if (richest.partitions.length > 1) member.partitions.push(richest.partitions.pop()!);
  }

  leave(client: object, partitions: number): boolean {
    const index = this.members.findIndex((member) => member.client === client);
    if (index < 0) return false;
    this.members.splice(index, 1);
    this.share(partitions);
    return true;
  }

  share(partitions: number): void {
    for (const member of this.members) member.partitions = [];
    if (this.members.length === 0) return;
    for (let index = 0; index < partitions; index++) this.members[index % this.members.length]!.partitions.push(index);
  }

  has(client: object): boolean {
    return this.members.some((member) => member.client === client);
  }

  member(client: object): Member {
    const found = this.members.find((member) => member.client === client);
    if (found === undefined) throw new Refusal(CODE.notAMember);
    return found;
  }
}

export class Topic {
  readonly id: number;
  readonly name: string;
  readonly createdAtUs = nowUs();
  readonly partitions: Partition[];
  readonly groups: Group[] = [];
  /** What it was made with, as it came. */
  readonly options: Buffer;
  #turn = 0;

  constructor(id: number, name: string, partitions: number, options: Buffer) {
    this.id = id;
    this.name = name;
    this.options = options;
    this.partitions = Array.from({ length: partitions }, () => new Partition());
  }

  partition(index: number): Partition {
    const found = this.partitions[index];
    if (found === undefined) throw new Refusal(CODE.partitionNotFound);
    return found;
  }

  nextBalanced(): number {
    return this.#turn++ % this.partitions.length;
  }

  group(id: Id): Group {
    const found = find(this.groups, id);
    if (found === undefined) throw new Refusal(CODE.groupNotFound);
    return found;
  }

  createGroup(name: string): Group {
    if (find(this.groups, name) !== undefined) throw new Refusal(CODE.groupExists);
    const group = new Group(freeId(this.groups), name);
    this.groups.push(group);
    return group;
  }

  resize(partitions: number): void {
    while (this.partitions.length < partitions) this.partitions.push(new Partition());
    this.partitions.length = partitions;
    for (const group of this.groups) group.share(partitions);
  }

  get bytes(): bigint {
    return this.partitions.reduce((sum, { bytes }) => sum + bytes, 0n);
  }

  get messages(): bigint {
    return this.partitions.reduce((sum, { messages }) => sum + BigInt(messages.length), 0n);
  }
}

export class Stream {
  readonly id: number;
  readonly name: string;
  readonly createdAtUs = nowUs();
  readonly topics: Topic[] = [];

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  topic(id: Id): Topic {
    const found = find(this.topics, id);
    if (found === undefined) throw new Refusal(CODE.topicNotFound);
    return found;
  }

  createTopic(name: string, partitions: number, options = Buffer.alloc(0)): Topic {
    if (find(this.topics, name) !== undefined) throw new Refusal(CODE.topicExists);
    const topic = new Topic(freeId(this.topics), name, partitions, options);
    this.topics.push(topic);
    return topic;
  }
}

export class Store {
  readonly streams: Stream[] = [];
  readonly tokens = new Map<string, string>();

  stream(id: Id): Stream {
    const found = find(this.streams, id);
    if (found === undefined) throw new Refusal(CODE.streamNotFound);
    return found;
  }

  createStream(name: string): Stream {
    if (find(this.streams, name) !== undefined) throw new Refusal(CODE.streamExists);
    const stream = new Stream(freeId(this.streams), name);
    this.streams.push(stream);
    return stream;
  }

  /** Of each connection that is a member of groups, of how many. `GHOST`s have none. */
  memberships(): number[] {
    const groups = this.streams.flatMap(({ topics }) => topics.flatMap((topic) => topic.groups));
    const members = groups.flatMap((group) => group.members.map(({ client }) => client));
    const live = members.filter((client) => client !== GHOST);
    return [...Map.groupBy(live, (client) => client).values()].map(({ length }) => length);
  }

  /** A connection is gone: it is no member of anything any more. */
  forget(client: object): void {
    for (const { topics } of this.streams) {
      for (const { groups, partitions } of topics) for (const group of groups) group.leave(client, partitions.length);
    }
  }
}

export function find<T extends { readonly id: number; readonly name: string }>(
  items: readonly T[],
  id: Id,
): T | undefined {
  return items.find((item) => (typeof id === 'number' ? item.id === id : item.name === id));
}

export function remove<T>(items: T[], item: T): void {
  items.splice(items.indexOf(item), 1);
}

function freeId(items: readonly { readonly id: number }[]): number {
  let id = 0;
  while (items.some((item) => item.id === id)) id++;
  return id;
}

export function nowUs(): bigint {
  return BigInt(Date.now()) * 1000n;
}
