import type pg from 'pg';

/** Which of these envelopes the ledger has, by its primary key. */
export async function readApplied(
  client: pg.ClientBase,
  tenant: string,
  envelopeIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query(
    `select envelope_id from ledger
     where tenant_id = (select tenant_id from tenants where name = $1) and envelope_id = any($2)`,
    [tenant, envelopeIds],
  );
  return rows.map(({ envelope_id }) => envelope_id as string);
}
