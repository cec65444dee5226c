import { createHash } from 'node:crypto';
import { bareChromosome } from './chromosome.ts';

/**
 * Lengths of the human chromosomes in megabases (GRCh38, rounded): a measure of how many variants come from each. They are
 * part of what decides a partition: changing one moves keys, and with them the order of what is already in a log.
 */
const CHROMOSOME_MB: readonly (readonly [name: string, length: number])[] = [
  ['1', 248],
  ['2', 242],
  ['3', 198],
  ['4', 190],
  ['5', 182],
  ['6', 171],
  ['7', 159],
  ['X', 156],
  ['8', 145],
  ['9', 138],
  ['11', 135],
  ['10', 134],
  ['12', 133],
  ['13', 114],
  ['14', 107],
  ['15', 102],
  ['16', 90],
  ['17', 83],
  ['18', 80],
  ['20', 64],
  ['19', 59],
  ['Y', 57],
  ['22', 51],
  ['21', 47],
  ['MT', 0],
];

const placements = new Map<number, ReadonlyMap<string, number>>();

/**
 * The partition of a key (a contig name), from 0 to `partitions - 1` (at least 1): one function for every platform, so that
 * a source lies in the same partitions wherever it is sent. The chromosomes 1 to 22, X, Y and MT (M), with or without `chr`,
 * are placed so that the partitions carry about the same share of a genome; every other name is hashed.
 */
export function partitionOf(key: string, partitions: number): number {
  const name = bareChromosome(key).toUpperCase();
  const placed = placementIn(partitions).get(name === 'M' ? 'MT' : name);
  return placed ?? createHash('sha256').update(key).digest().readUInt32LE(0) % partitions;
}

/** Longest first, each to the partition that has least so far. */
function placementIn(partitions: number): ReadonlyMap<string, number> {
  const known = placements.get(partitions);
  if (known !== undefined) return known;
  const loads = new Array<number>(partitions).fill(0);
  const placement = new Map<string, number>();
  for (const [name, length] of CHROMOSOME_MB) {
    const lightest = loads.indexOf(Math.min(...loads));
    loads[lightest]! += length;
    placement.set(name, lightest);
  }
  placements.set(partitions, placement);
  return placement;
}
