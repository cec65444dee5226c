import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IngestPlan } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import { openReference, type Reference } from '../vcf/reference.ts';

/** Which reference: the digest of its index, which names every contig and length. Throws REFERENCE_UNUSABLE. */
export async function referenceDigest(reference: string | undefined): Promise<string | null> {
  if (reference === undefined) return null;
  const index = await readFile(`${reference}.fai`).catch((cause) => {
    const message = `${reference}.fai cannot be read; make it with \`samtools faidx ${reference}\``;
    throw new VcfAgentError('REFERENCE_UNUSABLE', message, { cause });
  });
  return createHash('sha256').update(index).digest('hex');
}

/** The reference at `path` when the plan was made with one. Throws OPTION_CONFLICT when it was another. */
export async function openPlannedReference(plan: IngestPlan, path: string | undefined): Promise<Reference | undefined> {
  if (plan.reference === null) return undefined;
  if (path === undefined || (await referenceDigest(path)) !== plan.reference) {
    const message = 'this file was begun with another --reference; give the same one, or delete the file first';
    throw new VcfAgentError('OPTION_CONFLICT', message);
  }
  return openReference(path);
}
