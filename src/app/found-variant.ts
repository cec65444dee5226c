import type { FoundRow } from '../stores/lancedb/questions.ts';

/** A variant as similar and search give it back. */
export interface FoundVariant {
  readonly rowId: bigint;
  readonly fileId: number;
  /** `chrom:pos:ref:alt`, as stored. */
  readonly key: string;
  /** Column ID of the file. */
  readonly variantId: string;
  readonly gene: string | null;
  readonly consequence: string | null;
  readonly clinsig: string | null;
  /** Of the population. */
  readonly af: number | null;
  readonly description: string;
}

export function foundVariant(row: FoundRow): FoundVariant {
  const { id, fileId, variantId, gene, consequence, clinsig, af, description } = row;
  return { rowId: id, fileId, key: keyOf(row), variantId, gene, consequence, clinsig, af, description };
}

/** The same allele has one key, whatever file wrote it; `chr` is no difference. */
export function keyOf({ chrom, pos, ref, alt }: FoundRow): string {
  return `${chrom}:${pos}:${ref}:${alt}`;
}

/** One row for each allele: several files may have it. */
export function distinct(rows: readonly FoundRow[]): readonly FoundRow[] {
  const known = new Map<string, FoundRow>();
  for (const row of rows) {
    const key = keyOf(row).replace(/^chr/i, '');
    if (!known.has(key)) known.set(key, row);
  }
  return [...known.values()];
}
