import pg from 'pg';

/** Whoever applies has to wait in the middle of its transaction while this is held; everybody may read. */
export class LedgerLock implements AsyncDisposable {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async take(url: string): Promise<LedgerLock> {
    const client = new pg.Client(url);
    await client.connect();
    const lock = new LedgerLock(client);
    await lock.take();
    return lock;
  }

  /** Waits for the transactions that have begun to write. */
  async take(): Promise<void> {
    await this.#client.query('BEGIN');
    await this.#client.query('LOCK TABLE ledger IN EXCLUSIVE MODE');
  }

  async release(): Promise<void> {
    await this.#client.query('ROLLBACK');
  }

  async isWaitedFor(): Promise<boolean> {
    const { rows } = await this.#client.query(`SELECT EXISTS (${WAITING}) AS found`);
    return rows[0].found;
  }

  /** Ends transactions that wait: while it waits, a server does not see that its client is gone. */
  async endWaiting(): Promise<void> {
    await this.#client.query(`SELECT pg_terminate_backend(pid) FROM (${WAITING}) waiting`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

const WAITING = `SELECT pid FROM pg_locks WHERE relation = 'ledger'::regclass AND NOT granted`;
