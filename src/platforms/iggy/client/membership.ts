import { IggyError } from './errors.ts';
import { hasGhosts, refound } from './ghosts.ts';
import { createGroup, getGroup, joinGroup, leaveGroup, syncGroup } from './operations/groups.ts';
import { pollMessages } from './operations/messages.ts';
import { getOffset, storeOffset } from './operations/offsets.ts';
import { getTopic } from './operations/topics.ts';
import { SERVER_ERROR } from './server-errors.ts';
import type { Session } from './session/session.ts';
import { Slot, type SlotOptions } from './session/slot.ts';
import type { CallOptions, Consumer, ConsumerOffset, GroupDetails, Identifier, PolledMessages } from './types.ts';

/** What a reader may read now. */
export interface Assignment {
  readonly partitions: readonly number[];
  /** Last offset of each partition of the topic, 0 also of an empty one; none where they were not asked for (VSR). */
  readonly currentOffsets: ReadonlyMap<number, bigint>;
  /** Another one when the connection was lost: the server may have been another one since, or the same with less in it. */
  readonly epoch: number;
}

/** What a member asks for, by offsets it knows from an epoch. */
export interface MemberPoll {
  readonly partition: number;
  readonly offset: bigint;
  readonly count: number;
  readonly epoch: number;
}

export interface MembershipTarget {
  readonly stream: Identifier;
  readonly topic: Identifier;
  /** Of the group; of a sole reader, its own. */
  readonly name: string;
}

/** Beyond the end of any partition: a poll from here answers nothing but which partition it would have read. */
const NOWHERE = { kind: 'offset', offset: 2n ** 64n - 1n } as const;

/** Refusals of an offset that is stored too late: legacy servers say 3022 or 5006 of a partition that is lost, VSR says 20. */
const NOT_OURS_NOW: readonly (number | undefined)[] = [
  SERVER_ERROR.consumerNotResolved,
  SERVER_ERROR.notAGroupMember,
  SERVER_ERROR.resourceNotFound,
  SERVER_ERROR.invalidOffset,
];

/**
 * A reader of a topic on a connection of its own. `group`: a member among others, who share the partitions; joins again by
 * itself when the connection was lost. `sole`: reads every partition, which is all that HTTP can.
 */
export class Membership {
  readonly #slots: SlotOptions;
  readonly #slot: Slot;
  readonly #target: MembershipTarget;
  readonly #consumer: Consumer;
  #session: Session | undefined;
  #joining: Promise<void> | undefined;
  #epoch = 0;

  constructor(slots: SlotOptions, target: MembershipTarget, kind: 'group' | 'sole') {
    this.#slots = slots;
    this.#slot = new Slot(slots);
    this.#target = target;
    this.#consumer = { kind: kind === 'group' ? 'group' : 'consumer', id: target.name };
  }

