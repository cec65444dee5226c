import { createXXHash32 } from 'hash-wasm';
import { loadXxh3, type Xxh3 } from '../../../../src/platforms/iggy/client/protocol/xxh3.ts';

const xxh3: Xxh3 = await loadXxh3();

/** XXH3-64. Real servers' checksums are in the transcripts: they show that this one is the same. */
export const xxh3Of: Xxh3 = (pieces) => xxh3(pieces);

const xxh32 = await createXXHash32(0);

/** The partition that a server gives a key. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  const digest = xxh32.init().update(key).digest('binary');
  return Buffer.from(digest).readUInt32BE() % partitions;
}
