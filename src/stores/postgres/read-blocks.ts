import type pg from 'pg';
import { blockFromColumns } from '../../codec/content.ts';
import { unpackColumns } from '../../codec/pack-columns.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { VariantBlock } from '../../core/variant-block.ts';
import { IDS_PER_FILE } from './schema.ts';

/** A row of `variants`, and the envelope whose block holds its line. */
export interface RowKey {
  readonly id: number;
  readonly fileId: number;
  /** First variant of its envelope. */
  readonly batch: number;
}

/** The lines of one envelope. Undefined when there are none. Throws ENVELOPE_CORRUPT when they were tampered with. */
export async function readBlock(
  client: pg.ClientBase,
  fileId: number,
  firstVariant: number,
): Promise<VariantBlock | undefined> {
  const { rows } = await client.query(
    'select variant_count, encoding, length, columns from blocks where file_id = $1 and first_variant = $2',
    [fileId, firstVariant],
  );
  if (rows.length === 0) return undefined;
  const { variant_count: count, encoding, length, columns: bytes } = rows[0];
  if (encoding !== 'plain' && encoding !== 'zstd') {
    throw new VcfAgentError('ENVELOPE_CORRUPT', `a block is encoded as ${JSON.stringify(encoding)}`);
  }
  return blockFromColumns(unpackColumns({ encoding, bytes, length }), count);
}

/**
 * Calls `visit` for each row with its block and its number there, until it returns false. Rows of one envelope stand together in the order of ids,
 * so each block is read once, and one is in memory.
 */
export async function visitLines<Row extends RowKey>(
  client: pg.ClientBase,
  rows: readonly Row[],
  visit: (row: Row, block: VariantBlock, number: number) => unknown,
): Promise<void> {
  let block: VariantBlock | undefined;
  let current: Row | undefined;
  for (const row of rows) {
    if (row.fileId !== current?.fileId || row.batch !== current.batch) {
      block = await readBlock(client, row.fileId, row.batch);
    }
    current = row;
    const number = row.id - row.fileId * IDS_PER_FILE - row.batch;
    if (block === undefined || number < 0 || number >= block.count) {
      throw new VcfAgentError(
        'DATABASE_ERROR',
        `variant ${row.id} has no line: \`vcf-agent prove\` says what else is wrong`,
      );
    }
    if (visit(row, block, number) === false) return;
  }
}
