import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Comparison } from '../../analysis/compare/comparison.ts';
import type { CompareFilesOptions, CompareInput } from '../../app/compare.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, printable } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import type { Registry } from '../program.ts';

interface CompareFlags {
  readonly samples?: readonly [string, string];
  readonly reference?: string;
  readonly writeTo?: string;
  readonly output?: 'text' | 'json' | 'html';
}

const EXAMPLES = `
Examples:
  vcf-agent compare old.vcf.gz new.vcf.gz
  vcf-agent compare old.vcf.gz new.vcf.gz --reference GRCh38.fa      indels that are written in two ways are one
  vcf-agent compare trio.vcf.gz --samples child,mother               two samples of one file
  vcf-agent compare a.vcf.gz b.vcf.gz --samples NA12878,HG001        what they carry
  vcf-agent compare a.vcf.gz b.vcf.gz --write-to sets                only-a.vcf, only-b.vcf, both.vcf, discordant.vcf
  vcf-agent compare a.vcf.gz b.vcf.gz -o html > comparison.html       one page with plots; opens offline
  vcf-agent compare 3 new.vcf.gz --json | jq .sites                  a stored file, by number or name

Variants are one when contig (with or without chr), position and alleles are, after they were split as ingest does; phase does
not matter. Sites are counted as \`bcftools isec\` does; docs/compare.md says where the two differ.
`;

export function addCompare({ program, run }: Registry): void {
  program
    .command('compare')
    .summary('what two files or samples have in common')
    .description(
      'Compares two VCF or BCF files, stored files, or samples: variants in both and in one only, and genotypes.',
    )
    .argument('<a>', 'file, - for standard input, or the name or number of a stored file')
    .argument('[b]', 'the other one (default: the same, with --samples)')
    .option('--samples <a,b>', 'a sample of each: only what they carry is counted', samplePair)
    .option('-r, --reference <fasta>', 'left-align indels against it (with a .fai beside it)')
    .addOption(
      new Option('-o, --output <format>', 'text, json or html (default: text)').choices(['text', 'json', 'html']),
    )
    .option('--write-to <folder>', 'write each set of variants as VCF there')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => compare(context, args, options as CompareFlags)));
}

/** A name may hold a comma: then there are several ways to cut, and none is taken. */
function samplePair(text: string): readonly [string, string] {
  const [a, b, ...more] = text.split(',');
  if (!a || !b || more.length > 0) throw new InvalidArgumentError('It must be two names with a comma between them.');
  return [a, b];
}

async function compare(context: Context, [a = '', second]: readonly string[], flags: CompareFlags): Promise<number> {
  if (second === undefined && flags.samples === undefined) {
    throw new VcfAgentError('USAGE', 'with one file, --samples says which two of its samples are compared');
  }
  const output = flags.output ?? (context.options.json ? 'json' : 'text');
  if (output === 'html' && context.options.json) {
    throw new VcfAgentError('OPTION_CONFLICT', '--json and -o html exclude each other');
  }
  const comparison = await compareInputs(context, a, second ?? a, flags);
  if (output === 'json') await context.printJson({ type: 'comparison', ...comparison });
  else if (output === 'html') await printPage(context, comparison);
  else await printText(context, comparison, flags);
  const sides = [comparison.a, comparison.b];
  return sides.some(({ rejected, truncated }) => rejected > 0 || truncated) ? EXIT.partial : EXIT.ok;
}

async function compareInputs(context: Context, a: string, b: string, flags: CompareFlags): Promise<Comparison> {
  const { compareFiles } = await import('../../app/compare.ts');
  const { config } = await context.config();
  const progress = context.progress(`${nameOf(a)} and ${nameOf(b)}`);
  const options: CompareFilesOptions = {
    ...flags,
    signal: context.signal,
    limits: { lineBytes: config.limits.lineBytes },
    onProgress: ({ variants, bytesRead, totalBytes }) => {
      const counts = { recordsRead: variants, variantsSent: 0, variantsApplied: variants };
      progress.update({ phase: 'summary', bytesRead, totalBytes, ...counts });
    },
  };
  try {
    if ([a, b].every(isPath)) return await compareFiles(a, b, options);
    return await context.withApp(async (app) => {
      const files = await app.store.files(app.tenant);
      const input = (name: string): CompareInput =>
        isPath(name) ? name : { file: findStoredFile(files, name), store: app.store };
      return await compareFiles(input(a), input(b), options);
    });
  } finally {
    progress.finish();
  }
}

/** What looks like a path is one, so that a file which is not there is not looked for in the store. */
function isPath(name: string): boolean {
  return name === '-' || /[/\\]/.test(name) || existsSync(name);
}

function nameOf(input: string): string {
  return input === '-' ? 'stdin' : basename(input);
}

async function printPage(context: Context, comparison: Comparison): Promise<void> {
  const { renderCompareHtml } = await import('../../analysis/compare/html.ts');
  const named = (side: Comparison['a']): Comparison['a'] => ({ ...side, name: nameOf(side.name) });
  const page = { ...comparison, a: named(comparison.a), b: named(comparison.b) };
  await context.printRaw(renderCompareHtml(page, remarksOf(comparison)));
}

/** What could not be read of the two. */
function remarksOf({ a, b }: Comparison): string[] {
  return [a, b].flatMap(({ name, rejected, truncated }) => [
    ...(rejected > 0 ? [`${nameOf(name)}: ${plural(rejected, 'record')} could not be read`] : []),
    ...(truncated ? [`${nameOf(name)}: ended early`] : []),
  ]);
}

async function printText(context: Context, comparison: Comparison, { writeTo }: CompareFlags): Promise<void> {
  const { renderCompareText } = await import('../compare-text.ts');
  const { yellow } = context.style;
  await context.print(renderCompareText(comparison, context));
  for (const remark of remarksOf(comparison)) await context.print(yellow(`! ${printable(remark)}`));
  if (comparison.reading === 'memory') {
    context.note('the two are not in one order: variants waited in memory for their partner');
  }
  if (writeTo !== undefined) context.note(`${context.noteStyle.green('✔')} the sets are in ${printable(writeTo)}`);
}
