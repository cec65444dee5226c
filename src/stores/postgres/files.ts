import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import type { Source } from '../../core/envelope.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { ApplyUnit, StoredFile } from '../../core/ports.ts';
import type { EnvelopeKeys } from './encode-variants.ts';
import { MAX_FILE_ID } from './schema.ts';

/**
 * The file of each unit, made when it is new. Its row stays locked against deletion until the transaction ends.
 * Throws OPTION_CONFLICT when a stored file was cut or normalised by another plan: its envelopes would overlap.
 */
export async function fileIds(client: pg.ClientBase, units: readonly ApplyUnit[]): Promise<readonly EnvelopeKeys[]> {
  const keys = units.map(({ envelope }) => JSON.stringify([envelope.tenant, envelope.source.digest]));
  const known = new Map<string, EnvelopeKeys>();
  const firsts = new Map(keys.map((key, index) => [key, units[index]!]));
  for (const key of [...firsts.keys()].sort()) {
    const unit = firsts.get(key)!;
    const found = (await lookUp(client, unit)) ?? (await create(client, unit));
    known.set(key, found);
  }
  return keys.map((key) => known.get(key)!);
}

async function lookUp(client: pg.ClientBase, { envelope }: ApplyUnit): Promise<EnvelopeKeys | undefined> {
  const { rows } = await client.query(
    `select file_id, tenant_id, plan from files f join tenants t using (tenant_id)
     where t.name = $1 and f.digest = $2 for key share of f`,
    [envelope.tenant, envelope.source.digest],
  );
  if (rows.length === 0) return undefined;
  const { file_id: fileId, tenant_id: tenantId, plan } = rows[0];
  checkPlan(envelope.source, plan);
  return { fileId, tenantId };
}

function checkPlan(source: Source, stored: unknown): void {
  if (isDeepStrictEqual(stored, { ...source.plan })) return;
  throw new VcfAgentError(
    'OPTION_CONFLICT',
    `${source.name} is stored with other options (${JSON.stringify(stored)}); delete it first, or use the same.`,
  );
}

async function create(client: pg.ClientBase, unit: ApplyUnit): Promise<EnvelopeKeys> {
  const { tenant, source, header } = unit.envelope;
  const tenantId = await tenantIdOf(client, tenant);
  // Held until commit: who else wants to make a file waits, and then finds this one.
  const { rows } = await client.query('update file_counter set last_file_id = last_file_id + 1 returning last_file_id');
  const meanwhile = await lookUp(client, unit);
  if (meanwhile !== undefined) {
    await client.query('update file_counter set last_file_id = last_file_id - 1');
    return meanwhile;
  }
  const fileId = rows[0].last_file_id as number;
  if (fileId > MAX_FILE_ID) throw new VcfAgentError('INPUT_LIMIT', `A database holds ${MAX_FILE_ID} files.`);
  const { digest, kind, name, bytes, plan } = source;
  await client.query(
    `insert into files (file_id, tenant_id, digest, kind, name, bytes, plan, header) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [fileId, tenantId, digest, kind, name, bytes, JSON.stringify(plan), Buffer.from(header)],
  );
  await client.query(
    `insert into samples (tenant_id, file_id, sample, name)
     select $1, $2, number - 1, name from unnest($3::text[]) with ordinality as s (name, number)`,
    [tenantId, fileId, unit.sampleNames],
  );
  return { fileId, tenantId };
}

/** Throws NOT_FOUND. */
export async function tenantIdOf(client: pg.ClientBase, name: string): Promise<number> {
  const { rows } = await client.query('select tenant_id from tenants where name = $1', [name]);
  if (rows.length > 0) return rows[0].tenant_id;
  throw new VcfAgentError('NOT_FOUND', `There is no tenant ${JSON.stringify(name)}.`);
}

const FILES = `
  select f.*, t.name as tenant, coalesce(l.variants, 0) as variants, coalesce(l.rejected, 0) as rejected,
         array(select s.name from samples s where s.file_id = f.file_id order by s.sample) as sample_names
  from files f join tenants t using (tenant_id)
  left join lateral (
    select sum(variant_count) as variants, sum(rejected_count) as rejected from ledger l where l.file_id = f.file_id
  ) l on true
  where t.name = $1 and ($2::text is null or f.digest = $2)
  order by f.file_id`;

/** A tenant's files in the order of their arrival, or only the one with `digest`. */
export async function readFiles(client: pg.ClientBase, tenant: string, digest: string | null): Promise<StoredFile[]> {
  const { rows } = await client.query(FILES, [tenant, digest]);
  return rows.map((row) => ({
    fileId: row.file_id,
    tenant: row.tenant,
    digest: row.digest,
    contentDigest: row.content_digest,
    name: row.name,
    bytes: Number(row.bytes),
    plan: row.plan,
    status: row.status,
    sampleNames: row.sample_names,
    header: row.header,
    variants: Number(row.variants),
    rejected: Number(row.rejected),
    createdAt: row.created_at,
  }));
}
