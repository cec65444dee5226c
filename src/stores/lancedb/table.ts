import type { Connection, Table } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { calling } from './errors.ts';

/** The table of this name, made empty when there is none. */
export async function openTable(db: Connection, name: string, schema: Schema): Promise<Table> {
  return await calling(async () => {
    const names = await db.tableNames();
    return names.includes(name) ? await db.openTable(name) : await db.createEmptyTable(name, schema, { existOk: true });
  });
}

/** A row's id holds the number of the fragment it lies in. */
const FRAGMENT_SHIFT = 32n;
/**
 * Deletes rows, and their bytes from the disk. LanceDB marks rows as deleted and keeps the rest of their fragment as it is:
 * so each fragment that had some is written again, and then what no version needs is removed. Nobody else may write; who reads
 * an older version at this moment has to begin again.
 */
export async function purge(table: Table, where: string): Promise<void> {
  const fragments = await fragmentsWith(table, where);
  if (fragments.size === 0) return;
  await table.delete(where);
  for (const fragment of fragments) {
    const inFragment = `_rowid >= ${fragment << FRAGMENT_SHIFT} AND _rowid < ${(fragment + 1n) << FRAGMENT_SHIFT}`;
    await table.update({ where: inFragment, valuesSql: { tenant: 'tenant' } });
  }
  await table.optimize({ cleanupOlderThan: new Date(), deleteUnverified: true });
}

async function fragmentsWith(table: Table, where: string): Promise<ReadonlySet<bigint>> {
  const fragments = new Set<bigint>();
  for await (const batch of table.query().where(where).withRowId().select(['_rowid'])) {
    for (const id of batch.getChild('_rowid') ?? []) fragments.add(BigInt(id) >> FRAGMENT_SHIFT);
  }
  return fragments;
}
