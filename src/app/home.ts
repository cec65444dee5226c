import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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
}

/** `identity`: of the database (VariantStore.identity). */
export function storeFolders(home: string, identity: string): StoreFolders {
  const folder = join(home, 'stores', identity);
  return {
    log: join(folder, 'log'),
    checkpoints: join(folder, 'checkpoints'),
    deadLetters: join(folder, 'dead-letters'),
    flights: join(folder, 'flights'),
  };
}

const SQLITE_BUSY = 5;

/**
 * Holds a home for one ingesting process. Two would take each other's envelopes from the log and wait for them for ever.
 * The lock is SQLite's own on an empty file: the kernel drops it when the process dies, however it dies.
 */
export class HomeLock implements Disposable {
  readonly #database: DatabaseSync;

  /** Throws HOME_IN_USE, or OUTPUT_UNWRITABLE when there can be no lock in this folder. */
  constructor(home: string) {
    const path = join(home, 'ingest.lock');
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

function unusable(path: string, cause: unknown): VcfAgentError {
  return new VcfAgentError('OUTPUT_UNWRITABLE', `${path} cannot be used: ${(cause as Error).message}`, { cause });
}
