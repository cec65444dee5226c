import type pg from 'pg';
import {
  checkOverride,
  type NewOverride,
  type Override,
  type PathogenicityClass,
  type ReviewedVariant,
} from '../../core/verdicts.ts';
import { className, classNumber } from './encode-verdicts.ts';

const COLUMNS = `override_id, key, assembly, class, comment, reviewer, created_at`;

/** One reviewer after the other, and none while verdicts are written: the last entry is what the verdicts say. */
export async function addOverride(
  client: pg.ClientBase,
  tenant: string,
  override: NewOverride,
  rowIds: readonly bigint[],
): Promise<Override> {
  checkOverride(override);
  const { rows: files } = await client.query(
    `select f.file_id, f.tenant_id from files f join tenants t using (tenant_id)
     where t.name = $1 and f.file_id = any($2::int[]) order by f.file_id for key share of f`,
    [tenant, [...new Set(rowIds.map((id) => Number(id >> 32n)))]],
  );
  await client.query('lock table overrides in share row exclusive mode');
  const { key, assembly, comment, reviewer } = override;
  const number = override.class === null ? null : classNumber(override.class);
  const { rows } = await client.query(
    `insert into overrides (tenant_id, key, assembly, class, comment, reviewer)
     select tenant_id, $2, $3, $4::smallint, $5, $6 from tenants where name = $1 returning ${COLUMNS}`,
    [tenant, key, assembly, number, comment, reviewer],
  );
  await client.query(
    `update verdicts set reviewed = $2::smallint
     where id = any($3::bigint[]) and tenant_id = (select tenant_id from tenants where name = $1)`,
    [tenant, number, rowIds],
  );
  await client.query(
    `insert into outbox (tenant_id, file_id, kind) select *, 'analysis' from unnest($1::int[], $2::int[])`,
    [files.map(({ tenant_id }) => tenant_id), files.map(({ file_id }) => file_id)],
  );
  return toOverride(rows[0]);
}

export async function readOverrides(
  client: pg.ClientBase,
  tenant: string,
  of: ReviewedVariant | undefined,
): Promise<Override[]> {
  const { rows } = await client.query(
    `select ${COLUMNS} from overrides
     where tenant_id = (select tenant_id from tenants where name = $1)
       and ($2::text is null or (key = $2 and assembly = $3)) order by override_id`,
    [tenant, of?.key ?? null, of?.assembly ?? null],
  );
  return rows.map(toOverride);
}

function toOverride(row: Readonly<Record<string, unknown>>): Override {
  return {
    overrideId: row.override_id as number,
    key: row.key as string,
    assembly: row.assembly as string,
    class: row.class === null ? null : (className(row.class as number) as PathogenicityClass),
    comment: row.comment as string,
    reviewer: row.reviewer as string,
    createdAt: row.created_at as Date,
  };
}
