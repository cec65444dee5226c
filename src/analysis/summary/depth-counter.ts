import type { Genotypes } from './genotypes.ts';
import type { SiteInfo } from './site-info.ts';
import type { DepthCounts } from './summary.ts';

/** As bcftools: depths from 0 to 500 each for itself, and all that are deeper together. */
export const MAX_DEPTH = 500;

/** Counts how deep genotypes (FORMAT/DP) and records (INFO/DP) are. */
export class DepthCounter {
  readonly #genotypes = new Float64Array(MAX_DEPTH + 2);
  readonly #sites = new Float64Array(MAX_DEPTH + 2);

  add({ depth }: SiteInfo, { hasDepths, depths }: Genotypes): void {
    if (depth >= 0) this.#sites[Math.min(depth, MAX_DEPTH + 1)]!++;
    if (!hasDepths) return;
    for (const each of depths) if (each >= 0) this.#genotypes[Math.min(each, MAX_DEPTH + 1)]!++;
  }

  finish(): DepthCounts[] {
    return Array.from(this.#sites, (sites, depth) => ({ depth, genotypes: this.#genotypes[depth]!, sites })).filter(
      ({ genotypes, sites }) => genotypes > 0 || sites > 0,
    );
  }
}
