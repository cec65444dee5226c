import { createHash } from 'node:crypto';
import type { Problem } from '../core/problem.ts';
import { openText } from './reader/open-text.ts';

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
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    hash.update(chunk.bytes);
    bytes += chunk.bytes.length;
    options.onProgress?.(source.bytesRead, source.totalBytes);
  }
  return { digest: hash.digest('hex'), bytes, damage: source.damage };
}
