import { bareChromosome } from '../../core/chromosome.ts';
import type { Assembly } from '../acmg/assembly.ts';

/** `unclear`: in a pseudo-autosomal region of one assembly and not of the other, and nobody says which it is. */
export type ChromosomeClass = 'autosome' | 'x' | 'y' | 'mitochondrion' | 'unclear';

type Region = readonly [from: number, to: number];

/** Pseudo-autosomal regions, 1-based and inclusive: https://www.ncbi.nlm.nih.gov/grc/human (GRCh37, GRCh38). */
const PSEUDO_AUTOSOMAL: Readonly<Record<Assembly, Readonly<Record<'X' | 'Y', readonly Region[]>>>> = {
  GRCh37: {
    X: [
      [60_001, 2_699_520],
      [154_931_044, 155_260_560],
    ],
    Y: [
      [10_001, 2_649_520],
      [59_034_050, 59_363_566],
    ],
  },
  GRCh38: {
    X: [
      [10_001, 2_781_479],
      [155_701_383, 156_030_895],
    ],
    Y: [
      [10_001, 2_781_479],
      [56_887_903, 57_217_415],
    ],
  },
};

/** How a place is inherited: pseudo-autosomal regions of X and Y as an autosome; so is every contig of another name. */
export function chromosomeClass(chrom: string, pos: number, assembly: Assembly | undefined): ChromosomeClass {
  const name = bareChromosome(chrom).toUpperCase();
  if (name === 'M' || name === 'MT') return 'mitochondrion';
  const sex = name === '23' ? 'X' : name === '24' ? 'Y' : name;
  if (sex !== 'X' && sex !== 'Y') return 'autosome';
  const lies = (in_: Assembly): boolean => PSEUDO_AUTOSOMAL[in_][sex].some(([from, to]) => pos >= from && pos <= to);
  const outside = sex === 'X' ? 'x' : 'y';
  if (assembly !== undefined) return lies(assembly) ? 'autosome' : outside;
  const [older, newer] = [lies('GRCh37'), lies('GRCh38')];
  return older !== newer ? 'unclear' : older ? 'autosome' : outside;
}
