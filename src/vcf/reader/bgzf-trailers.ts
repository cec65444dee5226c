import { bgzfBlockSize, MAX_BLOCK_BYTES } from './bgzf.ts';
import { openBytes } from './byte-source.ts';
import { Crc32Joiner } from './crc32.ts';

const READ_BYTES = 2 ** 20;
const CRC_BYTES = 8;
const LENGTH_BYTES = 4;

export interface TrailerOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called about once a megabyte with compressed bytes, read and in all. */
  readonly onProgress?: ((bytesRead: number, totalBytes: number) => void) | undefined;
}

/**
 * CRC-32 and length of what a BGZF file holds, as the trailers of its blocks tell: nothing is inflated, so nothing is
 * checked. Undefined for any other file, an empty one, and one that does not end with the end-of-file marker.
 */
export async function readBgzfTrailers(
  path: string,
  { signal, onProgress }: TrailerOptions,
): Promise<{ readonly crc32: number; readonly bytes: number } | undefined> {
  const source = await openBytes(path, { signal });
  try {
    const input = Buffer.allocUnsafeSlow(READ_BYTES + MAX_BLOCK_BYTES);
    const joiner = new Crc32Joiner();
    let crc32 = 0;
    let bytes = 0;
    let length = -1;
    for (let from = 0, to = 0; ; ) {
      const size = bgzfBlockSize(input, from, to);
      if (size < 0) return undefined;
      if (size > 0 && from + size <= to) {
        from += size;
        length = input.readUInt32LE(from - LENGTH_BYTES);
        crc32 = joiner.join(crc32, input.readUInt32LE(from - CRC_BYTES), length);
        bytes += length;
        continue;
      }
      input.copyWithin(0, from, to);
      to -= from;
      from = 0;
      const read = await source.read(input, to);
      if (read === 0) return to === 0 && length === 0 && bytes > 0 ? { crc32, bytes } : undefined;
      to += read;
      onProgress?.(source.position, source.totalBytes);
    }
  } finally {
    await source.close();
  }
}
