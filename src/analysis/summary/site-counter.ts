import { ALLELE, type Alleles } from './alleles.ts';
import type { SiteCounts } from './summary.ts';

/** Counts records by the kinds of ALT that they have. */
export class SiteCounter {
  #records = 0;
  #noAlts = 0;
  #snps = 0;
  #mnps = 0;
  #indels = 0;
  #others = 0;
  #multiallelicSites = 0;
  #multiallelicSnpSites = 0;

  add({ union, count }: Alleles): void {
    this.#records++;
    if (union === ALLELE.reference) this.#noAlts++;
    if (union & ALLELE.snp) this.#snps++;
    if (union & ALLELE.mnp) this.#mnps++;
    if (union & ALLELE.indel) this.#indels++;
    if (union & ALLELE.other) this.#others++;
    if (count < 2) return;
    this.#multiallelicSites++;
    if (union === ALLELE.snp) this.#multiallelicSnpSites++;
  }

  finish(): SiteCounts {
    return {
      records: this.#records,
      noAlts: this.#noAlts,
      snps: this.#snps,
      mnps: this.#mnps,
      indels: this.#indels,
      others: this.#others,
      multiallelicSites: this.#multiallelicSites,
      multiallelicSnpSites: this.#multiallelicSnpSites,
    };
  }
}
