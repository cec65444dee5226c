import type { StoredFile, VariantStore } from '../core/ports.ts';
import { hashSource, type IdentityOptions, isHashed, type SourceIdentity } from '../vcf/source-identity.ts';

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
