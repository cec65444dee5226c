import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The project's data folder beside the repository: too large, or not ours, to be kept in it. */
const SHARED_VCF = process.env.VCF_AGENT_SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'vcf');

/** Absolute path of a file of the shared VCF data, such as `real/x.vcf`. Tests that use it say `needs('shared-vcf')`. */
export function sharedVcf(path = ''): string {
  return join(SHARED_VCF, path);
}

export function hasSharedVcf(): boolean {
  return existsSync(SHARED_VCF);
}
