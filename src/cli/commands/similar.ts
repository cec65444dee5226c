import type { SimilarVariant } from '../../app/similar.ts';
import { parseVariantName } from '../../app/variant-name.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withFollowing } from '../follow-options.ts';
import { printable } from '../format.ts';
import { foundColumns } from '../found-table.ts';
import { wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { renderTable } from '../table.ts';
import { search } from './search.ts';

interface SimilarFlags {
  readonly filter?: string;
  readonly limit: number;
  readonly explain?: boolean;
}

const EXAMPLES = `
Similar is what agrees in consequence, impact, frequency, scores, clinical significance, gene and type; the same vectors, whoever
asks: docs/similarity.md has every dimension. Text that names no variant is looked for by its meaning, as \`search\` does.

Examples:
  vcf-agent similar rs80357906
  vcf-agent similar 17-43057062-T-TG --explain -n 3        what each feature adds
  vcf-agent similar rs80357906 --filter "not gene=BRCA1 and clinsig~pathogenic"
  vcf-agent similar "loss of function in a tumour suppressor"
`;

export function addSimilar({ program, run }: Registry): void {
  program
    .command('similar')
    .summary('variants that are like one variant, or like some words')
    .description('Finds the stored variants whose annotations are most like those of one of them.')
    .argument('<variant...>', 'key, position, ID or HGVS; or words')
    .option('-f, --filter <filter>', 'what has to be true of them, as for query')
    .option('-n, --limit <variants>', 'most variants shown', wholeNumber(1), 10)
    .option('-e, --explain', 'show what each feature adds')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => similar(context, args.join(' '), options as unknown as SimilarFlags)));
}

async function similar(context: Context, name: string, flags: SimilarFlags): Promise<number> {
  const wanted = lookupOf(name);
  if (wanted === undefined) return search(context, name, { ...flags, byMeaning: true });
  const filter = flags.filter === undefined ? undefined : parseFilter(flags.filter);
  return context.withApp(async (app) => {
    const answer = await withFollowing(context, (options) =>
      app.similar(wanted.filter, {
        ...options,
        ...wanted,
        filter,
        limit: flags.limit,
        explain: flags.explain === true,
      }),
    );
    const { subject, hits } = answer;
    if (context.options.json) {
      for (const hit of hits) await context.printJson({ subject: subject.key, ...hit });
      return hits.length === 0 ? EXIT.failed : EXIT.ok;
    }
    const { bold, dim } = context.style;
    await context.print(`${dim('like')} ${bold(printable(subject.key))}  ${dim(printable(subject.description))}\n`);
    await printHits(context, hits);
    return hits.length === 0 ? EXIT.failed : EXIT.ok;
  });
}

/** Undefined for words that name no variant. */
function lookupOf(name: string): ReturnType<typeof parseVariantName> | undefined {
  try {
    return parseVariantName(name.trim());
  } catch (error) {
    if (error instanceof VcfAgentError && error.code === 'USAGE' && /\s/.test(name.trim())) return undefined;
    throw error;
  }
}

async function printHits(context: Context, hits: readonly SimilarVariant[]): Promise<void> {
  const { style, width } = context;
  if (hits.length === 0) context.note('No other variant is stored that the filter accepts.');
  else {
    const similarity = { title: 'similarity', value: (hit: SimilarVariant) => hit.similarity.toFixed(3) };
    const columns = [{ ...similarity, align: 'right' as const }, ...foundColumns(style)];
    for (const line of renderTable(hits, columns, { style, width })) await context.print(line);
  }
  for (const { key, features = [] } of hits) {
    if (features.length === 0) continue;
    await context.print(`\n${style.bold(printable(key))}`);
    const columns = [
      { title: 'feature', value: ({ name }: (typeof features)[number]) => name },
      { title: 'adds', value: ({ share }: (typeof features)[number]) => share.toFixed(3), align: 'right' as const },
      { title: 'of', value: ({ weight }: (typeof features)[number]) => weight.toFixed(2), align: 'right' as const },
      { title: 'here', value: ({ subject }: (typeof features)[number]) => printable(subject), maxWidth: 30 },
      { title: 'there', value: ({ hit }: (typeof features)[number]) => printable(hit), maxWidth: 30 },
    ];
    for (const line of renderTable(features, columns, { style, width })) await context.print(line);
  }
}
