import { createHash } from 'node:crypto';
import type pg from 'pg';
import { packColumns, unpackColumns } from '../../codec/pack-columns.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { AnnotationSet, AnnotationSetFacts } from '../../core/verdicts.ts';

const COMPRESSION = { compressionLevel: 3 };

/** Keeps a set unless it is there. */
export async function saveAnnotationSet(client: pg.ClientBase, tenantId: number, set: AnnotationSet): Promise<void> {
  const { digest, kind, name, version, parts } = set;
  const { rowCount } = await client.query(
    `insert into annotation_sets (tenant_id, digest, kind, name, version) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [tenantId, digest, kind, name, version],
  );
  if (rowCount === 0) return;
  for (const [part, plain] of parts.entries()) {
    const { encoding, bytes, length } = packColumns(plain, COMPRESSION);
    await client.query(
      `insert into annotation_parts (tenant_id, digest, part, encoding, length, bytes) values ($1, $2, $3, $4, $5, $6)`,
      [tenantId, digest, part, encoding, length, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)],
    );
  }
}

/** Sets that no file's newest judgement names. While somebody else saves a judgement they stay: the next one takes them. */
export async function dropUnusedSets(client: pg.ClientBase): Promise<void> {
  // Who saves a judgement writes to this table first.
  await client.query('lock table annotation_sets in share row exclusive mode nowait');
  await client.query(
    `delete from annotation_sets s where not exists (
       select from (
         select distinct on (file_id) tenant_id, clinvar from judgements order by file_id, judgement_id desc) newest
       where newest.tenant_id = s.tenant_id and newest.clinvar = s.digest)`,
  );
}

export async function listAnnotationSets(client: pg.ClientBase, tenant: string): Promise<AnnotationSetFacts[]> {
  const { rows } = await client.query(
    `select s.kind, s.digest, s.name, s.version from annotation_sets s join tenants t using (tenant_id)
     where t.name = $1 order by s.created_at, s.digest`,
    [tenant],
  );
  return rows;
}

export async function readAnnotationSet(client: pg.ClientBase, tenant: string, digest: string): Promise<AnnotationSet> {
  const [facts] = (await listAnnotationSets(client, tenant)).filter((set) => set.digest === digest);
  if (facts === undefined) throw new VcfAgentError('NOT_FOUND', `no annotation set ${digest} is kept`);
  const { rows } = await client.query(
    `select encoding, length, bytes from annotation_parts p join tenants t using (tenant_id)
     where t.name = $1 and p.digest = $2 order by part`,
    [tenant, digest],
  );
  const parts = rows.map((row) => unpackColumns(row));
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  if (hash.digest('hex') === digest) return { ...facts, parts };
  throw new VcfAgentError('ENVELOPE_CORRUPT', `the annotation set ${digest} is not what was kept`);
}
