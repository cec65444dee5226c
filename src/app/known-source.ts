import { isDeepStrictEqual } from 'node:util';
import type { Source } from '../core/envelope.ts';
import type { StoredFile, VariantStore } from '../core/ports.ts';
import type { Checkpoint, CheckpointFolder } from '../delivery/checkpoint.ts';
import { hashSource, type IdentityOptions, isHashed, type SourceIdentity } from '../vcf/source-identity.ts';
import type { FileStamp } from './file-stamp.ts';

export interface KnownSource {
  readonly identity: SourceIdentity;
  readonly stored: StoredFile | undefined;
}

/**
 * What a tenant has of the file at `path`. One that has the name of another file, which only its content tells, is named
 * by its content from here on.
 */
export async function lookUpSource(
  store: VariantStore,
  { tenant, path, told }: { readonly tenant: string; readonly path: string; readonly told: SourceIdentity },
  options: IdentityOptions,
): Promise<KnownSource> {
  const stored = await store.file(tenant, told.digest);
  if (stored?.status !== 'complete') return { identity: told, stored };
  const identity = isHashed(told) ? told : await hashSource(path, options);
  const digest = identity.contentDigest;
  if (stored.contentDigest === digest) return { identity, stored };
  return { identity: { ...identity, digest }, stored: await store.file(tenant, digest) };
}

export interface Beginning {
  /** Where to go on; undefined: at the start. */
  readonly saved: Checkpoint | undefined;
  /** Variants of the source that were stored before its job began (more than 0 only after a lost checkpoint). */
  readonly storedBefore: number;
}

/** Where to begin in a file whose last checkpoint is `saved`. */
export async function whereToBegin(
  { checkpoints, store }: { readonly checkpoints: CheckpointFolder; readonly store: VariantStore },
  {
    source,
    stamp,
    stored,
    saved,
  }: {
    readonly source: Source;
    readonly stamp: FileStamp;
    readonly stored: StoredFile | undefined;
    readonly saved: Checkpoint | undefined;
  },
): Promise<Beginning> {
  // Positions are of one file; a copy of it may be packed in another way.
  const isSameFile = saved?.fileStamp === stamp.value;
  if (saved !== undefined && isSameFile && stored !== undefined && isDeepStrictEqual(saved.plan, source.plan)) {
    const ledger = await store.ledger(stored.tenant, stored.fileId);
    if (checkpoints.isBacked(saved, ledger)) return { saved, storedBefore: saved.storedBefore };
  }
  return { saved: undefined, storedBefore: stored?.variants ?? 0 };
}
