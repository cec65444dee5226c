import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import { IDS_PER_FILE } from './schema.ts';
import { MAX_ZONE_GENE_CHARACTERS } from './zones.ts';

/** #CHROM to FORMAT. */
const FIXED_HEADER_COLUMNS = 9;

/**
 * Rows of the file that no ledger entry accounts for. A row belongs to an entry when it carries the entry's first variant
 * as its batch, has an id within it, and its file and tenant agree; rows of other tables go by the key they share.
 */
export async function countStrayRows(client: pg.ClientBase, fileId: number): Promise<number> {
  const first = fileId * IDS_PER_FILE;
  const { rows } = await client.query(
    `with l as materialized (
       select tenant_id, first_ordinal, first_variant, variant_count, rejected_count from ledger where file_id = $1),
     f as materialized (select tenant_id from files where file_id = $1)
     select
       (select count(*) from variants v
        where ((v.id >= $2 and v.id < $3) or v.file_id = $1) and not exists (
          select from l join f using (tenant_id)
          where l.first_variant = v.batch and l.tenant_id = v.tenant_id and l.variant_count > 0
            and v.file_id = $1 and v.id - $2 >= l.first_variant and v.id - $2 < l.first_variant + l.variant_count))
     + (select count(*) from blocks b
        where b.file_id = $1 and not exists (
          select from l where l.first_variant = b.first_variant and l.variant_count = b.variant_count
            and l.tenant_id = b.tenant_id))
     + (select count(*) from carriers c
        where c.file_id = $1 and not exists (
          select from l where l.first_variant = c.first_variant and l.variant_count > 0 and l.tenant_id = c.tenant_id))
     + (select count(*) from rejected r
        where r.file_id = $1 and not exists (
          select from l where l.first_ordinal = r.first_ordinal and l.tenant_id = r.tenant_id
            and r.number >= 0 and r.number < l.rejected_count))
     + (select count(*) from samples s where s.file_id = $1 and (
          s.sample >= (select count(*) from samples where file_id = $1)
          or not exists (select from f where f.tenant_id = s.tenant_id)))
     + (select count(*) from verdicts d
        where ((d.id >= $2 and d.id < $3) or d.file_id = $1) and not exists (
          select from f where d.file_id = $1 and d.tenant_id = f.tenant_id and d.id >= $2 and d.id < $3))
     + (select count(*) from l where not exists (select from f where f.tenant_id = l.tenant_id)) as stray`,
    [fileId, first, first + IDS_PER_FILE],
  );
  return Number(rows[0].stray) + (await countWrongZones(client, fileId)) + (await countStraySamples(client, fileId));
}

/** Zones that are not what follows from the rows: with a wrong one a query would miss variants. */
async function countWrongZones(client: pg.ClientBase, fileId: number): Promise<number> {
  const first = fileId * IDS_PER_FILE;
  const { rows } = await client.query(
    `with spans as (
       select tenant_id, batch as first_variant, chrom, min(pos) as first_pos, max(end_pos) as last_pos
       from variants where id >= $2 and id < $3 group by tenant_id, batch, chrom),
     named as (
       select batch as first_variant, chrom, array_agg(distinct name collate "C" order by name collate "C") as genes
       from variants v, unnest(v.gene || v.genes) as name
       where id >= $2 and id < $3 and gene is not null and length(name) <= $4 group by batch, chrom),
     derived as (
       select tenant_id, first_variant, chrom, first_pos, last_pos, genes, variant_count
       from spans left join named using (first_variant, chrom)
         left join (select first_variant, variant_count from ledger where file_id = $1 and variant_count > 0) l
           using (first_variant)),
     kept as (
       select tenant_id, first_variant, chrom, first_pos, last_pos,
              (select array_agg(name order by name collate "C") from unnest(genes) as name) as genes, variant_count
       from zones where file_id = $1)
     select count(*) as wrong from (
       (table derived except table kept) union all (table kept except table derived)) different`,
    [fileId, first, first + IDS_PER_FILE, MAX_ZONE_GENE_CHARACTERS],
  );
  return Number(rows[0].wrong);
}

/** Names that are not those of the file's header, which is part of every envelope's digest. */
async function countStraySamples(client: pg.ClientBase, fileId: number): Promise<number> {
  const { rows } = await client.query(
    `select header, array(select name from samples s where s.file_id = f.file_id and s.tenant_id = f.tenant_id
                          order by sample) as names
     from files f where file_id = $1`,
    [fileId],
  );
  if (rows.length === 0) return 0;
  // Only the line's end: a tab before it begins one more sample, with an empty name.
  const header = (rows[0].header as Buffer).toString().replace(/\n+$/, '');
  const named = header
    .slice(header.lastIndexOf('\n') + 1)
    .split('\t')
    .slice(FIXED_HEADER_COLUMNS);
  const stored = rows[0].names as string[];
  const extra = Math.abs(stored.length - named.length);
  return extra + named.filter((name, i) => i < stored.length && stored[i] !== name).length;
}

/**
 * Removes a file and all that came from it; an outbox entry tells the projections. Waits for transactions that are
 * writing to the file. Throws NOT_FOUND.
 */
export async function removeFile(client: pg.ClientBase, tenant: string, fileId: number): Promise<number> {
  const { rows } = await client.query(
    `select f.tenant_id from files f join tenants t using (tenant_id)
     where f.file_id = $1 and t.name = $2 for update of f`,
    [fileId, tenant],
  );
  if (rows.length === 0) throw new VcfAgentError('NOT_FOUND', `There is no file ${fileId}.`);
  const tenantId = rows[0].tenant_id as number;
  const first = fileId * IDS_PER_FILE;
  const removed = await client.query('delete from variants where id >= $1 and id < $2', [first, first + IDS_PER_FILE]);
  await client.query('delete from verdicts where id >= $1 and id < $2', [first, first + IDS_PER_FILE]);
  for (const table of ['verdict_changes', 'blocks', 'zones', 'carriers', 'rejected', 'ledger', 'outbox']) {
    await client.query(`delete from ${table} where file_id = $1`, [fileId]);
  }
  await client.query(`insert into outbox (tenant_id, file_id, kind) values ($1, $2, 'deletion')`, [tenantId, fileId]);
  // Samples, receipts and judgements go with it.
  await client.query('delete from files where file_id = $1', [fileId]);
  return removed.rowCount ?? 0;
}
