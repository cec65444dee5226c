import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../app/app.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printSummary } from '../ingest-summary.ts';
import type { Registry } from '../program.ts';
import { createRowOutput } from '../row-output.ts';
import { ingestOne } from './ingest.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', '..', 'data', 'trio.vcf.gz');
const ROWS_SHOWN = 8;

const QUERIES: readonly (readonly [question: string, filter: string])[] = [
  ['What does the child carry that is known to cause disease?', 'carrier=child and clinsig~pathogenic'],
  [
    'What is new in the child: in neither parent, rare or never seen?',
    'carrier=child and not carrier=mother and not carrier=father and not af>=0.001 and filter=PASS',
  ],
  ['What does the child carry in BRCA1?', 'chr17:43044295-43125483 and carrier=child'],
];

const EXAMPLES = `
Examples:
  vcf-agent demo
  npm start                  the same, installing what it needs first
`;

export function addDemo({ program, run }: Registry): void {
  program
    .command('demo')
    .summary('ingest the bundled trio and ask it three questions')
    .description('Ingests the bundled annotated trio, prints its receipt, and asks it three questions.')
    .addHelpText('after', EXAMPLES)
    .action(run(demo));
}

async function demo(context: Context): Promise<number> {
  if (!existsSync(SAMPLE))
    throw new VcfAgentError('INPUT_NOT_FOUND', `the bundled sample ${SAMPLE} is missing: run \`npm run sample\``);
  const { dim } = context.noteStyle;
  context.note(dim('Starting the database (the first time it is made, which takes a few seconds) …'));
  return context.withApp(async (app) => {
    const summary = await app.ingesting(
      (ingestion) => ingestOne(context, ingestion, SAMPLE, { split: 'bcftools', resume: true }),
      { signal: context.signal },
    );
    await printSummary(context, summary);
    for (const [question, filter] of QUERIES) await ask(context, app, question, filter);
    if (!context.options.json) await printNext(context);
    return summary.receipt.rejected > 0 || summary.receipt.truncated ? EXIT.partial : EXIT.ok;
  });
}

async function ask(context: Context, app: App, question: string, text: string): Promise<void> {
  const files = await app.store.files(app.tenant);
  const page = await app.store.query(parseFilter(text), {
    tenant: app.tenant,
    limit: ROWS_SHOWN,
    signal: context.signal,
  });
  const { bold, cyan, dim } = context.style;
  if (!context.options.json)
    await context.print(`\n${bold(question)}\n${dim('$')} ${cyan(`npx vcf-agent query "${text}"`)}\n`);
  const output = await createRowOutput(context, context.options.json ? 'ndjson' : 'table', files);
  await output.rows(page.rows, new Map());
  await output.end();
  if (context.options.json) return;
  if (page.rows.length === 0) await context.print(dim('No variant matches.'));
  else if (page.cursor !== undefined) await context.print(dim('…'));
}

async function printNext(context: Context): Promise<void> {
  const { bold, cyan, dim } = context.style;
  const next: readonly (readonly [command: string, why: string])[] = [
    ['npx vcf-agent get rs113993960', 'everything known about one variant'],
    ['npx vcf-agent ingest your.vcf.gz', 'your own file'],
    ['npx vcf-agent prove', 'recompute every digest from the rows'],
    ['npx vcf-agent --help', 'everything else'],
  ];
  const lines = next.map(([command, why]) => `  ${cyan(command.padEnd(36))} ${dim(why)}`);
  await context.print(`\n${bold('Next')}\n${lines.join('\n')}`);
}
