import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cancellable } from '../../core/ports.ts';
import { codeOf, isUnavailable, throwIfAborted, toStoreError } from './errors.ts';
import { EmbeddedServer } from './server.ts';

export interface DatabaseOptions extends Cancellable {
  /** A server of the user's; `folder` is not looked at. */
  readonly url?: string | undefined;
  /** Where the embedded server keeps its files. */
  readonly folder?: string | undefined;
  readonly readonly?: boolean | undefined;
}

const MAX_CONNECTIONS = 6;
const CONNECT_TIMEOUT_MS = 15_000;
/** A server of the user's that is just starting or stopping is asked again this often before the caller is told. */
const CONNECT_ATTEMPTS = 5;

/** Connections to one database, whoever runs it. An embedded server that died is started again by the next call. */
export class Database {
  readonly pool: pg.Pool;
  readonly #server: EmbeddedServer | undefined;

  private constructor(pool: pg.Pool, server: EmbeddedServer | undefined) {
    this.pool = pool;
    this.#server = server;
    // A connection may break between two statements, in the pool or out of it: the next statement tells whoever needs to
    // know. Without listeners it would end the process.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const common = {
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      allowExitOnIdle: true,
      // Or a server whose machine went away without a word would be waited for without end.
      keepAlive: true,
      application_name: 'vcf-agent',
      ...(options.readonly === true && { options: '-c default_transaction_read_only=on' }),
    };
    if (options.url !== undefined)
      return new Database(new pg.Pool({ connectionString: options.url, ...common }), undefined);
    if (options.folder === undefined) throw new TypeError('either url or folder');
    const server = await EmbeddedServer.open(options.folder);
    await server.ensure(options.signal);
    return new Database(new pg.Pool({ ...server.address, ...common }), server);
  }

  /**
   * Runs `work` on a connection of its own. A signal that fires while it runs cancels the statement on the server.
   * Rejects with a VcfAgentError: ABORTED, DATABASE_UNAVAILABLE (retryable), DATABASE_ERROR or DISK_FULL.
   */
  async use<T>(work: (client: pg.PoolClient) => Promise<T>, { signal }: Cancellable = {}): Promise<T> {
    throwIfAborted(signal);
    let client: pg.PoolClient | undefined;
    let failure: unknown;
    try {
      client = await this.#connect(signal);
      const connected = client;
      const cancel = () => void this.#cancel(connected);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return await work(connected);
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    } catch (error) {
      failure = error;
      throw toStoreError(error, signal);
    } finally {
      // After a failure the connection may be in a transaction or in the middle of a COPY, and a cancellation may still be
      // on its way to it, where it would hit somebody else's statement: not worth finding out.
      client?.release(failure !== undefined || signal?.aborted === true);
    }
  }

  /** `use` within BEGIN and COMMIT. A failure closes the connection, which rolls back. */
  async transaction<T>(
    work: (client: pg.PoolClient) => Promise<T>,
    { signal, mode = '' }: Cancellable & { readonly mode?: string } = {},
  ): Promise<T> {
    return await this.use(
      async (client) => {
        await client.query(`begin ${mode}`);
        const result = await work(client);
        await client.query('commit');
        return result;
      },
      { signal },
    );
  }

  /** Yields from one read-only transaction, so that everything is of one moment. Ended early, the connection is closed. */
  async *stream<T>(
    work: (client: pg.PoolClient) => AsyncGenerator<T>,
    { signal }: Cancellable = {},
  ): AsyncGenerator<T> {
    let client: pg.PoolClient | undefined;
    let finished = false;
    try {
      throwIfAborted(signal);
      client = await this.#connect(signal);
      await client.query('begin isolation level repeatable read, read only');
      for await (const item of work(client)) {
        yield item;
        throwIfAborted(signal);
      }
      await client.query('commit');
      finished = true;
    } catch (error) {
      throw toStoreError(error, signal);
    } finally {
      client?.release(!finished);
    }
  }

  /** Runs set-up work that takes connections itself, once the database can be reached. */
  async prepare(work: (pool: pg.Pool) => Promise<void>, { signal }: Cancellable = {}): Promise<void> {
    await this.use(async () => {}, { signal });
    await work(this.pool);
  }

  get isEmbedded(): boolean {
    return this.#server !== undefined;
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.#server?.release();
  }

  async #connect(signal: AbortSignal | undefined): Promise<pg.PoolClient> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.pool.connect();
      } catch (error) {
        if (!isUnavailable(error) || attempt >= CONNECT_ATTEMPTS) throw error;
        if (this.#server !== undefined) await this.#server.ensure(signal);
        // Refused means nobody is there: waiting is the caller's business.
        else if (codeOf(error) !== '57P03') throw error;
        else await sleep(200 * attempt, undefined, signal && { signal });
      }
    }
  }

  async #cancel(client: pg.PoolClient): Promise<void> {
    const { processID } = client as unknown as { processID: number };
    await this.pool.query('select pg_cancel_backend($1)', [processID]).catch(() => {});
  }
}
