import type { SeededRandom } from './random.ts';
import type { Genotype } from './site.ts';

/** Chance that a read shows a wrong allele. */
const READ_ERROR = 0.004;

interface Call {
  /** `GT:AD:DP:GQ:PL`. */
  readonly column: string;
  readonly depth: number;
  /** Phred-scaled likelihood of having no ALT at all, relative to the best: the person's share of QUAL. */
  readonly referencePhred: number;
}

/** Every genotype of this ploidy in the order of PL (VCF 4.2 §1.4.2). */
function genotypesInOrder(alleles: number, ploidy: number): Genotype[] {
  if (ploidy === 1) return Array.from({ length: alleles }, (_, allele) => [allele]);
  return Array.from({ length: alleles }, (_, b) => Array.from({ length: b + 1 }, (_, a) => [a, b])).flat();
}

/** Phred-scaled likelihoods of the genotypes given read counts; the best is 0. */
function likelihoods(counts: readonly number[], ploidy: number): number[] {
  const phreds = genotypesInOrder(counts.length, ploidy).map((genotype) =>
    counts.reduce((sum, count, allele) => {
      const share = genotype.filter((own) => own === allele).length / ploidy;
      return sum - 10 * count * Math.log10(share * (1 - READ_ERROR) + (1 - share) * READ_ERROR);
    }, 0),
  );
  const best = Math.min(...phreds);
  return phreds.map((phred) => Math.round(phred - best));
}

/** Invents reads for a genotype and calls it from them, again until the call is the genotype. */
export function call(random: SeededRandom, genotype: Genotype, alleles: number, meanDepth: number): Call {
  const ploidy = genotype.length;
  const order = genotypesInOrder(alleles, ploidy).map((each) => each.join('/'));
  const wanted = genotype.toSorted((a, b) => a - b).join('/');
  for (;;) {
    const depth = Math.max(8, Math.round(random.normal((meanDepth * ploidy) / 2, meanDepth / 6)));
    const counts = new Array<number>(alleles).fill(0);
    for (let read = 0; read < depth; read++) {
      const allele = random.chance(READ_ERROR) ? random.between(0, alleles - 1) : random.pick(genotype);
      counts[allele] = (counts[allele] ?? 0) + 1;
    }
    const phreds = likelihoods(counts, ploidy);
    const quality = Math.min(99, phreds.toSorted((a, b) => a - b)[1] ?? 0);
    if (phreds[order.indexOf(wanted)] !== 0 || quality < 15) continue;
    const column = [wanted, counts.join(','), depth, quality, phreds.join(',')].join(':');
    return { column, depth, referencePhred: phreds[0] ?? 0 };
  }
}
