/** What the text of a GT says. */
export interface Genotype {
  /** Number of allele values; 0 for a lone `.`, which some tools write for any ploidy. */
  readonly ploidy: number;
  /** Highest allele number named; -1 when all are missing. */
  readonly highest: number;
}

const GENOTYPE = /^(?:\.|[0-9]+)(?:[/|](?:\.|[0-9]+))*$/;
const MAX_KNOWN = 10_000;

/**
 * Reader of GT: allele numbers or `.`, separated by `/` or `|` (4.1 §1.4.2); from 4.4 on each has its own mark, the first
 * one optional (4.4 §1.6.2). Gives undefined for anything else.
 */
export function genotypeReader(minor: number): (text: string) => Genotype | undefined {
  const known = new Map<string, Genotype>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const alleles = minor >= 4 && /^[/|]/.test(text) ? text.slice(1) : text;
    if (!GENOTYPE.test(alleles)) return undefined;
    const values = alleles.split(/[/|]/);
    const highest = values.reduce((most, value) => (value === '.' ? most : Math.max(most, Number(value))), -1);
    const genotype = { ploidy: alleles === '.' ? 0 : values.length, highest };
    if (known.size < MAX_KNOWN) known.set(text, genotype);
    return genotype;
  };
}
