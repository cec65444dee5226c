import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import type { ApplyOptions, ApplyOutcome, ApplyUnit, LogPosition } from '../../core/ports.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import { copyIn } from './copy-in.ts';
import { BLOCK_COLUMNS, encodeBlock } from './encode-block.ts';
import { CARRIER_COLUMNS, encodeCarriers } from './encode-carriers.ts';
import { type EnvelopeKeys, encodeVariants, variantColumns } from './encode-variants.ts';
import { fileIds } from './files.ts';
import { zonesOf } from './zones.ts';

const MAX_INT = 2 ** 31 - 1;

/** An envelope that is to be written, and where it belongs. */
interface Surviving extends EnvelopeKeys {
  readonly unit: ApplyUnit;
}

/**
 * The body of the one transaction. The ledger decides: of an envelope whose id is there already (also by a transaction
 * that commits while we wait for it) only the position is taken. `buffers` must not be in use by another call.
 */
export async function applyUnits(
  client: pg.ClientBase,
  units: readonly ApplyUnit[],
  buffers: CopyBuffers,
  { onRows }: Pick<ApplyOptions, 'onRows'> = {},
): Promise<readonly ApplyOutcome[]> {
  for (const unit of units) checkLimits(unit);
  // One order for everybody who applies, or two transactions could wait for each other.
  const ordered = units.toSorted((a, b) => compare(a.envelope.id, b.envelope.id));
  const keys = await fileIds(client, ordered);
  const written = await enterLedger(client, ordered, keys);
  const surviving: Surviving[] = [];
  for (const [index, unit] of ordered.entries()) {
    // The same envelope twice in one call: the first is written.
    if (written.delete(unit.envelope.id)) surviving.push({ unit, ...keys[index]! });
  }
  const applied = new Set(surviving.map(({ unit }) => unit));
  // As they were read: their ids then ascend, and the primary key grows at its edge.
  surviving.sort((a, b) => a.fileId - b.fileId || a.unit.envelope.firstOrdinal - b.unit.envelope.firstOrdinal);
  const filled = surviving.filter(({ unit }) => unit.envelope.block.count > 0);
  await copyVariants(client, filled, buffers);
  onRows?.();
  await copyBlocks(client, filled, buffers);
  await copyCarriers(client, filled, buffers);
  await insertRejected(client, surviving);
  await movePositions(client, units);
  return units.map((unit) => ({ envelopeId: unit.envelope.id, applied: applied.has(unit) }));
}

function checkLimits({ envelope }: ApplyUnit): void {
  const { firstVariant, lastOrdinal, block } = envelope;
  if (lastOrdinal <= MAX_INT && firstVariant + block.count <= MAX_INT) return;
  throw new VcfAgentError(
    'INPUT_LIMIT',
    `A source may hold ${MAX_INT} records and as many variants; this one has more.`,
  );
}

/** Ids of the envelopes that were not there before. Their outbox entries and zones come with them. */
async function enterLedger(
  client: pg.ClientBase,
  units: readonly ApplyUnit[],
  keys: readonly EnvelopeKeys[],
): Promise<Set<string>> {
  const { rows } = await client.query(
    `with entered as (
       insert into ledger (tenant_id, envelope_id, file_id, first_ordinal, last_ordinal, first_variant, variant_count,
                           rejected_count, content_digest, platform, topic, partition, "offset")
       select * from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
                            $9::text[], $10::text[], $11::text[], $12::int[], $13::bigint[])
       on conflict do nothing
       returning tenant_id, file_id, envelope_id),
     queued as (
       insert into outbox (tenant_id, file_id, kind, envelope_id)
       select tenant_id, file_id, 'envelope', envelope_id from entered),
     zoned as (
       insert into zones (tenant_id, file_id, first_variant, variant_count, chrom, first_pos, last_pos, genes)
       select e.tenant_id, e.file_id, z.first_variant, z.variant_count, z.chrom, z.first_pos, z.last_pos, z.genes
       from entered e join json_to_recordset($14) as z (envelope_id text, first_variant int, variant_count int,
         chrom text, first_pos int, last_pos int, genes text[]) using (envelope_id))
     select envelope_id from entered`,
    [
      keys.map(({ tenantId }) => tenantId),
      units.map(({ envelope }) => envelope.id),
      keys.map(({ fileId }) => fileId),
      units.map(({ envelope }) => envelope.firstOrdinal),
      units.map(({ envelope }) => envelope.lastOrdinal),
      units.map(({ envelope }) => envelope.firstVariant),
      units.map(({ envelope }) => envelope.block.count),
      units.map(({ envelope }) => envelope.rejected.length),
      units.map(({ envelope }) => envelope.contentDigest),
      units.map(({ position }) => position.platform),
      units.map(({ position }) => position.topic),
      units.map(({ position }) => position.partition),
      units.map(({ position }) => position.offset),
      // In the order of their ids: one that is there twice has its like before it.
      JSON.stringify(
        units.flatMap((unit, i) => (unit.envelope.id === units[i - 1]?.envelope.id ? [] : zoneRows(unit))),
      ),
    ],
  );
  return new Set(rows.map(({ envelope_id }) => envelope_id as string));
}

