import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isDiskFull } from '../../core/disk-full.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { type Assignment, LogMembers, MEMBERS_SCHEMA, type Membership, type Shape } from './log-members.ts';
import type { EmbeddedOptions } from './options.ts';

/** Bumped when the tables change; a log of a version we do not know is refused, not guessed at. 1 had no members. */
const SCHEMA_VERSION = 2;
/** How long a writer waits for another process that holds the write lock. */
const BUSY_TIMEOUT_MS = 10_000;
/** Of a new log. A message is tens of KiB: in SQLite's usual 4 KiB it takes more of everything (bench/RESULTS.md). */
const PAGE_BYTES = 16 * 1024;
/** The write-ahead log is cut back to this after a checkpoint. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS partitions (
    topic TEXT NOT NULL, number INTEGER NOT NULL, next_offset INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (topic, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS messages (
    topic TEXT NOT NULL, number INTEGER NOT NULL, log_offset INTEGER NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (topic, number, log_offset)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS positions (
    topic TEXT NOT NULL, consumer_group TEXT NOT NULL, number INTEGER NOT NULL, log_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, consumer_group, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS kept (only_row INTEGER PRIMARY KEY CHECK (only_row = 0), bytes INTEGER NOT NULL) STRICT;
  INSERT INTO kept VALUES (0, 0) ON CONFLICT DO NOTHING;
  ${MEMBERS_SCHEMA}
`;

/** Offset of the first message still kept of a partition `p`; the next one where nothing is kept. */
const FIRST_KEPT = `coalesce((SELECT min(log_offset) FROM messages m WHERE m.topic = p.topic AND m.number = p.number), p.next_offset)`;

export interface AppendEntry {
  readonly topic: string;
  readonly partition: number;
  readonly id: string;
  readonly body: Uint8Array;
}

/** Of one partition: messages that a group has not committed, and the offset of the next message. */
export interface StoredLag {
  readonly partition: number;
  readonly lag: number;
  readonly end: number;
}

/** A topic as the log has it. */
export interface StoredTopic {
  readonly name: string;
  readonly partitions: number;
  readonly messages: number;
}

export interface StoredMessage {
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Partition number → an offset (the last one taken) or a count. */
export type Offsets = Readonly<Record<number, number>>;

/**
 * The log itself: partitions with offsets that are never used twice, in one SQLite file. Synchronous, because SQLite is;
 * it lives in a worker thread (log-worker.ts). Safe for several processes: every write is one IMMEDIATE transaction,
 * and an append is fsynced before it returns (journal WAL, synchronous FULL).
 */
export class LogStore {
  readonly #database: DatabaseSync;
  readonly #maxBytes: number;
  readonly #members: LogMembers;
  readonly #statements: Record<
    'nextOffset' | 'advance' | 'insert' | 'read' | 'bytes' | 'addBytes' | 'move',
    StatementSync
  >;

  constructor(options: EmbeddedOptions) {
    this.#maxBytes = options.maxBytes;
    try {
      mkdirSync(options.directory, { recursive: true });
      this.#database = new DatabaseSync(join(options.directory, 'log.sqlite'), { timeout: BUSY_TIMEOUT_MS });
      this.#database.exec(`
        PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
      `);
      this.#migrate();
      this.#statements = this.#prepare();
      this.#members = new LogMembers(this.#database, join(options.directory, 'members'));
    } catch (cause) {
      throw asLogError(cause);
    }
  }

  #migrate(): void {
    const found = (this.#database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (found > SCHEMA_VERSION) {
      throw new VcfAgentError(
        'LOG_UNAVAILABLE',
        `the embedded log has version ${found}, this program ${SCHEMA_VERSION}`,
      );
    }
    if (found < SCHEMA_VERSION)
      this.#transaction(() => this.#database.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`));
  }

