import type { Filter } from '../core/filter.ts';
import type { StoredFile, VariantRow, VariantStore } from '../core/ports.ts';
import type { KeptVerdict } from '../core/verdicts.ts';
import type { Header } from '../vcf/header/model.ts';
import { headersOf, vcfHeaderOf } from './file-headers.ts';
import { rowJson, rowTsv, rowVcf, TSV_COLUMNS } from './rows.ts';

export type RowTextFormat = 'ndjson' | 'tsv' | 'vcf';

export interface RowTextOptions {
  readonly tenant: string;
  readonly format: RowTextFormat;
  /** Only of this file. */
  readonly fileId?: number | undefined;
  /** Most rows; undefined: all. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows of a page; each page is one statement. */
const PAGE_ROWS = 1_000;

/** A row as the API has it: as on the command line, with the id that it has in the database. */
function rowObject(row: VariantRow, header: Header): Record<string, unknown> {
  return { rowId: String(row.id), ...rowJson(row, header) };
}

/** `files`: all of the tenant. */
export function rowObjects(rows: readonly VariantRow[], files: readonly StoredFile[]): Record<string, unknown>[] {
  const header = headersOf(files);
  return rows.map((row) => rowObject(row, header(row.fileId)));
}

/** What matches a filter as text, a page at a time, for as long as somebody reads. `files`: all of the tenant. */
export async function* rowText(
  store: Pick<VariantStore, 'query' | 'verdicts'>,
  filter: Filter | undefined,
  files: readonly StoredFile[],
  options: RowTextOptions,
): AsyncGenerator<string> {
  const { format, fileId, limit = Number.POSITIVE_INFINITY } = options;
  const own = fileId === undefined ? files : files.filter((file) => file.fileId === fileId);
  const header = headersOf(files);
  const lineOf: Record<RowTextFormat, (row: VariantRow, verdict: KeptVerdict | undefined) => string> = {
    ndjson: (row) => JSON.stringify(rowObject(row, header(row.fileId))),
    tsv: rowTsv,
    vcf: (row) => rowVcf(row, own.length === 1),
  };
  if (format === 'tsv') yield `${TSV_COLUMNS.join('\t')}\n`;
  if (format === 'vcf') yield Buffer.from(vcfHeaderOf(own)).toString();
  let { cursor } = options;
  let left = limit;
  do {
    const { tenant, signal } = options;
    const page = await store.query(filter, { tenant, fileId, cursor, signal, limit: Math.min(PAGE_ROWS, left) });
    left -= page.rows.length;
    cursor = page.cursor;
    const verdicts = format === 'tsv' ? await verdictsOn(store, page.rows, { tenant, signal }) : undefined;
    yield page.rows.map((row) => `${lineOf[format](row, verdicts?.get(row.id))}\n`).join('');
  } while (cursor !== undefined && left > 0);
}

/** What is kept of the rows' verdicts, by their ids. */
export async function verdictsOn(
  store: Pick<VariantStore, 'verdicts'>,
  rows: readonly VariantRow[],
  { tenant, signal }: Pick<RowTextOptions, 'tenant' | 'signal'>,
): Promise<ReadonlyMap<bigint, KeptVerdict>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map(({ id }) => id);
  const found = await store.verdicts.query(tenant, { ids, limit: rows.length, signal });
  return new Map(found.map((verdict) => [verdict.id, verdict]));
}
