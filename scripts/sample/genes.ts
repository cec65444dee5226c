import { CONTIGS } from './genome.ts';
import type { SeededRandom } from './random.ts';

/** A gene that does not exist. */
export interface SyntheticGene {
  readonly symbol: string;
  readonly id: string;
  readonly chrom: string;
  readonly start: number;
  readonly end: number;
  readonly strand: '1' | '-1';
  readonly exons: number;
  readonly transcripts: readonly SyntheticTranscript[];
}

export interface SyntheticTranscript {
  readonly id: string;
  readonly protein: string;
  readonly biotype: string;
  /** Empty but for the gene's one preferred transcript. */
  readonly mane: string;
}

const BASES_PER_GENE = 5_000_000;

/** Genes spread over the contigs, named SYNG… so that nobody takes them for real ones. */
export function syntheticGenes(random: SeededRandom): readonly SyntheticGene[] {
  const genes: SyntheticGene[] = [];
  for (const [chrom, length] of CONTIGS) {
    for (let start = 3_000_000; start < length - 3_000_000; start += BASES_PER_GENE) {
      const number = String(genes.length + 1).padStart(5, '0');
      const from = start + random.between(0, BASES_PER_GENE / 2);
      const preferred = random.between(0, 1);
      const count = random.weighted([
        [1, 4],
        [2, 3],
        [3, 2],
        [4, 1],
      ]);
      genes.push({
        symbol: `SYNG${number}`,
        id: `SYNG${number}.1`,
        chrom,
        start: from,
        end: from + random.between(8_000, 250_000),
        strand: random.chance(0.5) ? '1' : '-1',
        exons: random.between(3, 40),
        transcripts: Array.from({ length: count }, (_, i) => ({
          id: `SYNT${number}${i + 1}.1`,
          protein: `SYNP${number}${i + 1}.1`,
          biotype: i < 2 ? 'protein_coding' : random.pick(['nonsense_mediated_decay', 'retained_intron']),
          mane: i === Math.min(preferred, count - 1) ? `SYNM${number}.1` : '',
        })),
      });
    }
  }
  return genes;
}
