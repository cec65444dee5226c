import pg from 'pg';

export interface Tables {
  readonly rows: string;
  readonly digest: string;
}

/**
 * Of everything stored (of one file, if given), whatever wrote it and in which order: over every column that a second ingest
 * would give again, which the numbers of file and tenant are not.
 */
export async function tablesOf(database: pg.ClientConfig, fileId?: number): Promise<Tables> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    const of = (table: string) => `FROM ${table} t WHERE $1::int IS NULL OR t.file_id = $1`;
    const { rows } = await client.query(
      `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(row_text, 0)::numeric), 0)::text AS digest FROM (
         SELECT (to_jsonb(t) - 'id' - 'file_id' - 'tenant_id'
                 || jsonb_build_object('number', t.id & 4294967295))::text AS row_text ${of('variants')}
         UNION ALL SELECT (to_jsonb(t) - 'file_id' - 'tenant_id')::text ${of('blocks')}
         UNION ALL SELECT (to_jsonb(t) - 'file_id' - 'tenant_id')::text ${of('zones')}
         UNION ALL SELECT (to_jsonb(t) - 'file_id' - 'tenant_id')::text ${of('carriers')}
         UNION ALL SELECT (to_jsonb(t) - 'file_id' - 'tenant_id')::text ${of('rejected')}
       ) everything`,
      [fileId ?? null],
    );
    return rows[0];
  } finally {
    await client.end();
  }
}
