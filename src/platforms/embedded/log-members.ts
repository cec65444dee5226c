import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Offsets } from './log-store.ts';

export const MEMBERS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS members (
    joined INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, consumer_group TEXT NOT NULL, process TEXT NOT NULL,
    member TEXT NOT NULL UNIQUE, seen_ms INTEGER NOT NULL
  ) STRICT;
`;

/** A member that has not polled for so long gives up its partitions, though its process lives. */
const LEASE_MS = 10_000;
/** How old the last sign of life may get before it is written again: an fsync each. */
const RENEW_MS = 2_500;

interface MemberRow {
  readonly member: string;
  readonly process: string;
  readonly seen_ms: number;
}

/** One reader in a group. */
export interface Membership {
  readonly topic: string;
  readonly group: string;
  readonly member: string;
}

/** What is shared among how many, and which of them this one is: another shape is another assignment. */
export interface Shape {
  readonly members: number;
  readonly turn: number;
  readonly partitions: number;
}

/** What one member of a group reads: its partitions, each with the group's last committed offset (-1: none). */
export interface Assignment {
  readonly offsets: Offsets;
  readonly shape: Shape;
}

/**
 * Who reads a topic in a group, in this process or another on this machine: members in the order in which they joined share
 * the partitions in turn. Each process holds a lock file while it lives (SQLite's own lock, which the kernel drops), so that
 * the partitions of a killed one are free at once.
 */
export class LogMembers {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly #process = randomUUID();
  #lock: DatabaseSync | undefined;

  /** `database`: of the log, whose schema is there. `folder`: where the lock files lie. */
  constructor(database: DatabaseSync, folder: string) {
    this.#database = database;
    this.#folder = folder;
  }

  /** Joins. From now on nothing is dropped that this group has not committed. To be called in a transaction. */
  join(topic: string, group: string, nowMs: number): string {
    this.#lock ??= this.#takeLock();
    const member = randomUUID();
    this.#insert({ topic, group, member }, nowMs);
    return member;
  }

  #insert({ topic, group, member }: Membership, nowMs: number): void {
    this.#database
      .prepare('INSERT INTO members (topic, consumer_group, process, member, seen_ms) VALUES (?, ?, ?, ?, ?)')
      .run(topic, group, this.#process, member, nowMs);
  }

  /** True when the partitions have to be shared anew or the sign of life is old: `assign` has to be called. */
  isStale(membership: Membership, known: Shape, nowMs: number): boolean {
    const live = this.#rows(membership);
    const turn = live.findIndex(({ member }) => member === membership.member);
    // Somebody who leaves when another joins does not change how many they are.
    if (turn === -1 || turn !== known.turn || live.length !== known.members) return true;
    if (nowMs - live[turn]!.seen_ms >= RENEW_MS) return true;
    const { partitions } = this.#database
      .prepare('SELECT count(*) AS partitions FROM partitions WHERE topic = ?')
      .get(membership.topic) as { partitions: number };
    if (partitions !== known.partitions) return true;
    return live.some((row) => this.#isGone(row, nowMs));
  }

  /** What this member reads from now on. To be called in a transaction. */
  assign(membership: Membership, nowMs: number): Assignment {
    const { topic, group, member } = membership;
    for (const row of this.#rows(membership)) {
      if (row.member !== member && this.#isGone(row, nowMs)) this.leave(row.member);
    }
    const renewed = this.#database.prepare('UPDATE members SET seen_ms = ? WHERE member = ?').run(nowMs, member);
    if (renewed.changes === 0) this.#insert(membership, nowMs);
    const members = this.#rows(membership);
    const turn = members.findIndex((row) => row.member === member);
    this.#database
      .prepare('INSERT OR IGNORE INTO positions SELECT topic, ?, number, -1 FROM partitions WHERE topic = ?')
      .run(group, topic);
    const positions = this.#database
      .prepare('SELECT number, log_offset AS "offset" FROM positions WHERE topic = ? AND consumer_group = ?')
      .all(topic, group) as { number: number; offset: number }[];
    const own = positions.filter(({ number }) => number % members.length === turn);
    const offsets = Object.fromEntries(own.map(({ number, offset }) => [number, offset]));
    return { offsets, shape: { members: members.length, turn, partitions: positions.length } };
  }

  leave(member: string): void {
    this.#database.prepare('DELETE FROM members WHERE member = ?').run(member);
  }

  #rows({ topic, group }: Membership): MemberRow[] {
    return this.#database
      .prepare('SELECT member, process, seen_ms FROM members WHERE topic = ? AND consumer_group = ? ORDER BY joined')
      .all(topic, group) as unknown as MemberRow[];
  }

  #isGone({ process, seen_ms }: MemberRow, nowMs: number): boolean {
    if (nowMs - seen_ms >= LEASE_MS) return true;
    if (process === this.#process) return false;
    const lock = this.#tryLock(process);
    if (lock === undefined) return false;
    lock.close();
    rmSync(this.#lockPath(process), { force: true });
    return true;
  }

  #takeLock(): DatabaseSync | undefined {
    mkdirSync(this.#folder, { recursive: true });
    return this.#tryLock(this.#process);
  }

  /** Undefined while another holds it. */
  #tryLock(process: string): DatabaseSync | undefined {
    const lock = new DatabaseSync(this.#lockPath(process), { timeout: 0 });
    try {
      lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
      return lock;
    } catch {
      lock.close();
      return undefined;
    }
  }

  #lockPath(process: string): string {
    return join(this.#folder, `${process}.lock`);
  }

  /** Takes this process's members out of their groups. In a transaction. */
  leaveAll(): void {
    this.#database.prepare('DELETE FROM members WHERE process = ?').run(this.#process);
  }

  close(): void {
    if (this.#lock === undefined) return;
    this.#lock.close();
    rmSync(this.#lockPath(this.#process), { force: true });
  }
}
