import type { SearchAnswer, SearchHit } from '../../app/search.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withFollowing } from '../follow-options.ts';
import { count } from '../format.ts';
import { foundColumns } from '../found-table.ts';
import { wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { renderTable } from '../table.ts';

export interface SearchFlags {
  readonly filter?: string;
  readonly limit: number;
  readonly byMeaning?: boolean;
}

const EXAMPLES = `
Words are looked for in what a file says of its variants: gene, change, consequence, significance, condition, IDs. Beside them
stands what means the same in other words, by text embeddings of what is rare and has an effect, or is reported. They are made
by a model on this machine (VCF_AGENT_EMBEDDINGS: local, ollama, openai or none), for two seconds a search;
\`vcf-agent rebuild lancedb --texts\` makes all of them at once. No sample name, file name or genotype is ever part of a text.

Examples:
  vcf-agent search hereditary breast cancer frameshift
  vcf-agent search "long qt" --filter "af<0.001 and not clinsig~benign"
  vcf-agent search CFTR --json | jq .key
`;

export function addSearch({ program, run }: Registry): void {
  program
    .command('search')
    .summary('variants by words and by what they mean')
    .description('Finds stored variants by the words of their descriptions and by their meaning.')
    .argument('<words...>', 'what to look for')
    .option('-f, --filter <filter>', 'what has to be true of them, as for query')
    .option('-n, --limit <variants>', 'most variants shown', wholeNumber(1), 20)
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => search(context, args.join(' '), options as unknown as SearchFlags)));
}

/** Also what `similar` does with words. */
export async function search(context: Context, words: string, flags: SearchFlags): Promise<number> {
  const filter = flags.filter === undefined ? undefined : parseFilter(flags.filter);
  const { limit, byMeaning } = flags;
  return context.withApp(async (app) => {
    const { hits, texts } = await withFollowing(context, (options) =>
      app.search(words, { ...options, filter, limit, byMeaning }),
    );
    if (context.options.json) for (const hit of hits) await context.printJson(hit);
    else if (hits.length > 0) await printHits(context, hits);
    if (hits.length === 0) context.note('Nothing that is stored has these words, or means the same.');
    sayWhatIsMissing(context, texts);
    return hits.length === 0 ? EXIT.failed : EXIT.ok;
  });
}

async function printHits(context: Context, hits: readonly SearchHit[]): Promise<void> {
  const { style, width } = context;
  const by = { title: 'found by', value: (hit: SearchHit) => hit.by.join(', ') };
  for (const line of renderTable(hits, [...foundColumns(style), by], { style, width })) await context.print(line);
}

function sayWhatIsMissing(context: Context, { missing, model }: SearchAnswer['texts']): void {
  if (missing === 0) return;
  const { dim, cyan } = context.noteStyle;
  const how = cyan('vcf-agent rebuild lancedb --texts');
  context.note(dim(`${count(missing)} descriptions have no embedding by ${model} yet. All at once: ${how}`));
}
