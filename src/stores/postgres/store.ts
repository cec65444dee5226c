import type { ApiKeyStore } from '../../core/api-keys.ts';
import type { Filter } from '../../core/filter.ts';
import type { JobStore } from '../../core/jobs.ts';
import type { NarrativeStore } from '../../core/narratives.ts';
import type { Outbox } from '../../core/outbox.ts';
import type {
  AppliedEntry,
  ApplyOptions,
  ApplyOutcome,
  ApplyUnit,
  Cancellable,
  Carrier,
  LedgerEntry,
  LogPosition,
  QueryOptions,
  QueryPage,
  StoredEnvelope,
  StoredFile,
  StoredLines,
  VariantStore,
} from '../../core/ports.ts';
import type { Receipt } from '../../core/receipt.ts';
import type { StreamStore } from '../../core/streams.ts';
import { PostgresApiKeys } from './api-keys.ts';
import { applyUnits } from './apply.ts';
import { readCarriers } from './carriers.ts';
import { Database } from './connection.ts';
import { CopyBuffers } from './copy-buffers.ts';
import { toStoreError } from './errors.ts';
import { readFiles } from './files.ts';
import { countStrayRows, removeFile } from './integrity.ts';
import { PostgresJobs } from './jobs.ts';
import { ensureTables, reclaim, settle } from './maintenance.ts';
import { PostgresNarratives } from './narratives.ts';
import { queryVariants } from './query.ts';
import { readApplied } from './read-applied.ts';
import { LEDGER, readEnvelopes } from './read-envelopes.ts';
import { readEntriesNamed, readEntriesWith } from './read-ledger.ts';
import { readLines } from './read-lines.ts';
import { countAhead, readBatch } from './read-outbox.ts';
import { readReceipts, writeReceipt } from './receipts.ts';
import { PostgresVerdicts } from './verdicts.ts';

const ONE_MOMENT = 'isolation level repeatable read, read only';

import { PostgresStreams } from './streams.ts';

export interface PostgresStoreOptions extends Cancellable {
  /** A PostgreSQL server, 14 or newer: `postgres://user:password@host/database`. */
  readonly url?: string | undefined;
  /** Without a `url`: folder of the embedded server's files, made when it is missing. */
  readonly home?: string | undefined;
  /** Every transaction is read only and the tables are left at the version they have. */
  readonly readonly?: boolean | undefined;
}

/**
 * Opens the store; on first use makes the embedded database and the tables. Rejects with DATABASE_UNAVAILABLE,
 * DATABASE_ERROR or ABORTED.
 */
export async function openPostgresStore({ home, ...options }: PostgresStoreOptions): Promise<PostgresStore> {
  const database = await Database.open({ ...options, folder: home });
  try {
    if (options.readonly !== true) await database.prepare(ensureTables, options);
    return new PostgresStore(database);
  } catch (error) {
    await database.close();
    throw toStoreError(error, options.signal);
  }
}

/**
 * The truth. Every method rejects with a VcfAgentError; DATABASE_UNAVAILABLE is retryable, and the next call connects
 * again (and starts an embedded server that died).
 */