  /** Asks the server: cheap enough to be asked a few times a second, too dear for every poll. */
  async assignment(options: CallOptions = {}): Promise<Assignment> {
    const session = await this.#joined(options);
    return { ...(await this.#shareOf(session, options)), epoch: this.#epoch };
  }

  async #shareOf(session: Session, options: CallOptions): Promise<Omit<Assignment, 'epoch'>> {
    const { stream, topic, name } = this.#target;
    if (this.#consumer.kind === 'group' && session.protocol === 'vsr') {
      const partitions = await session.execute(syncGroup(stream, topic, name), options);
      if (partitions !== undefined) return { partitions, currentOffsets: new Map() };
      // Thrown out, as members are who fell silent: in again with the next question.
      this.#session = undefined;
      return { partitions: [], currentOffsets: new Map() };
    }
    const found = await session.execute(getTopic(stream, topic), options);
    if (found === undefined) throw new IggyError('NOT_FOUND', `no topic ${topic} in stream ${stream}`);
    const currentOffsets = new Map(found.partitionList.map(({ id, currentOffset }) => [id, currentOffset]));
    const all = [...currentOffsets.keys()];
    const isAlone = this.#consumer.kind === 'consumer';
    const partitions = isAlone ? all : await this.#ownAmong(all.length, session, options);
    return { partitions, currentOffsets };
  }

  /**
   * A legacy server does not tell a member which partitions are its own, but a group's poll without a partition goes to them
   * in turn, and its reply names the one it went to; partitions about to be given to another member are left out.
   */
  async #ownAmong(count: number, session: Session, options: CallOptions): Promise<readonly number[]> {
    const { stream, topic } = this.#target;
    const question = pollMessages({ stream, topic, consumer: this.#consumer, strategy: NOWHERE, count: 1 });
    const replies = await Promise.all(Array.from({ length: count }, () => session.execute(question, options)));
    // A member without any partition is told 0, as is the owner of 0; to poll what one does not own gives nothing.
    return [...new Set(replies.map(({ partition }) => partition))].sort((a, b) => a - b);
  }

  /**
   * Messages from `offset` on; none if the partition is not this reader's. Undefined: the epoch is over, so that the offset
   * may mean something else by now.
   */
  async poll(request: MemberPoll, options: CallOptions = {}): Promise<PolledMessages | undefined> {
    const { stream, topic } = this.#target;
    const { partition, offset, count, epoch } = request;
    const session = await this.#joined(options);
    if (epoch !== this.#epoch) return undefined;
    const strategy = { kind: 'offset', offset } as const;
    const operation = pollMessages({ stream, topic, consumer: this.#consumer, partition, strategy, count });
    return session.execute(operation, options);
  }

  async storedOffset(partition: number, options: CallOptions = {}): Promise<ConsumerOffset | undefined> {
    const session = await this.#joined(options);
    return session.execute(getOffset({ ...this.#where, partition }), options);
  }

  /** False: the epoch is over, the partition is another member's, or has lost what was read. Nothing was stored then. */
  async storeOffset(at: Omit<MemberPoll, 'count'>, options: CallOptions = {}): Promise<boolean> {
    const { partition, offset, epoch } = at;
    const session = await this.#joined(options);
    if (epoch !== this.#epoch) return false;
    try {
      await session.execute(storeOffset({ ...this.#where, partition }, offset), options);
      return true;
    } catch (error) {
      if (error instanceof IggyError && NOT_OURS_NOW.includes(error.serverCode)) return false;
      throw error;
    }
  }

  get #where() {
    const { stream, topic } = this.#target;
    return { stream, topic, consumer: this.#consumer };
  }

  /** The session, of which the server knows that it is a member. */
  async #joined(options: CallOptions): Promise<Session> {
    const session = await this.#slot.acquire(options);
    if (session !== this.#session) {
      this.#joining ??= this.#join(session).finally(() => {
        this.#joining = undefined;
      });
      await this.#joining;
    }
    return session;
  }

  async #join(session: Session): Promise<void> {
    const { stream, topic, name } = this.#target;
    if (this.#consumer.kind === 'group') {
      await this.#ensureGroup(session);
      await session.execute(joinGroup(stream, topic, name));
      if (session.protocol === 'vsr' && (await hasGhosts(session, this.#target, this.#slots))) {
        await refound(session, this.#target);
      }
      await this.#spread(session);
    }
    this.#session = session;
    this.#epoch++;
  }

  /**
   * A server gives a member that joins one partition of the others', however many they have; it shares them out evenly when
   * somebody leaves. So somebody comes and goes.
   */
  async #spread(session: Session): Promise<void> {
    const { stream, topic, name } = this.#target;
    const group = await session.execute(getGroup(stream, topic, name));
    if (group === undefined || group.members < 2 || isEven(group)) return;
    const visitor = await this.#slots.open({});
    try {
      await visitor.execute(joinGroup(stream, topic, name));
      await visitor.execute(leaveGroup(stream, topic, name));
    } finally {
      visitor.close();
    }
  }

  async #ensureGroup(session: Session): Promise<void> {
    const { stream, topic, name } = this.#target;
    try {
      await session.execute(createGroup(stream, topic, name));
    } catch (error) {
      if (!(error instanceof IggyError) || error.serverCode !== SERVER_ERROR.groupNameExists) throw error;
    }
  }

  /** Leaves, so that the others need not wait for the server to notice. */
  async close(): Promise<void> {
    const { stream, topic, name } = this.#target;
    const session = this.#session;
    if (this.#consumer.kind === 'group' && session !== undefined && session.failure === undefined) {
      // Whoever cannot say goodbye is gone all the same: the server drops a member with its connection.
      await session.execute(leaveGroup(stream, topic, name)).catch(() => {});
    }
    this.#slot.close();
  }
}

/** No member has two partitions more than another. */
function isEven({ memberList }: GroupDetails): boolean {
  const counts = memberList.map(({ partitions }) => partitions.length);
  return Math.max(...counts) - Math.min(...counts) < 2;
}
