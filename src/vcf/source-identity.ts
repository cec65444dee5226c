import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Problem } from '../core/problem.ts';
import { readBgzfTrailers, type TrailerOptions } from './reader/bgzf-trailers.ts';
import { openText } from './reader/open-text.ts';
import { TextDigest } from './reader/text-digest.ts';

export interface SourceIdentity {
  /**
   * Names the source (hex): renamed or re-compressed copies have the same. Made of CRC-32 and length of the decompressed
   * bytes, so that another file may have it too: whoever meets a namesake compares `contentDigest`.
   */
  readonly digest: string;
  /** Decompressed size. */
  readonly bytes: number;
  /** SHA-256 (hex) of the decompressed bytes; undefined when they were not looked at. */
  readonly contentDigest: string | undefined;
  /** The container is damaged: the rest covers what can be read. */
  readonly damage: Problem | undefined;
}

export type HashedIdentity = SourceIdentity & { readonly contentDigest: string };

export function isHashed(identity: SourceIdentity): identity is HashedIdentity {
  return identity.contentDigest !== undefined;
}

export type IdentityOptions = TrailerOptions;

/** The identity of a file: a whole BGZF file tells it without being inflated (docs/adr/0009). Throws like `openText`. */
export async function identifySource(path: string, options: IdentityOptions = {}): Promise<SourceIdentity> {
  const told = await readBgzfTrailers(path, options);
  if (told === undefined) return await hashSource(path, options);
  return { digest: nameOf(told.crc32, told.bytes), bytes: told.bytes, contentDigest: undefined, damage: undefined };
}

/** The same, by reading all of it. */
export async function hashSource(path: string, options: IdentityOptions = {}): Promise<HashedIdentity> {
  await using source = await openText(path, { signal: options.signal });
  const text = new TextDigest();
  let crc = 0;
  let bytes = 0;
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    text.update(chunk.bytes);
    crc = crc32(chunk.bytes, crc);
    bytes += chunk.bytes.length;
    options.onProgress?.(source.bytesRead, source.totalBytes);
  }
  const { damage } = source;
  const unfinished = text.isUnfinished(damage);
  const contentDigest = text.end(damage);
  return { digest: unfinished ? contentDigest : nameOf(crc, bytes), bytes, contentDigest, damage };
}

function nameOf(crc: number, bytes: number): string {
  return createHash('sha256').update(`crc32 ${crc} bytes ${bytes}`).digest('hex');
}
