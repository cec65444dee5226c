import { Option } from 'commander';
import { verdictsOn } from '../../app/row-text.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural } from '../format.ts';
import { findStoredFile, wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { createRowOutput, ROW_FORMATS, type RowFormat } from '../row-output.ts';

interface QueryFlags {
  readonly output?: RowFormat;
  readonly limit?: number;
  readonly cursor?: string;
  readonly file?: string;
}

const TABLE_LIMIT = 50;
/** Rows fetched at a time; each page is one statement. */
const PAGE_ROWS = 1000;

const EXAMPLES = `
Examples:
  vcf-agent query "gene=BRCA1 and af<0.001 and clinsig~pathogenic"
  vcf-agent query chr17:43044295-43125483
  vcf-agent query "(impact=HIGH or cadd>=20) and not filter=PASS" -o tsv > hits.tsv
  vcf-agent query "info.DP>30 and stars>=2" -o ndjson | jq .key
  vcf-agent query "carrier=NA12878 and clinsig~pathogenic" -o vcf | bcftools view

Filter language:
  fields        gene consequence impact transcript hgvs hgvs_c hgvs_p clinsig stars condition af cadd revel spliceai
                class (P, LP, VUS, LB, B) and points of kept verdicts
                key chrom pos id ref alt qual filter, info.KEY for any INFO key, carrier for who carries it
  comparisons   = != < <= > >=   ~ contains, without case   !~ does not
  together      and  or  not  ( )
  regions       chr17   chr17:43044295   chr17:43044295-43125483
docs/filter-language.md has it in full.
`;

export function addQuery({ program, run }: Registry): void {
  program
    .command('query')
    .summary('find variants with a filter')
    .description('Finds stored variants with a filter of fields, comparisons, and/or/not and regions. No filter: all.')
    .argument('[filter...]', 'for example "gene=BRCA1 and af<0.001"')
    .addOption(
      new Option('-o, --output <format>', 'how rows are printed (default: table; ndjson with --json)').choices(
        ROW_FORMATS,
      ),
    )
    .option(
      '-n, --limit <rows>',
      `most rows printed, 0 for all (default: ${TABLE_LIMIT} in a table, else all)`,
      wholeNumber(0),
    )
    .option('--cursor <cursor>', 'go on after the rows that an earlier query printed')
    .option('--file <file>', 'only from this stored file (name, number or digest)')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => query(context, args.join(' '), options as QueryFlags)));
}

async function query(context: Context, text: string, flags: QueryFlags): Promise<number> {
  const filter = text.trim() === '' ? undefined : parseFilter(text);
  const format = flags.output ?? (context.options.json ? 'ndjson' : 'table');
  const limit = flags.limit ?? (format === 'table' ? TABLE_LIMIT : 0);
  return context.withApp(async (app) => {
    const stored = await app.store.files(app.tenant);
    const files = flags.file === undefined ? stored : [findStoredFile(stored, flags.file)];
    const fileId = flags.file === undefined ? undefined : files[0]?.fileId;
    const output = await createRowOutput(context, format, files);
    let cursor = flags.cursor;
    let printed = 0;
    do {
      const wanted = limit === 0 ? PAGE_ROWS : Math.min(PAGE_ROWS, limit - printed);
      const page = await app.store.query(filter, {
        tenant: app.tenant,
        limit: wanted,
        cursor,
        fileId,
        signal: context.signal,
      });
      // VCF has no place for them.
      const judged = format === 'vcf' ? [] : page.rows;
      const verdicts = await verdictsOn(app.store, judged, { tenant: app.tenant, signal: context.signal });
      await output.rows(page.rows, verdicts);
      printed += page.rows.length;
      cursor = page.cursor;
    } while (cursor !== undefined && (limit === 0 || printed < limit));
    await output.end();
    sayHowMany(context, printed, cursor, stored.length);
    return EXIT.ok;
  });
}

function sayHowMany(context: Context, printed: number, cursor: string | undefined, files: number): void {
  const { dim, cyan } = context.noteStyle;
  if (files === 0) {
    context.note('No file is stored yet. `vcf-agent ingest <file>` stores one, `vcf-agent demo` shows how it looks.');
  } else if (cursor !== undefined) {
    context.note(
      `${dim(`${plural(printed, 'variant')}, and there are more. Go on with`)} ${cyan(`--cursor ${cursor}`)}`,
    );
  } else context.note(dim(printed === 0 ? 'No variant matches.' : plural(printed, 'variant')));
}
