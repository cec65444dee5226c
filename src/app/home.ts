import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VcfAgentError } from '../core/errors.ts';

/** Where things lie below VCF_AGENT_HOME whatever the database. */
export function homeFolders(home: string): { readonly spool: string; readonly postgres: string } {
  return { spool: join(home, 'spool'), postgres: join(home, 'postgres') };
}

/** What is on its way to one database. Apart for each: what a killed run left for one must not end up in another. */
export interface StoreFolders {
  readonly log: string;
  readonly checkpoints: string;
  readonly deadLetters: string;
  /** Of the flight recorder. */
  readonly flights: string;
  /** Each projection lies in a folder of its name here, with its lock beside it. */
  readonly projections: string;
  /** Files on their way in through the API. */
  readonly uploads: string;
}

/** `identity`: of the database (VariantStore.identity). */
export function storeFolders(home: string, identity: string): StoreFolders {
  const folder = join(home, 'stores', identity);
  return {
    log: join(folder, 'log'),
    checkpoints: join(folder, 'checkpoints'),
    deadLetters: join(folder, 'dead-letters'),
    flights: join(folder, 'flights'),
    projections: folder,
    uploads: join(folder, 'uploads'),
  };
}

const SQLITE_BUSY = 5;

/**
 * Holds a home for one ingesting process: two would write each other's checkpoints and remove each other's spool. Workers hold
 * locks of their own. The lock is SQLite's own on an empty file: the kernel drops it when the process dies, however it dies.
 */
export class HomeLock implements Disposable {
  readonly #database: DatabaseSync;

  /** Throws HOME_IN_USE, or OUTPUT_UNWRITABLE when there can be no lock in this folder. */
  constructor(home: string, role = 'ingest') {
    const path = join(home, `${role}.lock`);
    try {
      mkdirSync(home, { recursive: true });
      this.#database = new DatabaseSync(path, { timeout: 0 });
    } catch (cause) {
      throw unusable(path, cause);
    }
    try {
      this.#database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    } catch (cause) {
      this.#database.close();
      if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw unusable(path, cause);
      throw new VcfAgentError(
        'HOME_IN_USE',
        `another vcf-agent is writing in ${home}; wait for it, or set VCF_AGENT_HOME to another folder`,
        { retryable: true, cause, context: { home } },
      );
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** More workers than this on one home are refused: they share its disk. */
const MAX_WORKERS = 1000;

/** The place of a worker among those of its home, the lowest that is free: one that is started again has its name again. */
export class WorkerSlot implements Disposable {
  readonly name: string;
  readonly #lock: HomeLock;

  private constructor(name: string, lock: HomeLock) {
    this.name = name;
    this.#lock = lock;
  }

  /** Throws OUTPUT_UNWRITABLE, or HOME_IN_USE when there are too many. */
  static take(home: string): WorkerSlot {
    for (let number = 0; ; number++) {
      const role = `worker-${number}`;
      try {
        return new WorkerSlot(workerName(home, role), new HomeLock(home, role));
      } catch (error) {
        const isTaken = error instanceof VcfAgentError && error.code === 'HOME_IN_USE';
        if (!isTaken || number >= MAX_WORKERS) throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** A name that no other process of a group has, and that a process has again when it is started again. */
export function workerName(home: string, role: string): string {
  const place = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 8);
  return `${hostname()}-${place}-${role}`;
}

function unusable(path: string, cause: unknown): VcfAgentError {
  return new VcfAgentError('OUTPUT_UNWRITABLE', `${path} cannot be used: ${(cause as Error).message}`, { cause });
}
