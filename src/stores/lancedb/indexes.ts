import type { Index as LanceIndex, Table } from '@lancedb/lancedb';
import { calling } from './errors.ts';
import { Index } from './native.ts';

/** Below this many rows a scan is as fast as an index. */
const SCALAR_FROM_ROWS = 50_000;
/** 100,000 vectors of 64 dimensions are compared in some 20 ms. */
const VECTOR_FROM_ROWS = 100_000;
/** Rows that an index does not cover are scanned beside it: so many more of them, and it is brought up to date. */
const UNCOVERED_SHARE = 0.1;
/** Its partitions were made for fewer rows: above this factor it is made anew. */
const OUTGROWN = 4;
/** Few enough rows in each to be read fast, and not so many of them that finding the nearest takes as long. */
const ROWS_PER_PARTITION = 2_000;

const SCALAR_INDEXES: Readonly<Record<string, () => LanceIndex>> = {
  id: () => Index.btree(),
  file_id: () => Index.bitmap(),
  tenant: () => Index.bitmap(),
  variant_topic: () => Index.btree(),
  gene_symbol: () => Index.btree(),
  clinical_significance: () => Index.bitmap(),
  position: () => Index.btree(),
};

const VECTOR = 'variant_vector';
const WORDS = 'variant_description';

/** Indexes that size asks for, made or brought up to date. */
export async function indexVariants(table: Table): Promise<void> {
  await calling(async () => {
    const rows = await table.countRows();
    if (rows >= SCALAR_FROM_ROWS) {
      for (const [column, make] of Object.entries(SCALAR_INDEXES)) await ensure(table, column, rows, make);
    }
    if (rows >= VECTOR_FROM_ROWS) await ensureVectors(table, VECTOR, rows, 'l2');
  });
}

/** For searches by words. */
export async function indexWords(table: Table): Promise<void> {
  await calling(async () => ensure(table, WORDS, await table.countRows(), () => Index.fts({ withPosition: false })));
}

export async function indexTexts(table: Table): Promise<void> {
  await calling(async () => {
    const rows = await table.countRows();
    if (rows >= VECTOR_FROM_ROWS) await ensureVectors(table, 'vector', rows, 'cosine');
  });
}

async function ensureVectors(table: Table, column: string, rows: number, distanceType: 'l2' | 'cosine'): Promise<void> {
  const make = () => Index.ivfFlat({ distanceType, numPartitions: Math.max(1, Math.round(rows / ROWS_PER_PARTITION)) });
  const name = `${column}_idx`;
  const stats = await table.indexStats(name).catch(() => undefined);
  const isOutgrown = stats !== undefined && rows > OUTGROWN * Math.max(1, stats.numIndexedRows);
  if (isOutgrown) await table.createIndex(column, { config: make(), replace: true });
  else await ensure(table, column, rows, make);
}

async function ensure(table: Table, column: string, rows: number, make: () => LanceIndex): Promise<void> {
  const known = (await table.listIndices()).find(({ columns }) => columns.length === 1 && columns[0] === column);
  if (known === undefined) {
    if (rows > 0) await table.createIndex(column, { config: make(), replace: true });
    return;
  }
  const stats = await table.indexStats(known.name);
  if ((stats?.numUnindexedRows ?? rows) > rows * UNCOVERED_SHARE) await table.optimize();
}
