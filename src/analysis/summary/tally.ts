import type { Alleles } from './alleles.ts';
import { ALLELE, NO_BASE } from './alleles.ts';
import type { AlleleCounts } from './summary.ts';

/** Of a SNP: what `substitutionOf` gives. */
export const NO_SUBSTITUTION = -1;

/** REF's base × 4 + the ALT's, `alt` from 0; -1 when the allele is no SNP or one of the two is none of A, C, G, T. */
export function substitutionOf(alleles: Alleles, alt: number): number {
  const from = alleles.referenceBase;
  const to = alleles.bases[alt]!;
  if ((alleles.types[alt]! & ALLELE.snp) === 0 || from === NO_BASE || to === NO_BASE || from === to)
    return NO_SUBSTITUTION;
  return from * 4 + to;
}

/** A↔G and C↔T: the places of the two bases in ACGT differ by 2. */
export function isTransition(substitution: number): boolean {
  return Math.abs((substitution >> 2) - (substitution & 3)) === 2;
}

/** SNPs by kind, and indels. */
export class Tally {
  transitions = 0;
  transversions = 0;
  snps = 0;
  indels = 0;

  addSnp(substitution: number): void {
    this.snps++;
    if (isTransition(substitution)) this.transitions++;
    else this.transversions++;
  }

  plus(other: Tally): Tally {
    const sum = new Tally();
    for (const { snps, transitions, transversions, indels } of [this, other]) {
      sum.snps += snps;
      sum.transitions += transitions;
      sum.transversions += transversions;
      sum.indels += indels;
    }
    return sum;
  }

  finish(): AlleleCounts {
    const { snps, transitions, transversions, indels } = this;
    return { snps, transitions, transversions, indels };
  }
}

/** `a / b`; null when b is 0. */
export function ratio(a: number, b: number): number | null {
  return b === 0 ? null : a / b;
}