function zoneRows({ envelope, annotations }: ApplyUnit): readonly object[] {
  return zonesOf(envelope, annotations).map(({ chrom, first, last, genes }) => ({
    envelope_id: envelope.id,
    first_variant: envelope.firstVariant,
    variant_count: envelope.block.count,
    chrom,
    first_pos: first,
    last_pos: last,
    genes: genes.size === 0 ? null : [...genes].sort(),
  }));
}

async function copyVariants(client: pg.ClientBase, filled: readonly Surviving[], buffers: CopyBuffers): Promise<void> {
  const annotated = filled.some(({ unit }) => unit.annotations.ranges.length > 0);
  await copyIn(client, 'variants', variantColumns(annotated), filled, buffers, ({ unit, ...keys }) =>
    encodeVariants(unit.envelope, unit.annotations, keys, { annotated, out: buffers }),
  );
}

async function copyBlocks(client: pg.ClientBase, filled: readonly Surviving[], buffers: CopyBuffers): Promise<void> {
  await copyIn(client, 'blocks', BLOCK_COLUMNS, filled, buffers, ({ unit, ...keys }) =>
    encodeBlock(unit.envelope, keys, buffers),
  );
}

async function copyCarriers(client: pg.ClientBase, filled: readonly Surviving[], buffers: CopyBuffers): Promise<void> {
  const carried = filled.filter(({ unit }) => unit.carriers.samples.length > 0);
  await copyIn(client, 'carriers', CARRIER_COLUMNS, carried, buffers, ({ unit, ...keys }) => {
    const { firstVariant, block } = unit.envelope;
    encodeCarriers(unit.carriers, { firstVariant, count: block.count }, keys, buffers);
  });
}

async function insertRejected(client: pg.ClientBase, surviving: readonly Surviving[]): Promise<void> {
  const rows = surviving.flatMap(({ unit: { envelope }, tenantId, fileId }) =>
    envelope.rejected.map((record, number) => ({ record, number, tenantId, fileId, first: envelope.firstOrdinal })),
  );
  if (rows.length === 0) return;
  await client.query(
    `insert into rejected (tenant_id, file_id, first_ordinal, number, ordinal, line, code, record)
     select * from unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::text[], $8::json[])`,
    [
      rows.map(({ tenantId }) => tenantId),
      rows.map(({ fileId }) => fileId),
      rows.map(({ first }) => first),
      rows.map(({ number }) => number),
      rows.map(({ record }) => record.ordinal),
      rows.map(({ record }) => record.problem.line),
      rows.map(({ record }) => record.problem.code),
      // As JSON text, which keeps NUL and lone surrogates that a text column would refuse: `prove` digests them.
      rows.map(({ record }) => JSON.stringify({ problem: record.problem, text: record.text })),
    ],
  );
}

/** Highest offset of each partition; never backwards, also when envelopes are delivered again. */
async function movePositions(client: pg.ClientBase, units: readonly ApplyUnit[]): Promise<void> {
  const highest = new Map<string, LogPosition>();
  for (const { position } of units) {
    const key = JSON.stringify([position.platform, position.topic, position.partition]);
    const known = highest.get(key);
    if (known === undefined || known.offset < position.offset) highest.set(key, position);
  }
  const positions = [...highest.entries()].sort(([a], [b]) => compare(a, b)).map(([, position]) => position);
  await client.query(
    `insert into positions as p (platform, topic, partition, "offset")
     select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[])
     on conflict (platform, topic, partition)
     do update set "offset" = greatest(p."offset", excluded."offset"), updated_at = now()`,
    [
      positions.map(({ platform }) => platform),
      positions.map(({ topic }) => topic),
      positions.map(({ partition }) => partition),
      positions.map(({ offset }) => offset),
    ],
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
