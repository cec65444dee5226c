const BASES = 'TCAG';
/** The standard genetic code, codons in the order TTT, TTC, TTA, TTG, TCT, …: NCBI translation table 1. */
const AMINO_ACIDS = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';
const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' };

/** One-letter amino acid of a codon (`*` for a stop); undefined when it is none. */
export function translate(codon: string): string | undefined {
  let place = 0;
  for (const base of codon) {
    const digit = BASES.indexOf(base);
    if (digit < 0) return undefined;
    place = place * 4 + digit;
  }
  return codon.length === 3 ? AMINO_ACIDS[place] : undefined;
}

/** A substitution of one base as VEP's Codons and STRAND tell it, laid over the genome. */
export interface CodonChange {
  /** Reference codon, on the transcript's strand. */
  readonly codon: string;
  readonly from: string;
  readonly to: string;
  /** Genomic position of each base of the codon, provided that no intron cuts it: who uses one compares its base. */
  readonly positions: readonly number[];
  readonly strand: 1 | -1;
}

/** Undefined when `codons` (`aCg/aTg`) is no substitution of one base: an indel, several bases, a codon cut off at the transcript's end. */
export function codonChange(codons: string, strand: 1 | -1, pos: number): CodonChange | undefined {
  const [before = '', after = ''] = codons.split('/');
  if (before.length !== 3 || after.length !== 3) return undefined;
  const changed = before.search(/[A-Z]/);
  const codon = before.toUpperCase();
  const from = translate(codon);
  const to = translate(after.toUpperCase());
  if (from === undefined || to === undefined || /[A-Z]/.test(before.slice(changed + 1))) return undefined;
  return { codon, from, to, strand, positions: [0, 1, 2].map((place) => pos + strand * (place - changed)) };
}

/** The amino acid when the base at `place` of the codon is replaced; undefined when the genome has another base there: an intron cuts the codon. */
export function replaced({ codon, strand }: CodonChange, place: number, ref: string, alt: string): string | undefined {
  const here = strand === 1 ? ref : COMPLEMENT[ref];
  const there = strand === 1 ? alt : COMPLEMENT[alt];
  if (here !== codon[place] || there === undefined) return undefined;
  return translate(codon.slice(0, place) + there + codon.slice(place + 1));
}
