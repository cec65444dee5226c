import { createHash } from 'node:crypto';
import type { RecordBatch, Table } from 'apache-arrow';
import type { DigestSum } from '../../core/ids.ts';
import { NOT_CONTENT } from './schema.ts';

/** Adds the digest of each row: over the values of every column that is content, in the order of their names. */
export function addRowDigests(sum: DigestSum, rows: Table | RecordBatch): void {
  const columns = rows.schema.fields
    .map(({ name }) => name)
    .filter((name) => !NOT_CONTENT.has(name))
    .sort()
    .map((name) => rows.getChild(name)!);
  for (let row = 0; row < rows.numRows; row++) {
    const values = columns.map((column) => plain(column.get(row)));
    sum.add(createHash('sha256').update(JSON.stringify(values)).digest('hex'));
  }
}

/** As JSON can say it; of a vector its bytes. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value ?? null;
  const numbers = Float32Array.from(value as Iterable<number>);
  return Buffer.from(numbers.buffer).toString('latin1');
}
