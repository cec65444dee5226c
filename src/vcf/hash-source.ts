import { createHash } from 'node:crypto';
import type { Problem } from '../core/problem.ts';
import { openText } from './reader/open-text.ts';

const HASH = 0x23;
const NEWLINE = 0x0a;
/** Follows the text of a damaged file that ends in the middle of a line. */
const UNFINISHED = '\0unfinished';

export interface SourceHash {
  /** SHA-256 (hex) of the decompressed bytes. */
  readonly digest: string;
  /** Decompressed size. */
  readonly bytes: number;
  /** The container is damaged: the digest covers what can be read. */
  readonly damage: Problem | undefined;
}

export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called about once a megabyte with compressed bytes, read and in all. */
  readonly onProgress?: ((bytesRead: number, totalBytes: number) => void) | undefined;
}

/** The identity of a file: renamed or re-compressed copies have the same. Throws like `openText`. */
export async function hashSource(input: string, options: HashOptions = {}): Promise<SourceHash> {
  await using source = await openText(input, { signal: options.signal });
  const hash = createHash('sha256');
  let bytes = 0;
  let first: number | undefined;
  let last: number | undefined;
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    hash.update(chunk.bytes);
    bytes += chunk.bytes.length;
    first ??= chunk.bytes[0];
    last = chunk.bytes.at(-1) ?? last;
    options.onProgress?.(source.bytesRead, source.totalBytes);
  }
  // A sound file of the same bytes has one record more: its last line is whole there and rejected here.
  if (source.damage !== undefined && first === HASH && last !== NEWLINE) hash.update(UNFINISHED);
  return { digest: hash.digest('hex'), bytes, damage: source.damage };
}
