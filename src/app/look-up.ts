import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Carrier, StoredFile, VariantRow, VariantStore } from '../core/ports.ts';
import { parseHeader } from '../vcf/header/parse.ts';
import { rowJson } from './rows.ts';
import { parseVariantName } from './variant-name.ts';

/** A stored variant with the file it came from and who carries it there. */
export interface FoundVariant {
  readonly row: VariantRow;
  readonly file: StoredFile;
  readonly carriers: readonly Carrier[];
}

export interface LookUpOptions extends Cancellable {
  readonly tenant: string;
  /** Most rows looked at. */
  readonly limit: number;
}

/**
 * Every stored variant that a person means by a key, a position, an ID or HGVS: one a file that has it. Throws USAGE for what
 * names no variant, NOT_FOUND when none is stored.
 */
export async function lookUpVariant(
  store: VariantStore,
  name: string,
  { tenant, limit, signal }: LookUpOptions,
): Promise<readonly FoundVariant[]> {
  const { filter, matches } = parseVariantName(name);
  const page = await store.query(filter, { tenant, limit, signal });
  const rows = page.rows.filter(matches);
  if (rows.length === 0) {
    throw new VcfAgentError('NOT_FOUND', `no stored variant is ${name}`, { context: { variant: name } });
  }
  const files = new Map((await store.files(tenant)).map((file) => [file.fileId, file]));
  const carriers = await store.carriers(
    tenant,
    rows.map(({ id }) => id),
    { signal },
  );
  return rows.flatMap((row) => {
    const file = files.get(row.fileId);
    return file === undefined ? [] : [{ row, file, carriers: carriers.filter(({ rowId }) => rowId === row.id) }];
  });
}

export interface Genotype {
  readonly sample: string;
  /** Every FORMAT key with its value as written; a value that the file left out is `.`. */
  readonly values: Readonly<Record<string, string>>;
}

/** Every sample's FORMAT values. */
export function genotypesOf(row: VariantRow, file: StoredFile): Genotype[] {
  if (row.format === null || row.samples === null) return [];
  const keys = row.format.split(':');
  const columns = row.samples.split('\t');
  return file.sampleNames.map((sample, index) => {
    const values = (columns[index] ?? '.').split(':');
    return { sample, values: Object.fromEntries(keys.map((key, position) => [key, values[position] ?? '.'])) };
  });
}

/** Everything known about one stored variant, as JSON. */
export function variantJson({ row, file, carriers }: FoundVariant): Record<string, unknown> {
  const { header } = parseHeader(file.header);
  return {
    ...rowJson(row, header),
    fileName: file.name,
    carriers: carriers.map(({ sample, genotype }) => ({ sample, genotype })),
    genotypes: Object.fromEntries(genotypesOf(row, file).map(({ sample, values }) => [sample, values])),
  };
}
