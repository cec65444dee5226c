import type { Reference } from '../../src/vcf/reference.ts';

/** A reference of these sequences, as openReference gives them: upper case, N for what is no base. */
export function referenceOf(sequences: Readonly<Record<string, string>>): Reference {
  const contigs = new Map(
    Object.entries(sequences).map(([name, sequence]) => {
      const bases = Buffer.from(sequence.toUpperCase().replace(/[^ACGT]/g, 'N'));
      return [name, { name, length: bases.length, baseAt: (position: number) => bases[position] ?? 0 }];
    }),
  );
  return {
    path: 'memory',
    digest: '',
    contig: (name) => contigs.get(name),
    close() {},
    [Symbol.dispose]() {},
  };
}
