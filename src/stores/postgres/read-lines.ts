import type pg from 'pg';
import type { StoredLines } from '../../core/ports.ts';
import { readBlock } from './read-blocks.ts';
import { IDS_PER_FILE } from './schema.ts';

/**
 * The lines of a file, an envelope at a time; of `ids` only the envelopes that hold one. While the caller works on one the
 * next is fetched. Throws ENVELOPE_CORRUPT for lines that cannot be unpacked any more.
 */
export async function* readLines(
  client: pg.ClientBase,
  fileId: number,
  ids: readonly bigint[] | undefined,
): AsyncGenerator<StoredLines> {
  const { rows } = await client.query(
    'select first_variant as first, variant_count as count from blocks where file_id = $1 order by first_variant',
    [fileId],
  );
  const wanted = ids === undefined ? rows : holding(rows, ids, fileId);
  const fetch = (row: Envelope | undefined): ReturnType<typeof readBlock> | undefined => {
    const fetched = row && readBlock(client, fileId, row.first);
    // The caller may have stopped before it is awaited.
    fetched?.catch(() => {});
    return fetched;
  };
  let next = fetch(wanted[0]);
  for (let i = 0; next !== undefined; i++) {
    const block = await next;
    next = fetch(wanted[i + 1]);
    if (block !== undefined) yield { firstVariant: wanted[i]!.first, block };
  }
}

interface Envelope {
  readonly first: number;
  readonly count: number;
}

function holding(envelopes: readonly Envelope[], ids: readonly bigint[], fileId: number): readonly Envelope[] {
  const numbers = ids.map((id) => Number(id) - fileId * IDS_PER_FILE).sort((a, b) => a - b);
  let at = 0;
  return envelopes.filter(({ first, count }) => {
    while (at < numbers.length && numbers[at]! < first) at++;
    return at < numbers.length && numbers[at]! < first + count;
  });
}
