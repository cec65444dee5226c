import {
  GENOTYPE_CLASSES,
  type GenotypeClass,
  type GenotypeCounts,
  type SampleComparison,
  VARIANT_TYPES,
} from './comparison.ts';

const CLASSES = GENOTYPE_CLASSES.length;
const CELLS = CLASSES * CLASSES;
/** Place of the class of a source that lacks the record. */
const ABSENT = GENOTYPE_CLASSES.indexOf('absent');

/** Which count a pair of genotypes is in: a row for `a`, a column for `b`, as GENOTYPE_CLASSES. */
const COUNTED: readonly (readonly (keyof GenotypeCounts | undefined)[])[] = [
  ['missing', 'missing', 'missing', 'missing', 'missing'],
  ['missing', 'neither', 'onlyB', 'onlyB', 'neither'],
  ['missing', 'onlyA', 'concordant', 'discordant', 'onlyA'],
  ['missing', 'onlyA', 'discordant', 'concordant', 'onlyA'],
  ['missing', 'neither', 'onlyB', 'onlyB', undefined],
];

/** Counts the genotypes of one pair of samples, by type of variant. */
export class GenotypeTally {
  readonly #counts = new Float64Array(VARIANT_TYPES.length * CELLS);

  add(type: number, a: number, b: number): void {
    this.#counts[type * CELLS + a * CLASSES + b]!++;
  }

  onlyA(type: number, a: number): void {
    this.add(type, a, ABSENT);
  }

  onlyB(type: number, b: number): void {
    this.add(type, ABSENT, b);
  }

  finish(a: string, b: string): SampleComparison {
    const byType = VARIANT_TYPES.map((_, type) => countsOf(this.#counts.subarray(type * CELLS, (type + 1) * CELLS)));
    const matrix = new Float64Array(CELLS);
    for (const [index, value] of this.#counts.entries()) matrix[index % CELLS]! += value;
    const counts = countsOf(matrix);
    const carried = counts.concordant + counts.discordant + counts.onlyA + counts.onlyB;
    return {
      a,
      b,
      ...counts,
      concordance: carried === 0 ? null : counts.concordant / carried,
      types: byType.flatMap((own, type) =>
        Object.values(own).some((count) => count > 0) ? [{ type: VARIANT_TYPES[type]!, ...own }] : [],
      ),
      genotypes: tableOf(matrix),
    };
  }
}

/** Whether two genotypes that are both called differ. */
export function differ(a: number, b: number): boolean {
  const counted = COUNTED[a]![b];
  return counted === 'discordant' || counted === 'onlyA' || counted === 'onlyB';
}

function countsOf(matrix: Float64Array): GenotypeCounts {
  const counts = { concordant: 0, discordant: 0, onlyA: 0, onlyB: 0, neither: 0, missing: 0 };
  for (const [cell, value] of matrix.entries()) {
    const counted = COUNTED[Math.floor(cell / CLASSES)]![cell % CLASSES];
    if (counted !== undefined) counts[counted] += value;
  }
  return counts;
}

function tableOf(matrix: Float64Array): SampleComparison['genotypes'] {
  const row = (a: number): Record<GenotypeClass, number> =>
    Object.fromEntries(GENOTYPE_CLASSES.map((name, b) => [name, matrix[a * CLASSES + b]!])) as Record<
      GenotypeClass,
      number
    >;
  return Object.fromEntries(GENOTYPE_CLASSES.map((name, a) => [name, row(a)])) as SampleComparison['genotypes'];
}
