import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import { DigestSum } from '../../core/ids.ts';
import type { ApplyUnit, Cancellable } from '../../core/ports.ts';
import type { Receipt } from '../../core/receipt.ts';
import type { Appended, Stream, StreamPlace, StreamStore } from '../../core/streams.ts';
import { applyUnits } from './apply.ts';
import type { Database } from './connection.ts';
import { CopyBuffers } from './copy-buffers.ts';
import { writeReceipt } from './receipts.ts';
import { IDS_PER_FILE } from './schema.ts';

/** The file that a stream is kept as: where it goes on, and what its receipt says so far. */
interface StreamFile {
  readonly fileId: number;
  readonly next: number;
}

export class PostgresStreams implements StreamStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(
    stream: Stream,
    ids: readonly string[],
    seal: (place: StreamPlace) => ApplyUnit,
    { signal }: Cancellable = {},
  ): Promise<Appended> {
    return await this.#database.transaction((client) => append(client, stream, ids, seal), { signal });
  }
}

async function append(
  client: pg.PoolClient,
  stream: Stream,
  ids: readonly string[],
  seal: (place: StreamPlace) => ApplyUnit,
): Promise<Appended> {
  const { tenant, digest } = stream;
  await client.query('insert into tenants (name) values ($1) on conflict (name) do nothing', [tenant]);
  // One batch of a stream at a time: the next one numbers on.
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 6))', [JSON.stringify([tenant, digest])]);
  const file = await fileOf(client, stream);
  const numbers = file === undefined ? new Map<string, number>() : await knownNumbers(client, file.fileId, ids);
  const first = file?.next ?? 0;
  const fresh: number[] = [];
  for (const [place, id] of ids.entries()) {
    if (numbers.has(id)) continue;
    numbers.set(id, first + fresh.length);
    fresh.push(place);
  }
  if (fresh.length > 0) await keep(client, seal({ fresh, first }));
  const { fileId } = file ?? (await fileOf(client, stream))!;
  if (fresh.length > 0) {
    await client.query(
      `insert into stream_entries (file_id, entry_id, tenant_id, number)
       select $1, decode(id, 'hex'), (select tenant_id from tenants where name = $2), number
       from unnest($3::text[], $4::int[]) as e (id, number)`,
      [fileId, tenant, fresh.map((place) => ids[place]), fresh.map((_, i) => first + i)],
    );
  }
  const base = BigInt(fileId) * BigInt(IDS_PER_FILE);
  return { fileId, fresh, rowIds: ids.map((id) => base + BigInt(numbers.get(id)!)) };
}

async function fileOf(client: pg.PoolClient, { tenant, digest }: Stream): Promise<StreamFile | undefined> {
  // Locked against a deletion that would take the entries away while they are looked at.
  const { rows } = await client.query(
    `select f.file_id as "fileId",
       coalesce((select max(last_ordinal) + 1 from ledger l where l.file_id = f.file_id), 0) as next
     from files f join tenants t using (tenant_id) where t.name = $1 and f.digest = $2 for key share of f`,
    [tenant, digest],
  );
  return rows[0];
}

async function knownNumbers(
  client: pg.PoolClient,
  fileId: number,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await client.query(
    `select encode(entry_id, 'hex') as id, number from stream_entries
     where file_id = $1 and entry_id = any(select decode(id, 'hex') from unnest($2::text[]) as id)`,
    [fileId, ids],
  );
  return new Map(rows.map(({ id, number }) => [id, number]));
}

async function keep(client: pg.PoolClient, unit: ApplyUnit): Promise<void> {
  const [outcome] = await applyUnits(client, [unit], new CopyBuffers());
  if (outcome?.applied !== true) {
    throw new VcfAgentError('DATABASE_ERROR', `the envelope ${unit.envelope.id} of a stream is in the ledger already`);
  }
  await growReceipt(client, unit);
}

/** A stream has one receipt, of all that it brought so far. */
async function growReceipt(client: pg.PoolClient, { envelope }: ApplyUnit): Promise<void> {
  const { tenant, source, block, rejected } = envelope;
  const { rows } = await client.query(
    `select f.file_id as "fileId", r.receipt_id as "receiptId", r.receipt from files f join tenants t using (tenant_id)
     left join receipts r on r.file_id = f.file_id where t.name = $1 and f.digest = $2`,
    [tenant, source.digest],
  );
  const {
    fileId,
    receiptId,
    receipt: before,
  } = rows[0] as {
    fileId: number;
    receiptId: string | null;
    receipt: Receipt | null;
  };
  const digest = new DigestSum(before?.inputDigest);
  digest.add(envelope.contentDigest);
  const now = new Date().toISOString();
  const receipt: Receipt = {
    tenant,
    sourceDigest: source.digest,
    contentDigest: source.digest,
    sourceName: source.name,
    fileId,
    records: (before?.records ?? 0) + envelope.lastOrdinal - envelope.firstOrdinal + 1,
    input: (before?.input ?? 0) + block.count + rejected.length,
    stored: (before?.stored ?? 0) + block.count,
    duplicates: 0,
    rejected: (before?.rejected ?? 0) + rejected.length,
    inputDigest: digest.toString(),
    storeDigest: digest.toString(),
    warnings: {},
    truncated: false,
    startedAt: before?.startedAt ?? now,
    finishedAt: now,
  };
  if (receiptId === null) await writeReceipt(client, receipt);
  else {
    const values = [receiptId, JSON.stringify(receipt)];
    await client.query('update receipts set receipt = $2, created_at = now() where receipt_id = $1', values);
  }
}
