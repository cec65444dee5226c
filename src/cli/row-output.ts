import { headersOf, vcfHeaderOf } from '../app/file-headers.ts';
import { rowJson, rowTsv, rowVcf, TSV_COLUMNS } from '../app/rows.ts';
import type { StoredFile, VariantRow } from '../core/ports.ts';
import type { KeptVerdict } from '../core/verdicts.ts';
import type { Context } from './context.ts';
import { verdictSummary } from './judgement-card.ts';
import { variantColumns } from './row-table.ts';
import { renderTable } from './table.ts';

export const ROW_FORMATS = ['table', 'tsv', 'json', 'ndjson', 'vcf'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** Verdicts that are kept, by row id. */
type KeptVerdicts = ReadonlyMap<bigint, KeptVerdict>;

/** Takes the rows of a query a page at a time. */
export interface RowOutput {
  rows(rows: readonly VariantRow[], verdicts: KeptVerdicts): Promise<void>;
  end(): Promise<void>;
}

/** `files`: those that the rows may come from; their headers type INFO and describe the VCF. */
export async function createRowOutput(
  context: Context,
  format: RowFormat,
  files: readonly StoredFile[],
): Promise<RowOutput> {
  if (format === 'table') return tableOutput(context, files);
  if (format === 'tsv') return tsvOutput(context);
  if (format === 'vcf') return vcfOutput(context, files);
  return jsonOutput(context, files, format === 'json');
}

/** A table is printed whole, because its columns are as wide as their widest value. */
function tableOutput(context: Context, files: readonly StoredFile[]): RowOutput {
  const all: VariantRow[] = [];
  const known = new Map<bigint, KeptVerdict>();
  return {
    async rows(rows, verdicts) {
      all.push(...rows);
      for (const [id, verdict] of verdicts) known.set(id, verdict);
    },
    async end() {
      if (all.length > 0)
        await context.print(
          renderTable(all, variantColumns(context.style, files.length > 1, known), context).join('\n'),
        );
    },
  };
}

function tsvOutput(context: Context): RowOutput {
  let titled = false;
  return {
    async rows(rows, verdicts) {
      const lines = rows.map((row) => rowTsv(row, verdicts.get(row.id)));
      if (!titled) lines.unshift(TSV_COLUMNS.join('\t'));
      titled = true;
      if (lines.length > 0) await context.print(lines.join('\n'));
    },
    async end() {},
  };
}

function jsonOutput(context: Context, files: readonly StoredFile[], asArray: boolean): RowOutput {
  const header = headersOf(files);
  let count = 0;
  return {
    async rows(rows, verdicts) {
      const texts = rows.map((row) => {
        const verdict = verdicts.get(row.id);
        const judged = verdict === undefined ? {} : { verdict: verdictSummary(verdict) };
        return JSON.stringify({ ...rowJson(row, header(row.fileId)), ...judged });
      });
      if (texts.length === 0) return;
      const opening = asArray ? (count === 0 ? '[\n' : ',\n') : '';
      await context.printRaw(opening + texts.join(asArray ? ',\n' : '\n') + (asArray ? '' : '\n'));
      count += texts.length;
    },
    async end() {
      if (asArray) await context.printRaw(count === 0 ? '[]\n' : '\n]\n');
    },
  };
}

/** Rows of one file keep their samples; rows of several have no sample columns in common. */
async function vcfOutput(context: Context, files: readonly StoredFile[]): Promise<RowOutput> {
  const { createVcfWriter } = await import('../vcf/writer/vcf-writer.ts');
  const isOneFile = files.length === 1;
  const header = vcfHeaderOf(files);
  const writer = createVcfWriter(context.stdout, { header, compression: 'none' });
  return {
    async rows(rows) {
      for (const row of rows) await writer.writeLine(rowVcf(row, isOneFile));
    },
    end: () => writer.close(),
  };
}
