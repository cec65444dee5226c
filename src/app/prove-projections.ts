import type { Proof, ProofFailure } from '../consume/prove.ts';
import { type ProjectionProof, proveProjection } from '../consume/prove-projection.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { StoredFile, VariantStore } from '../core/ports.ts';
import type { Projections, UseOptions } from './projections.ts';

/** A proof of the store with what its projections hold of the file. */
export interface FullProof extends Proof {
  readonly projections: readonly ProjectionProof[];
}

interface ProjectedStore {
  readonly store: VariantStore;
  readonly projections: Pick<Projections, 'existing' | 'useAsItIs'>;
}

/** Adds to a proof what each projection that was made holds of the file; one that cannot be read makes it fail. */
export async function withProjections(
  proof: Proof,
  file: StoredFile,
  { store, projections }: ProjectedStore,
  options: UseOptions,
): Promise<FullProof> {
  const proofs: ProjectionProof[] = [];
  const failures: ProofFailure[] = [...proof.failures];
  for (const name of await projections.existing()) {
    try {
      const proved = await projections.useAsItIs(
        name,
        (projection) => proveProjection(store, file, projection, options),
        options,
      );
      proofs.push(proved);
      if (!proved.ok) failures.push({ kind: 'projection', detail: difference(proved) });
    } catch (error) {
      if (!(error instanceof VcfAgentError) || error.code !== 'PROJECTION_DAMAGED') throw error;
      failures.push({ kind: 'projection', detail: `${name} cannot be read: ${error.message}` });
    }
  }
  return { ...proof, ok: failures.length === 0, failures, projections: proofs };
}

function difference({ name, held, expected }: ProjectionProof): string {
  const remedy = `\`vcf-agent rebuild ${name}\` makes it anew`;
  if (held.rows !== expected.rows) {
    return `${name} holds ${held.rows} rows of it where ${expected.rows} follow from the tables: ${remedy}`;
  }
  return `${name} holds rows that digest to ${held.digest}, the tables make ${expected.digest}: ${remedy}`;
}