  #prepare() {
    const prepare = (sql: string) => this.#database.prepare(sql);
    return {
      nextOffset: prepare('SELECT next_offset AS next FROM partitions WHERE topic = ? AND number = ?'),
      advance: prepare('UPDATE partitions SET next_offset = ? WHERE topic = ? AND number = ?'),
      insert: prepare('INSERT INTO messages (topic, number, log_offset, id, body) VALUES (?, ?, ?, ?, ?)'),
      read: prepare(
        'SELECT log_offset AS "offset", id, body FROM messages WHERE topic = ? AND number = ? AND log_offset > ? ORDER BY log_offset LIMIT ?',
      ),
      bytes: prepare('SELECT bytes FROM kept'),
      addBytes: prepare('UPDATE kept SET bytes = bytes + ?'),
      move: prepare(`INSERT INTO positions VALUES (?, ?, ?, ?) ON CONFLICT (topic, consumer_group, number)
        DO UPDATE SET log_offset = max(log_offset, excluded.log_offset)`),
    };
  }

  /** Makes a topic with this many partitions if it is not there. Returns how many it has. */
  ensureTopic(topic: string, partitions: number): number {
    return this.#transaction(() => {
      const count = this.#database.prepare('SELECT count(*) AS n FROM partitions WHERE topic = ?');
      const found = (count.get(topic) as { n: number }).n;
      if (found > 0) return found;
      const insert = this.#database.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)');
      for (let number = 0; number < partitions; number++) insert.run(topic, number);
      return partitions;
    });
  }

  /** Every topic, by name. Offsets have no gaps: what is kept lies between the first message and the next offset. */
  topics(): StoredTopic[] {
    return this.#database
      .prepare(`SELECT p.topic AS name, count(*) AS partitions, sum(p.next_offset - ${FIRST_KEPT}) AS messages
        FROM partitions p GROUP BY p.topic ORDER BY p.topic`)
      .all() as unknown as StoredTopic[];
  }

  /** How many partitions a topic has, 0 when there is none of its name. */
  partitions(topic: string): number {
    const row = this.#database.prepare('SELECT count(*) AS n FROM partitions WHERE topic = ?').get(topic);
    return (row as { n: number }).n;
  }

  /** Adds partitions up to this number. */
  growTopic(topic: string, partitions: number): void {
    this.#transaction(() => {
      const found = this.partitions(topic);
      if (found === 0) throw new VcfAgentError('TOPIC_NOT_FOUND', `the embedded log has no topic ${topic}`);
      if (partitions < found) {
        throw new VcfAgentError(
          'OPTION_CONFLICT',
          `topic ${topic} has ${found} partitions: it cannot shrink to ${partitions}`,
        );
      }
      const insert = this.#database.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)');
      for (let number = found; number < partitions; number++) insert.run(topic, number);
    });
  }

  /** How far a group is in each partition. */
  lag(topic: string, group: string): readonly StoredLag[] {
    return this.#database
      .prepare(`SELECT p.number AS partition, p.next_offset AS end,
        p.next_offset - max(coalesce(c.log_offset + 1, 0), ${FIRST_KEPT}) AS lag
        FROM partitions p LEFT JOIN positions c
        ON c.topic = p.topic AND c.number = p.number AND c.consumer_group = ? WHERE p.topic = ?`)
      .all(group, topic) as unknown as StoredLag[];
  }

  /** Of SQLite. */
  version(): string {
    return (this.#database.prepare('SELECT sqlite_version() AS version').get() as { version: string }).version;
  }

  /** Appends all entries in one durable transaction. Returns their offsets in order. */
  append(entries: readonly AppendEntry[]): number[] {
    const added = entries.reduce((sum, entry) => sum + entry.body.length, 0);
    return this.#transaction(() => {
      const { bytes } = this.#statements.bytes.get() as { bytes: number };
      if (bytes + added > this.#maxBytes) {
        // What is larger than the whole log will not fit after any commit either.
        throw new VcfAgentError(
          'LOG_FULL',
          `the embedded log holds ${bytes} bytes and its limit is ${this.#maxBytes}: no room for ${added} more`,
          { retryable: added <= this.#maxBytes },
        );
      }
      const offsets = entries.map((entry) => this.#appendOne(entry));
      this.#statements.addBytes.run(added);
      return offsets;
    });
  }

  #appendOne({ topic, partition, id, body }: AppendEntry): number {
    const row = this.#statements.nextOffset.get(topic, partition) as { next: number } | undefined;
    if (row === undefined) throw new VcfAgentError('LOG_UNAVAILABLE', `no partition ${partition} in topic ${topic}`);
    this.#statements.insert.run(topic, partition, row.next, id, body);
    this.#statements.advance.run(row.next + 1, topic, partition);
    return row.next;
  }

  /** Messages after `after`, partition by partition, up to both limits (at least one message if there is one). */
  read(topic: string, after: Offsets, maxMessages: number, maxBytes: number): StoredMessage[] {
    const messages: StoredMessage[] = [];
    let bytes = 0;
    for (const [partition, offset] of Object.entries(after)) {
      const rows = this.#statements.read.iterate(topic, Number(partition), offset, maxMessages - messages.length);
      for (const row of rows as Iterable<{ offset: number; id: string; body: Uint8Array<ArrayBuffer> }>) {
        if (messages.length > 0 && bytes + row.body.length > maxBytes) return messages;
        messages.push({ partition: Number(partition), offset: row.offset, id: row.id, body: row.body });
        bytes += row.body.length;
        if (messages.length === maxMessages) return messages;
      }
    }
    return messages;
  }

  /**
   * Moves a group's positions forward and deletes what every group has passed. A hint, so nobody waits for the disk: what a
   * power cut takes of it is read again.
   */
  commit(topic: string, group: string, offsets: Offsets): void {
    this.#transaction(() => {
      for (const [partition, offset] of Object.entries(offsets)) {
        this.#statements.move.run(topic, group, Number(partition), offset);
      }
      const passed = `FROM messages WHERE topic = ? AND number = ? AND log_offset <= (SELECT min(log_offset) FROM positions
        WHERE topic = ? AND number = ?)`;
      for (const partition of Object.keys(offsets)) {
        const key = [topic, Number(partition), topic, Number(partition)] as const;
        const sum = this.#database.prepare(`SELECT coalesce(sum(length(body)), 0) AS bytes ${passed}`).get(...key);
        this.#database.prepare(`DELETE ${passed}`).run(...key);
        this.#statements.addBytes.run(-(sum as { bytes: number }).bytes);
      }
    }, 'NORMAL');
  }

  /** A new reader of a topic in a group. */
  join(topic: string, group: string, nowMs: number): Assignment & { readonly member: string } {
    return this.#transaction(() => {
      const member = this.#members.join(topic, group, nowMs);
      return { member, ...this.#members.assign({ topic, group, member }, nowMs) };
    });
  }

  /** What a member reads from now on; undefined when that is what it was for this shape. */
  assignment(membership: Membership, known: Shape, nowMs: number): Assignment | undefined {
    if (!this.#members.isStale(membership, known, nowMs)) return undefined;
    return this.#transaction(() => this.#members.assign(membership, nowMs));
  }

  leave(member: string): void {
    this.#transaction(() => this.#members.leave(member));
  }

  /** `FULL`: fsynced when it returns. `NORMAL`: by the next one that is, or by SQLite's own checkpoint. */
  #transaction<T>(body: () => T, synchronous: 'FULL' | 'NORMAL' = 'FULL'): T {
    try {
      this.#database.exec(`PRAGMA synchronous = ${synchronous}; BEGIN IMMEDIATE`);
      const result = body();
      this.#database.exec('COMMIT');
      return result;
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw asLogError(cause);
    }
  }

  close(): void {
    try {
      this.#transaction(() => this.#members.leaveAll());
    } catch {
      // No room for a goodbye: others see that this process holds its lock no more.
    }
    this.#members.close();
    this.#database.close();
  }
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no room for the write-ahead log's index. Anything else: the log cannot be used now. */
const SQLITE_NO_SPACE: readonly unknown[] = [13, 4874];

function asLogError(cause: unknown): VcfAgentError {
  if (cause instanceof VcfAgentError) return cause;
  if (SQLITE_NO_SPACE.includes((cause as { errcode?: number }).errcode) || isDiskFull(cause)) {
    return new VcfAgentError('DISK_FULL', 'no space left for the embedded log', { retryable: true, cause });
  }
  return new VcfAgentError('LOG_UNAVAILABLE', `the embedded log failed: ${(cause as Error).message}`, { cause });
}
