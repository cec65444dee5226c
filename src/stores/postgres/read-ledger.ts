import type pg from 'pg';
import type { AppliedEntry } from '../../core/ports.ts';

/** More than a person reads; whoever gives so little of an id has to give more. */
const MOST = 20;

const ENTRY = `
  select l.envelope_id as "envelopeId", l.first_ordinal as "firstOrdinal", l.last_ordinal as "lastOrdinal",
         l.first_variant as "firstVariant", l.variant_count as "variantCount", l.rejected_count as "rejectedCount",
         l.content_digest as "contentDigest", l.file_id as "fileId", f.name as "fileName", l.applied_at as "appliedAt",
         l.platform, l.topic, l.partition, l."offset"
  from ledger l join files f using (file_id)
  where l.tenant_id = (select tenant_id from tenants where name = $1)`;

/** Entries of envelopes whose id begins so (hexadecimal digits), by the ledger's primary key. */
export async function readEntriesNamed(
  client: pg.ClientBase,
  tenant: string,
  idPrefix: string,
): Promise<readonly AppliedEntry[]> {
  // `g` is behind every hexadecimal digit.
  const range = `and l.envelope_id >= $2 and l.envelope_id < $2 || 'g' order by l.envelope_id limit ${MOST}`;
  return entriesOf(await client.query(`${ENTRY} ${range}`, [tenant, idPrefix]));
}

/** Entries of the envelopes that brought this row: one in a sound store. A row's id is its file's and its number in it. */
export async function readEntriesWith(
  client: pg.ClientBase,
  tenant: string,
  rowId: bigint,
): Promise<readonly AppliedEntry[]> {
  const [fileId, number] = [rowId >> 32n, rowId & 0xffff_ffffn];
  const holds = 'l.file_id = $2 and l.first_variant <= $3 and l.first_variant + l.variant_count > $3';
  return entriesOf(await client.query(`${ENTRY} and ${holds} order by l.envelope_id`, [tenant, fileId, number]));
}

function entriesOf({ rows }: pg.QueryResult): readonly AppliedEntry[] {
  return rows.map(({ platform, topic, partition, offset, ...entry }) => {
    return { ...entry, position: { platform, topic, partition, offset: BigInt(offset) } };
  });
}
