import { bareChromosome } from '../../core/chromosome.ts';
import type { VariantPlace } from '../../core/verdicts.ts';
import type { ClinvarIndex, ClinvarRecord } from './clinvar.ts';
import type { Profile } from './profile.ts';

/** How far from a variant a record of ClinVar can lie and still decide one of its criteria. */
export interface ClinvarReach {
  /** On the chromosome, to either side. */
  readonly bases: number;
  /** Stars of the records that are counted for a gene; undefined: they are not counted. */
  readonly countedStars: number | undefined;
}

/** The bases of a codon around any of its own: PS1 and PM5 look no farther. */
const CODON_BASES = 2;

/** What the rules look at under a profile: the variant's own record and its codon, PM1's window, the counts of its gene for PP2 and BP1. */
export function clinvarReach({ heuristics }: Pick<Profile, 'heuristics'>): ClinvarReach {
  return {
    bases: Math.max(CODON_BASES, heuristics?.pm1.windowBases ?? 0),
    countedStars: heuristics?.minStars,
  };
}

/** Where two ClinVars differ. */
export interface ClinvarChanges {
  /** Positions with another record, one more or one less. */
  readonly positions: number;
  /** Genes whose counts differ. */
  readonly genes: number;
  /** Whether the verdict on a variant there could be another, or have other reasons. */
  touches(place: Pick<VariantPlace, 'chrom' | 'pos' | 'gene'>): boolean;
}

/** Compares what two ClinVars say, as far as it reaches. */
export function clinvarChanges(before: ClinvarIndex, after: ClinvarIndex, reach: ClinvarReach): ClinvarChanges {
  const named = new Set<string>();
  const positions = new Map<string, readonly number[]>();
  for (const chrom of new Set([...before.chromosomes, ...after.chromosomes])) {
    positions.set(chrom, changedPositions(all(before, chrom), all(after, chrom), named));
  }
  const genes = new Set([...named].filter((gene) => !sameCounts(before, after, gene, reach.countedStars)));
  const count = [...positions.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    positions: count,
    genes: genes.size,
    touches({ chrom, pos, gene }) {
      if (gene !== null && genes.has(gene)) return true;
      const changed = positions.get(bareChromosome(chrom)) ?? [];
      const next = changed[firstFrom(changed, pos - reach.bases)];
      return next !== undefined && next <= pos + reach.bases;
    },
  };
}

function all(clinvar: ClinvarIndex, chrom: string): readonly ClinvarRecord[] {
  return clinvar.between(chrom, 0, Number.POSITIVE_INFINITY);
}

/** Ascending; adds the genes of whatever changed to `genes`. Both lists are by position. */
function changedPositions(
  before: readonly ClinvarRecord[],
  after: readonly ClinvarRecord[],
  genes: Set<string>,
): readonly number[] {
  const changed: number[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    const pos = Math.min(before[i]?.pos ?? Number.POSITIVE_INFINITY, after[j]?.pos ?? Number.POSITIVE_INFINITY);
    const [iEnd, jEnd] = [endOf(before, i, pos), endOf(after, j, pos)];
    // Their order counts, too: the first that fits is the one that is cited.
    if (!sameRecords(before, i, iEnd, after, j, jEnd)) {
      changed.push(pos);
      for (const record of [...before.slice(i, iEnd), ...after.slice(j, jEnd)]) {
        for (const gene of record.genes) genes.add(gene);
      }
    }
    [i, j] = [iEnd, jEnd];
  }
  return changed;
}

function endOf(records: readonly ClinvarRecord[], start: number, pos: number): number {
  let end = start;
  while (records[end]?.pos === pos) end++;
  return end;
}

function sameRecords(
  a: readonly ClinvarRecord[],
  aStart: number,
  aEnd: number,
  b: readonly ClinvarRecord[],
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = 0; i < aEnd - aStart; i++) {
    if (!isSame(a[aStart + i]!, b[bStart + i]!)) return false;
  }
  return true;
}

function isSame(a: ClinvarRecord, b: ClinvarRecord): boolean {
  return (
    a.id === b.id &&
    a.ref === b.ref &&
    a.alt === b.alt &&
    a.significance === b.significance &&
    a.stars === b.stars &&
    a.effect === b.effect &&
    a.genes.join() === b.genes.join()
  );
}

function sameCounts(before: ClinvarIndex, after: ClinvarIndex, gene: string, minStars: number | undefined): boolean {
  if (minStars === undefined) return true;
  const [a, b] = [before.gene(gene, minStars), after.gene(gene, minStars)];
  return (
    a.pathogenicMissense === b.pathogenicMissense &&
    a.pathogenicTruncating === b.pathogenicTruncating &&
    a.benignMissense === b.benignMissense
  );
}

/** Place of the first that is `pos` or behind it. */
function firstFrom(sorted: readonly number[], pos: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < pos) low = middle + 1;
    else high = middle;
  }
  return low;
}
