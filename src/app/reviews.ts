import { assemblyOf } from '../analysis/acmg/assembly.ts';
import { bareChromosome } from '../core/chromosome.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import type { StoredFile, VariantRow, VariantStore } from '../core/ports.ts';
import type { NewOverride, Override, PathogenicityClass, ReviewedVariant } from '../core/verdicts.ts';
import type { Header } from '../vcf/header/model.ts';
import { parseHeader } from '../vcf/header/parse.ts';

/** The assembly that overrides of a file's variants are of; empty where the file does not say. */
export function assemblyName(header: Header): string {
  return assemblyOf(header) ?? '';
}

/** The class that holds for each variant that has one, by its key. */
export async function reviewsOf(
  store: VariantStore,
  tenant: string,
  assembly: string,
): Promise<ReadonlyMap<string, PathogenicityClass>> {
  const reviews = new Map<string, PathogenicityClass>();
  for (const override of await store.verdicts.overrides(tenant)) {
    if (override.assembly !== assembly) continue;
    if (override.class === null) reviews.delete(override.key);
    else reviews.set(override.key, override.class);
  }
  return reviews;
}

/** The key of a reviewed variant: whatever its file calls the chromosome. */
export function keyOfReview({
  chrom,
  pos,
  ref,
  alt,
}: Pick<VariantRow, 'chrom' | 'pos' | 'ref' | 'alt'>): ReviewedVariant['key'] {
  return `${bareChromosome(chrom)}:${pos}:${ref}:${alt}`;
}

/**
 * The one variant that rows of some files are. Throws NOT_FOUND for none, OPTION_CONFLICT for rows of several variants, or of
 * files of several assemblies, where one key is not one variant.
 */
export function reviewedVariant(rows: readonly VariantRow[], files: readonly StoredFile[]): ReviewedVariant {
  const found = new Map<string, ReviewedVariant>();
  for (const row of rows) {
    const file = files.find(({ fileId }) => fileId === row.fileId);
    if (file === undefined) continue;
    const variant = { key: keyOfReview(row), assembly: assemblyName(parseHeader(file.header).header) };
    found.set(`${variant.key} ${variant.assembly}`.trim(), variant);
  }
  const [first, second] = found.values();
  if (first === undefined) throw new VcfAgentError('NOT_FOUND', 'no stored variant is meant');
  if (second === undefined) return first;
  const names = [...found.keys()].slice(0, 5).join(', ');
  throw new VcfAgentError('OPTION_CONFLICT', `several variants are meant (${names}): give one key, or the file`);
}

/** Most files that a variant is looked for in. */
const MOST_ROWS = 100_000;

/** Adds an entry to the history of a variant; its verdicts in every file show it at once. Throws USAGE for texts out of bounds. */
export async function review(
  store: VariantStore,
  tenant: string,
  variant: ReviewedVariant,
  entry: Pick<NewOverride, 'class' | 'comment' | 'reviewer'>,
): Promise<Override> {
  const [chrom = '', pos = '', ref = '', ...alt] = variant.key.split(':');
  const parts = { chrom, pos, ref, alt: alt.join(':') };
  const terms = Object.entries(parts).map(([name, value]): Filter => {
    return { kind: 'compare', field: { kind: 'column', name }, op: '=', value };
  });
  const { rows } = await store.query({ kind: 'and', terms }, { tenant, limit: MOST_ROWS });
  const files = await store.files(tenant);
  const assemblies = new Map(files.map((file) => [file.fileId, assemblyName(parseHeader(file.header).header)]));
  const meant = rows.filter(({ fileId }) => assemblies.get(fileId) === variant.assembly);
  return await store.verdicts.addOverride(
    tenant,
    { ...entry, ...variant },
    meant.map(({ id }) => id),
  );
}
