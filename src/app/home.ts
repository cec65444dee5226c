import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VcfAgentError } from '../core/errors.ts';

/** Where things lie below VCF_AGENT_HOME. */
export interface Home {
  readonly log: string;
  readonly checkpoints: string;
  readonly deadLetters: string;
  readonly spool: string;
  readonly postgres: string;
}

export function homeFolders(home: string): Home {
  return {
    log: join(home, 'log'),
    checkpoints: join(home, 'checkpoints'),
    deadLetters: join(home, 'dead-letters'),
    spool: join(home, 'spool'),
    postgres: join(home, 'postgres'),
  };
}

/**
 * Holds a home for one ingesting process. Two would take each other's envelopes from the log and wait for them for ever.
 * The lock is SQLite's own on an empty file: the kernel drops it when the process dies, however it dies.
 */
export class HomeLock implements Disposable {
  readonly #database: DatabaseSync;

  constructor(home: string) {
    mkdirSync(home, { recursive: true });
    this.#database = new DatabaseSync(join(home, 'ingest.lock'), { timeout: 0 });
    try {
      this.#database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    } catch (cause) {
      this.#database.close();
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
