import type { IngestPlan } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import { openReference, type Reference, referenceDigest } from '../vcf/reference.ts';

/** The reference at `path` when the plan was made with one. Throws OPTION_CONFLICT when it was another. */
export async function openPlannedReference(plan: IngestPlan, path: string | undefined): Promise<Reference | undefined> {
  if (plan.reference === null) return undefined;
  if (path === undefined || referenceDigest(path) !== plan.reference) {
    const message = 'this file was begun with another --reference; give the same one, or delete the file first';
    throw new VcfAgentError('OPTION_CONFLICT', message);
  }
  return openReference(path);
}
