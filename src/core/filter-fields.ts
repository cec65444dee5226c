import { ANNOTATION_COLUMNS } from './annotation.ts';

export type FilterFieldType = 'text' | 'number' | 'integer';

/** Every column a filter can name, with what it is compared with. INFO keys and carriers come besides. */
export const FILTER_FIELDS: ReadonlyMap<string, FilterFieldType> = new Map<string, FilterFieldType>([
  ['chrom', 'text'],
  ['pos', 'integer'],
  ['id', 'text'],
  ['ref', 'text'],
  ['alt', 'text'],
  ['qual', 'number'],
  ['filter', 'text'],
  // Of a kept verdict: the class that counts, and the points.
  ['class', 'text'],
  ['points', 'integer'],
  ...ANNOTATION_COLUMNS.map(({ name, type }): [string, FilterFieldType] => {
    if (type === 'real') return [name, 'number'];
    return [name, type === 'smallint' ? 'integer' : 'text'];
  }),
]);

/** Other names people type. */
export const FILTER_ALIASES: ReadonlyMap<string, string> = new Map([
  ['chr', 'chrom'],
  ['contig', 'chrom'],
  ['position', 'pos'],
  ['rsid', 'id'],
  ['reference', 'ref'],
  ['alternate', 'alt'],
  ['quality', 'qual'],
  ['symbol', 'gene'],
  ['gene_symbol', 'gene'],
  ['genes', 'gene'],
  ['csq', 'consequence'],
  ['effect', 'consequence'],
  ['feature', 'transcript'],
  ['hgvsc', 'hgvs_c'],
  ['hgvsp', 'hgvs_p'],
  ['clin_sig', 'clinsig'],
  ['clnsig', 'clinsig'],
  ['significance', 'clinsig'],
  ['review_stars', 'stars'],
  ['clndn', 'condition'],
  ['disease', 'condition'],
  ['gnomad_af', 'af'],
  ['cadd_phred', 'cadd'],
  ['splice_ai', 'spliceai'],
  ['sample', 'carrier'],
]);

/** Names that stand for more than one column, or for none of them. */
export const SPECIAL_FIELDS: readonly string[] = ['carrier', 'hgvs', 'key'];

/** The known name nearest to a mistyped one, when it is near enough to be meant. */
export function nearestField(name: string): string | undefined {
  const known = [...FILTER_FIELDS.keys(), ...FILTER_ALIASES.keys(), ...SPECIAL_FIELDS];
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Number.POSITIVE_INFINITY;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, replaced);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && i > 1 && j > 1) best = Math.min(best, older[j - 2]! + 1);
      current.push(best);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length]!;
}
