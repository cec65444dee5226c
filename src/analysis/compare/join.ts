import { VcfAgentError } from '../../core/errors.ts';
import type { Row } from './row-reader.ts';

/** Which of the two sources. */
export type Side = 'a' | 'b';

/** What the join tells: each row once, alone or with its partner. */
export interface JoinVisitor {
  pair(a: Row, b: Row): void;
  alone(side: Side, row: Row): void;
}

/** A source came to a place that lies behind one it was at before. */
export class OutOfOrder extends Error {}

interface Waiting {
  readonly row: Row;
  readonly side: Side;
  open: boolean;
}

/** What waits under one key, in its order. */
type Group = Readonly<Record<Side, Waiting[]>>;

interface Progress {
  /** The furthest place reached. */
  rank: number;
  pos: number;
  done: boolean;
  /** Rows in the order in which they came; the first may be over. */
  queue: Waiting[];
  head: number;
}

export interface JoinOptions {
  /** Rows of sorted sources are let go when the other one has passed their place. Else all that have no partner are kept. */
  readonly isSorted: boolean;
  /** How far back a row of a sorted source may lie: left-alignment moves them. */
  readonly slackBases: number;
  /** Most rows without a partner in memory. */
  readonly maxWaiting: number;
}

const COMPACT_AFTER = 4096;

/**
 * Joins the rows of two sources by their key, whatever their order: a row waits until its partner comes. Equal keys within one
 * source are paired one by one: first those that count as variants (`present`) with one another, then what is left over. In
 * memory are, of sorted sources, the rows between the two places of reading.
 */
export class Join {
  readonly #options: JoinOptions;
  readonly #visitor: JoinVisitor;
  readonly #groups = new Map<string, Group>();
  readonly #sides: Readonly<Record<Side, Progress>> = { a: atStart(), b: atStart() };
  #waiting = 0;

  constructor(visitor: JoinVisitor, options: JoinOptions) {
    this.#visitor = visitor;
    this.#options = options;
  }

  /** The source to be read next: the one that is behind; undefined when both have ended. */
  get behind(): Side | undefined {
    const { a, b } = this.#sides;
    if (a.done) return b.done ? undefined : 'b';
    if (b.done) return 'a';
    return a.rank < b.rank || (a.rank === b.rank && a.pos <= b.pos) ? 'a' : 'b';
  }

  /** Throws OutOfOrder where a sorted source is not, INPUT_UNSORTED when too many rows would have to be kept. */
  add(side: Side, row: Row): void {
    this.#advance(this.#sides[side], row);
    let group = this.#groups.get(row.key);
    const partner = group?.[otherThan(side)].find((waiting) => waiting.row.present === row.present);
    if (partner !== undefined) {
      this.#take(partner);
      this.#pair(side, row, partner.row);
      return;
    }
    if (group === undefined) {
      group = { a: [], b: [] };
      this.#groups.set(row.key, group);
    }
    const waiting: Waiting = { row, side, open: true };
    group[side].push(waiting);
    this.#sides[side].queue.push(waiting);
    if (++this.#waiting > this.#options.maxWaiting) throw tooMany(this.#options.maxWaiting);
  }

  #pair(side: Side, row: Row, partner: Row): void {
    if (side === 'a') this.#visitor.pair(row, partner);
    else this.#visitor.pair(partner, row);
  }

  /** Lets go of what cannot find a partner any more. */
  release(): void {
    this.#release('a');
    this.#release('b');
  }

  end(side: Side): void {
    this.#sides[side].done = true;
    this.release();
  }

  #advance(progress: Progress, { rank, pos }: Row): void {
    if (rank > progress.rank) {
      progress.rank = rank;
      progress.pos = pos;
      return;
    }
    if (this.#options.isSorted && (rank < progress.rank || pos < progress.pos - this.#options.slackBases)) {
      throw new OutOfOrder();
    }
    if (rank === progress.rank && pos > progress.pos) progress.pos = pos;
  }

  #release(side: Side): void {
    const own = this.#sides[side];
    const other = this.#sides[otherThan(side)];
    while (own.head < own.queue.length) {
      const { open, row } = own.queue[own.head]!;
      if (open) {
        if (!this.#isPassed(row, other)) break;
        const [left] = this.#groups.get(row.key)![otherThan(side)];
        // A later row of this source may be its better partner.
        if (left !== undefined && !this.#isPassed(row, own)) break;
        this.#take(own.queue[own.head]!);
        if (left === undefined) this.#visitor.alone(side, row);
        else {
          this.#take(left);
          this.#pair(side, row, left.row);
        }
      }
      own.head++;
    }
    if (own.head > COMPACT_AFTER && own.head * 2 > own.queue.length) {
      own.queue = own.queue.slice(own.head);
      own.head = 0;
    }
  }

  #isPassed({ rank, pos }: Row, other: Progress): boolean {
    if (other.done) return true;
    if (!this.#options.isSorted) return false;
    return other.rank > rank || (other.rank === rank && other.pos - this.#options.slackBases > pos);
  }

  #take(waiting: Waiting): void {
    const { row, side } = waiting;
    waiting.open = false;
    this.#waiting--;
    const group = this.#groups.get(row.key)!;
    group[side].splice(group[side].indexOf(waiting), 1);
    if (group.a.length + group.b.length === 0) this.#groups.delete(row.key);
  }
}

function otherThan(side: Side): Side {
  return side === 'a' ? 'b' : 'a';
}

function atStart(): Progress {
  return { rank: -1, pos: -1, done: false, queue: [], head: 0 };
}

function tooMany(most: number): VcfAgentError {
  return new VcfAgentError(
    'INPUT_UNSORTED',
    `the two are not sorted alike, and more than ${most} variants would wait in memory for their partner: sort both, as \`bcftools sort\` does`,
  );
}