class PostgresStore implements VariantStore {
  readonly narratives: NarrativeStore;
  readonly verdicts: PostgresVerdicts;
  readonly outbox: Outbox = {
    ahead: (after, options) => this.#database.use((client) => countAhead(client, after), options),
    read: (after, options) =>
      this.#database.transaction((client) => readBatch(client, after, options), { ...options, mode: ONE_MOMENT }),
  };
  readonly keys: ApiKeyStore;
  readonly jobs: JobStore;
  readonly streams: StreamStore;
  readonly #database: Database;
  #buffers: CopyBuffers[] = [];
  #settling: Promise<unknown> | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.narratives = new PostgresNarratives(database);
    this.verdicts = new PostgresVerdicts(database);
    this.keys = new PostgresApiKeys(database);
    this.jobs = new PostgresJobs(database);
    this.streams = new PostgresStreams(database);
  }

  async apply(units: readonly ApplyUnit[], options: ApplyOptions = {}): Promise<readonly ApplyOutcome[]> {
    if (units.length === 0) return [];
    const buffers = this.#buffers.pop() ?? new CopyBuffers();
    const outcomes = await this.#database.transaction((client) => applyUnits(client, units, buffers, options), options);
    // Only now: after a failure the socket may still hold a chunk.
    this.#buffers.push(buffers);
    return outcomes;
  }

  async identity(): Promise<string> {
    return await this.#database.use(async (client) => (await client.query('select store from identity')).rows[0].store);
  }

  async applied(tenant: string, envelopeIds: readonly string[], options: Cancellable = {}): Promise<readonly string[]> {
    return await this.#database.use((client) => readApplied(client, tenant, envelopeIds), options);
  }

  async entries(
    tenant: string,
    of: { readonly idPrefix: string } | { readonly rowId: bigint },
    options: Cancellable = {},
  ): Promise<readonly AppliedEntry[]> {
    return await this.#database.use(
      (client) =>
        'idPrefix' in of ? readEntriesNamed(client, tenant, of.idPrefix) : readEntriesWith(client, tenant, of.rowId),
      options,
    );
  }

  async ensureTenant(name: string): Promise<void> {
    await this.#database.use((client) =>
      client.query('insert into tenants (name) values ($1) on conflict (name) do nothing', [name]),
    );
  }

  /** The store is one consumer: its positions are the same for every `group`. */
  async positions(topic: string, _group: string): Promise<readonly LogPosition[]> {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        'select platform, topic, partition, "offset" from positions where topic = $1 order by platform, partition',
        [topic],
      );
      return rows.map((row) => ({ ...row, offset: BigInt(row.offset) }));
    });
  }

  async file(tenant: string, digest: string): Promise<StoredFile | undefined> {
    const [file] = await this.#database.use((client) => readFiles(client, tenant, digest));
    return file;
  }

  async files(tenant: string): Promise<readonly StoredFile[]> {
    return await this.#database.use((client) => readFiles(client, tenant, null));
  }

  async ledger(tenant: string, fileId: number): Promise<readonly LedgerEntry[]> {
    return await this.#database.use(async (client) => {
      const owned = 'l.tenant_id = (select tenant_id from tenants where name = $2)';
      const { rows } = await client.query(LEDGER.replace('order by', `and ${owned} order by`), [fileId, tenant]);
      return rows;
    });
  }

  async saveReceipt(receipt: Receipt): Promise<void> {
    await this.#database.transaction((client) => writeReceipt(client, receipt));
    // Best effort: autovacuum does the same, but an embedded server may not live long enough for it. Nobody waits but `close`.
    if (receipt.stored === 0) return;
    this.#settling ??= this.#database
      .use(settle)
      .catch(() => {})
      .finally(() => {
        this.#settling = undefined;
      });
  }

  async receipts(tenant: string, fileId: number): Promise<readonly Receipt[]> {
    return await this.#database.use((client) => readReceipts(client, tenant, fileId));
  }

  async *envelopes(fileId: number, options: Cancellable = {}): AsyncGenerator<StoredEnvelope> {
    yield* this.#database.stream((client) => readEnvelopes(client, fileId), options);
  }

  async *lines(
    fileId: number,
    { ids, ...options }: Cancellable & { readonly ids?: readonly bigint[] | undefined } = {},
  ): AsyncGenerator<StoredLines> {
    yield* this.#database.stream((client) => readLines(client, fileId, ids), options);
  }

  async strayRows(fileId: number): Promise<number> {
    return await this.#database.use((client) => countStrayRows(client, fileId));
  }

  async query(filter: Filter | undefined, options: QueryOptions): Promise<QueryPage> {
    return await this.#database.use((client) => queryVariants(client, filter, options), options);
  }

  async carriers(tenant: string, rowIds: readonly bigint[], options: Cancellable = {}): Promise<readonly Carrier[]> {
    return await this.#database.use((client) => readCarriers(client, tenant, rowIds), options);
  }

  async deleteFile(tenant: string, fileId: number): Promise<{ readonly variants: number }> {
    const variants = await this.#database.transaction((client) => removeFile(client, tenant, fileId));
    await this.verdicts.dropUnusedSets();
    // Best effort, as above: gives the space back to the next file.
    if (this.#database.isEmbedded) await this.#database.use(reclaim).catch(() => {});
    return { variants };
  }

  async version(): Promise<string> {
    return await this.#database.use(
      async (client) => (await client.query('show server_version')).rows[0].server_version,
    );
  }

  async close(): Promise<void> {
    await this.#settling;
    await this.#database.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
