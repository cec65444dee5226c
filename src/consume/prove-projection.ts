import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import type { Projection, ProjectionContents, ProjectionName } from '../core/projection.ts';

/** What a projection holds of a file, beside what it should hold. */
export interface ProjectionProof {
  readonly name: ProjectionName;
  readonly ok: boolean;
  readonly held: ProjectionContents;
  readonly expected: ProjectionContents;
}

/** Compares count and digest of what a projection, up to date, holds of a file with what follows from the tables. */
export async function proveProjection(
  store: Pick<VariantStore, 'envelopes'>,
  file: StoredFile,
  projection: Projection,
  options: Cancellable = {},
): Promise<ProjectionProof> {
  const expected = await projection.expected(file, store.envelopes(file.fileId, options), options);
  const held = await projection.contents(file.fileId, options);
  return { name: projection.name, ok: held.rows === expected.rows && held.digest === expected.digest, held, expected };
}
