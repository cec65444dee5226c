import type { Writable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { CopyBuffers } from './copy-buffers.ts';

const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/**
 * After its connection has failed, pg-copy-streams goes on with the chunks that wait for the socket, and throws where nobody
 * can catch it. Destroyed, it leaves them; its own way of being destroyed would write to the connection once more.
 */
function dropUnsent(stream: Writable): void {
  Object.assign(stream, {
    chunks: [],
    _destroy: (error: Error | null, done: (error: Error | null) => void) => done(error),
  });
  stream.destroy();
}

/** One binary COPY of all items; the server reads one while the next is encoded. `buffers` must not be in use by another. */
export async function copyIn<Item>(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  items: readonly Item[],
  buffers: CopyBuffers,
  encode: (item: Item) => void,
): Promise<void> {
  if (items.length === 0) return;
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin (format binary)`));
  const finished = new Promise<void>((resolve, reject) => stream.once('finish', resolve).once('error', reject));
  // Awaited at the end; a failure in between must not be unhandled until then.
  finished.catch(() => {});
  stream.once('error', () => dropUnsent(stream));
  stream.write(COPY_HEADER);
  let flushed: Promise<void> = Promise.resolve();
  for (const item of items) {
    encode(item);
    await Promise.race([flushed, finished]);
    for (const chunk of buffers.take()) {
      flushed = new Promise((resolve) => stream.write(chunk, () => resolve()));
    }
  }
  stream.end(COPY_TRAILER);
  await finished;
  buffers.recycle();
}
