import { IggyError } from './errors.ts';
import { Membership, type MembershipTarget } from './membership.ts';
import * as groups from './operations/groups.ts';
import * as messages from './operations/messages.ts';
import * as offsets from './operations/offsets.ts';
import type { Operation } from './operations/operation.ts';
import * as streams from './operations/streams.ts';
import * as system from './operations/system.ts';
import * as topics from './operations/topics.ts';
import { type IggyClientOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { connector } from './session/connector.ts';
import { SessionPool } from './session/pool.ts';
import type { Session } from './session/session.ts';
import type { SlotOptions } from './session/slot.ts';
import type * as t from './types.ts';

/** How often something harmless is asked again after its connection broke. */
const REPEATS = 2;

/**
 * A client of Apache Iggy. Calls share a pool of connections; batches to one partition keep the order of the calls. Every
 * call rejects with an IggyError: `outcomeUnknown` says whether the server may have done it all the same.
 */
export class IggyClient implements AsyncDisposable {
  readonly #options: ResolvedOptions;
  readonly #slots: SlotOptions;
  readonly #pool: SessionPool;
  readonly #memberships = new Set<Membership>();

  /** Opens nothing yet: the first call connects. */
  constructor(options: IggyClientOptions) {
    this.#options = resolveOptions(options);
    const { reconnect, clock, random, transport, connections } = this.#options;
    this.#slots = { open: connector(this.#options), reconnect, clock, random };
    // Over HTTP one session keeps as many connections as are allowed.
    this.#pool = new SessionPool(transport === 'http' ? 1 : connections, this.#slots);
  }

  /** Connects and logs in before it gives the client back, so that a wrong address or password shows here. */
  static async connect(options: IggyClientOptions, call: t.CallOptions = {}): Promise<IggyClient> {
    const client = new IggyClient(options);
    try {
      await client.session(call);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** A session of the pool: to see which protocol is spoken. */
  session(options: t.CallOptions = {}): Promise<Session> {
    return this.#pool.use(undefined, options, (session) => session);
  }

  async execute<T>(operation: Operation<T>, options: t.CallOptions = {}): Promise<T> {
    for (let repeats = 0; ; repeats++) {
      try {
        return await this.#pool.use(operation.lane, options, (session) => session.execute(operation, options));
      } catch (error) {
        const mayRepeat = operation.repeatable && error instanceof IggyError && error.code === 'CONNECTION';
        if (!mayRepeat || !error.retryable || repeats === REPEATS) throw error;
      }
    }
  }

  ping(options?: t.CallOptions): Promise<void> {
    return this.execute(system.ping(), options);
  }

  stats(options?: t.CallOptions): Promise<t.Stats> {
    return this.execute(system.getStats(), options);
  }

  clusterMetadata(options?: t.CallOptions): Promise<t.ClusterMetadata> {
    return this.execute(system.getClusterMetadata(), options);
  }

  clients(options?: t.CallOptions): Promise<readonly t.ClientInfo[]> {
    return this.execute(system.getClients(), options);
  }

  createToken(name: string, expiryUs?: bigint, options?: t.CallOptions): Promise<string> {
    return this.execute(system.createToken(name, expiryUs), options);
  }

  tokens(options?: t.CallOptions): Promise<readonly t.TokenInfo[]> {
    return this.execute(system.getTokens(), options);
  }

  deleteToken(name: string, options?: t.CallOptions): Promise<void> {
    return this.execute(system.deleteToken(name), options);
  }

  streams(options?: t.CallOptions): Promise<readonly t.StreamInfo[]> {
    return this.execute(streams.getStreams(), options);
  }

  /** Undefined: there is none. */
  stream(stream: t.Identifier, options?: t.CallOptions): Promise<t.StreamDetails | undefined> {
    return this.execute(streams.getStream(stream), options);
  }

  createStream(name: string, options?: t.CallOptions): Promise<t.StreamInfo> {
    return this.execute(streams.createStream(name), options);
  }

  deleteStream(stream: t.Identifier, options?: t.CallOptions): Promise<void> {
    return this.execute(streams.deleteStream(stream), options);
  }

  topics(stream: t.Identifier, options?: t.CallOptions): Promise<readonly t.TopicInfo[]> {
    return this.execute(topics.getTopics(stream), options);
  }

  /** Undefined: there is none. */
  topic(stream: t.Identifier, topic: t.Identifier, options?: t.CallOptions): Promise<t.TopicDetails | undefined> {
    return this.execute(topics.getTopic(stream, topic), options);
  }

  async createTopic(
    stream: t.Identifier,
    name: string,
    settings: t.TopicSettings,
    options?: t.CallOptions,
  ): Promise<t.TopicDetails> {
    const { protocol } = await this.session(options);
    // A legacy server takes no options, and an unknown command for the end of the conversation.
    const keys = protocol === 'legacy' ? [] : await this.execute(topics.describeTopicOptions(), options);
    const durable = topics.durabilityOptions(settings.durability ?? 'fsync', keys);
    return this.execute(topics.createTopic(stream, name, settings, durable), options);
  }

  deleteTopic(stream: t.Identifier, topic: t.Identifier, options?: t.CallOptions): Promise<void> {
    return this.execute(topics.deleteTopic(stream, topic), options);
  }

  /** Deletes every message. */
  purgeTopic(stream: t.Identifier, topic: t.Identifier, options?: t.CallOptions): Promise<void> {
    return this.execute(topics.purgeTopic(stream, topic), options);
  }

  /** Adds this many. */
  createPartitions(stream: t.Identifier, topic: t.Identifier, count: number, options?: t.CallOptions): Promise<void> {
    return this.execute(topics.createPartitions(stream, topic, count), options);
  }

  /** Deletes this many, the last first, with what is in them. */
  deletePartitions(stream: t.Identifier, topic: t.Identifier, count: number, options?: t.CallOptions): Promise<void> {
    return this.execute(topics.deletePartitions(stream, topic, count), options);
  }

  /** Appends one batch. Never repeated by itself: after `outcomeUnknown` the caller decides. */
  send(
    request: Omit<messages.SendRequest, 'originTimestampUs'>,
    options?: t.CallOptions,
  ): Promise<readonly t.SendConfirmation[]> {
    const originTimestampUs = BigInt(Math.round(this.#options.clock.now() * 1000));
    return this.execute(messages.sendMessages({ ...request, originTimestampUs }), options);
  }

  poll(request: messages.PollRequest, options?: t.CallOptions): Promise<t.PolledMessages> {
    return this.execute(messages.pollMessages(request), options);
  }

  /** Has a partition's messages written, and fsynced if asked, whatever the topic's own settings. */
  flush(
    stream: t.Identifier,
    topic: t.Identifier,
    partition: number,
    fsync: boolean,
    options?: t.CallOptions,
  ): Promise<void> {
    return this.execute(messages.flushPartition(stream, topic, partition, fsync), options);
  }

  /** Undefined: never stored. A group's offset can be read by anybody. */
  offset(target: offsets.OffsetTarget, options?: t.CallOptions): Promise<t.ConsumerOffset | undefined> {
    return this.execute(offsets.getOffset(target), options);
  }

  /** Of a consumer that reads alone; members of a group store through their membership. */
  storeOffset(target: offsets.OffsetTarget, offset: bigint, options?: t.CallOptions): Promise<void> {
    return this.execute(offsets.storeOffset(target, offset), options);
  }

  deleteOffset(target: offsets.OffsetTarget, options?: t.CallOptions): Promise<void> {
    return this.execute(offsets.deleteOffset(target), options);
  }

  groups(stream: t.Identifier, topic: t.Identifier, options?: t.CallOptions): Promise<readonly t.GroupInfo[]> {
    return this.execute(groups.getGroups(stream, topic), options);
  }

  group(
    stream: t.Identifier,
    topic: t.Identifier,
    group: t.Identifier,
    options?: t.CallOptions,
  ): Promise<t.GroupDetails | undefined> {
    return this.execute(groups.getGroup(stream, topic, group), options);
  }

  deleteGroup(stream: t.Identifier, topic: t.Identifier, group: t.Identifier, options?: t.CallOptions): Promise<void> {
    return this.execute(groups.deleteGroup(stream, topic, group), options);
  }

  /** Becomes a member of a group, on a connection of its own; the group is made if there is none. Not over HTTP. */
  join(target: MembershipTarget, options: t.CallOptions = {}): Promise<Membership> {
    if (this.#options.transport === 'http') {
      const message = 'HTTP has no consumer groups; read with readAlone, or use transport tcp, tls or quic';
      return Promise.reject(new IggyError('UNSUPPORTED', message));
    }
    return this.#enter(target, 'group', options);
  }

  /** Reads every partition alone, with offsets kept under a name. Two readers of one name read everything twice. */
  readAlone(target: MembershipTarget, options: t.CallOptions = {}): Promise<Membership> {
    return this.#enter(target, 'sole', options);
  }

  async #enter(target: MembershipTarget, kind: 'group' | 'sole', options: t.CallOptions): Promise<Membership> {
    const membership = new Membership(this.#slots, target, kind);
    this.#memberships.add(membership);
    try {
      await membership.assignment(options);
      return membership;
    } catch (error) {
      await membership.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#memberships].map((membership) => membership.close()));
    this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
