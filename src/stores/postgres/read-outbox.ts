import type pg from 'pg';
import type { OutboxAhead, OutboxBatch } from '../../core/outbox.ts';
import type { LedgerEntry } from '../../core/ports.ts';
import type { ProjectedFile, ProjectionEntry, Watermark } from '../../core/projection.ts';
import { readEnvelope } from './read-envelopes.ts';

/** Before every entry. */
const START: Watermark = { xid: 0n, seq: 0n };
/** Entries looked at for one batch; most files have a thousand variants in each. */
const MAX_ENTRIES = 1000;

/** Entries of transactions older than every one that still runs, so that none can appear before them. */
const ENTRIES = `
  select o.xid::text, o.seq, o.kind, o.file_id, t.name as tenant,
         l.envelope_id as "envelopeId", l.first_ordinal as "firstOrdinal", l.last_ordinal as "lastOrdinal",
         l.first_variant as "firstVariant", l.variant_count as "variantCount", l.rejected_count as "rejectedCount",
         l.content_digest as "contentDigest"
  from outbox o join tenants t using (tenant_id)
    left join ledger l on l.tenant_id = o.tenant_id and l.envelope_id = o.envelope_id
  where (o.xid, o.seq) > ($1::xid8, $2::bigint) and o.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by o.xid, o.seq limit ${MAX_ENTRIES}`;

const FILES = `
  select f.file_id, t.name as tenant, f.digest, f.name, f.header,
         array(select s.name from samples s where s.file_id = f.file_id order by s.sample) as sample_names
  from files f join tenants t using (tenant_id) where f.file_id = any($1)`;

interface OutboxRow extends LedgerEntry {
  readonly xid: string;
  readonly seq: string;
  readonly kind: ProjectionEntry['kind'];
  readonly file_id: number;
  readonly tenant: string;
}

/** See Outbox.ahead. */
export async function countAhead(client: pg.ClientBase, after: Watermark = START): Promise<OutboxAhead> {
  const behind = '(o.xid, o.seq) > ($1::xid8, $2::bigint)';
  const { rows } = await client.query(
    `select count(*) as entries, coalesce(sum(l.variant_count), 0) as variants
     from outbox o left join ledger l on l.tenant_id = o.tenant_id and l.envelope_id = o.envelope_id where ${behind}`,
    [after.xid, after.seq],
  );
  const last = await client.query('select xid::text, seq from outbox o order by o.xid desc, o.seq desc limit 1');
  const entries = Number(rows[0].entries);
  return {
    entries,
    variants: Number(rows[0].variants),
    last: entries === 0 ? undefined : placeOf(last.rows[0]),
  };
}

/** See Outbox.read. Within a transaction that sees one moment: an envelope that is told is there with all its rows. */
export async function readBatch(
  client: pg.ClientBase,
  after: Watermark = START,
  { maxVariants }: { readonly maxVariants: number },
): Promise<OutboxBatch> {
  const { rows } = await client.query<OutboxRow>(ENTRIES, [after.xid, after.seq]);
  const entries: ProjectionEntry[] = [];
  let variants = 0;
  let upTo: Watermark | undefined;
  for (const row of rows) {
    const { kind, tenant, file_id: fileId, xid, seq, ...entry } = row;
    if (kind !== 'envelope') entries.push({ kind, tenant, fileId });
    else entries.push({ kind, tenant, fileId, stored: await readEnvelope(client, fileId, entry) });
    upTo = placeOf(row);
    variants += kind === 'envelope' ? entry.variantCount : 0;
    if (variants >= maxVariants) break;
  }
  return { entries, files: await readFilesOf(client, entries), variants, upTo };
}

async function readFilesOf(
  client: pg.ClientBase,
  entries: readonly ProjectionEntry[],
): Promise<ReadonlyMap<number, ProjectedFile>> {
  const ids = new Set(entries.filter(({ kind }) => kind !== 'deletion').map(({ fileId }) => fileId));
  const { rows } = await client.query(FILES, [[...ids]]);
  return new Map(
    rows.map(({ file_id: fileId, tenant, digest, name, header, sample_names: sampleNames }) => [
      fileId,
      { fileId, tenant, digest, name, header, sampleNames },
    ]),
  );
}

function placeOf({ xid, seq }: { readonly xid: string; readonly seq: string }): Watermark {
  return { xid: BigInt(xid), seq: BigInt(seq) };
}
