import { basename } from 'node:path';
import { Option } from 'commander';
import type { FileSummary } from '../../analysis/summary/summarise.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural, printable } from '../format.ts';
import { expandInputs } from '../inputs.ts';
import type { Registry } from '../program.ts';

interface SummaryFlags {
  readonly output?: 'text' | 'json' | 'html';
}

const EXAMPLES = `
Examples:
  vcf-agent summary trio.vcf.gz
  vcf-agent summary trio.vcf.gz -o html > trio.html          one page with plots; opens offline
  vcf-agent summary "cohort/*.vcf.gz" --json | jq .substitutions.ratio
  bcftools view -r chr17 big.bcf | vcf-agent summary -

Counts as \`bcftools stats -s -\` does where both count the same thing; docs/guide.md says where they differ.
Exits 3 when records could not be read or the file ended early: the rest is counted.
`;

export function addSummary({ program, run }: Registry): void {
  program
    .command('summary')
    .summary('count what a file holds')
    .description(
      'Counts what VCF or BCF files hold: variants, Ts/Tv, genotypes, quality, depth, frequency. Stores nothing.',
    )
    .argument('<file...>', 'files, quoted patterns, or - for standard input')
    .addOption(
      new Option('-o, --output <format>', 'text, json or html (default: text)').choices(['text', 'json', 'html']),
    )
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => summariseFiles(context, expandInputs(args), options as SummaryFlags)));
}

async function summariseFiles(context: Context, inputs: readonly string[], flags: SummaryFlags): Promise<number> {
  const output = flags.output ?? (context.options.json ? 'json' : 'text');
  if (output === 'html' && context.options.json)
    throw new VcfAgentError('OPTION_CONFLICT', '--json and -o html exclude each other');
  if (output === 'html' && inputs.length > 1) {
    throw new VcfAgentError('OPTION_CONFLICT', `one page is of one file, not of ${inputs.length}`);
  }
  let isPartial = false;
  for (const [index, input] of inputs.entries()) {
    const file = await summarise(context, input);
    isPartial ||= file.rejected > 0 || file.truncation !== undefined;
    if (output === 'json') await printObject(context, input, file);
    else if (output === 'html') await printPage(context, input, file);
    else await printText(context, input, file, index > 0);
  }
  return isPartial ? EXIT.partial : EXIT.ok;
}

async function summarise(context: Context, input: string): Promise<FileSummary> {
  const { summariseFile } = await import('../../analysis/summary/summarise.ts');
  const { config } = await context.config();
  const progress = context.progress(nameOf(input));
  try {
    return await summariseFile(input, {
      signal: context.signal,
      limits: { lineBytes: config.limits.lineBytes },
      onProgress: ({ bytesRead, totalBytes, records }) =>
        progress.update({
          phase: 'summary',
          bytesRead,
          totalBytes,
          recordsRead: records,
          variantsSent: 0,
          variantsApplied: records,
        }),
    });
  } finally {
    progress.finish();
  }
}

async function printObject(context: Context, input: string, { summary, ...facts }: FileSummary): Promise<void> {
  await context.printJson({ file: input, ...facts, ...summary });
}

async function printText(context: Context, input: string, file: FileSummary, follows: boolean): Promise<void> {
  const { renderSummaryText } = await import('../summary-text.ts');
  const { bold, dim, yellow } = context.style;
  if (follows) await context.print('');
  await context.print(`${bold(printable(nameOf(input)))}  ${dim(aboutOf(file))}`);
  for (const remark of remarksOf(file)) await context.print(yellow(`! ${printable(remark)}`));
  await context.print(`\n${renderSummaryText(file.summary, context)}`);
}

async function printPage(context: Context, input: string, file: FileSummary): Promise<void> {
  const { renderHtml } = await import('../../analysis/summary/html.ts');
  const facts = { name: nameOf(input), about: aboutOf(file), remarks: remarksOf(file) };
  await context.printRaw(renderHtml(file.summary, facts));
}

function nameOf(input: string): string {
  return input === '-' ? 'stdin' : basename(input);
}

function aboutOf({ kind, version, container, summary }: FileSummary): string {
  const { records } = summary.sites;
  return `${kind.toUpperCase()} ${version}, ${container}, ${plural(summary.samples.length, 'sample')}, ${plural(records, 'record')}`;
}

/** What was not counted, and why. */
function remarksOf({ rejected, rejectedByCode, truncation }: FileSummary): string[] {
  const codes = Object.entries(rejectedByCode).map(([code, times]) => `${code} × ${count(times)}`);
  return [
    ...(rejected > 0 ? [`${plural(rejected, 'record')} could not be read: ${codes.join(', ')}`] : []),
    ...(truncation === undefined ? [] : [`ended early: ${truncation.code}: ${truncation.message}`]),
  ];
}
