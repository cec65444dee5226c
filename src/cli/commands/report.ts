import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { CaseReport } from '../../analysis/report/case.ts';
import type { CaseOptions } from '../../app/report.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, printable } from '../format.ts';
import { findStoredFile, wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { addRuleFlags, type RuleFlags, ruleOptions } from '../rule-flags.ts';

interface ReportFlags extends RuleFlags {
  readonly stored?: true;
  readonly sample?: string;
  readonly output?: 'html' | 'json';
  readonly top: number;
  readonly outputPath?: string;
}

const TOP = 30;
const MOST_TOP = 1000;

const EXAMPLES = `
Examples:
  vcf-agent report annotated.vcf.gz --sample child > child.html       one page, opens offline
  vcf-agent report trio.vcf.gz --ped family.ped -O family.html        with inheritance
  vcf-agent report annotated.vcf.gz --lof-genes lof.txt --clinvar clinvar.vcf.gz --top 50 -O case.html
  vcf-agent report 3 --sample child -O child.html                     of a stored file, with reviewers' classes and narratives
  vcf-agent report annotated.vcf.gz --sample child -o json | jq '.variants[0].criteria'

A path that is there is read, and nothing is stored; with --stored, or when there is none, a stored file is meant, with the rules of
its last judgement (\`classify --stored --keep\`) unless flags give others. Variants are ranked by class and points; what ClinVar calls pathogenic is shown
whatever its points. docs/report.md has the shape of the JSON. Research use only.
`;

export function addReport({ program, run }: Registry): void {
  const command = program
    .command('report')
    .summary('a page to review a case: ranked variants with their evidence')
    .description('Ranks the variants of a sample or a family and shows the evidence on one page. Research use only.')
    .argument('<file>', 'VCF or BCF with annotations, or a stored file: its name, number or digest')
    .option('--stored', 'a stored file is meant, whatever is on disk')
    .option('--sample <name>', 'only what this sample carries')
    .addOption(new Option('-o, --output <format>', 'html or json (default: html)').choices(['html', 'json']))
    .option('-O, --output-path <path>', 'file to write (default: standard output)')
    .option('--top <variants>', `most variants shown, 1 to ${MOST_TOP}`, wholeNumber(1), TOP);
  addRuleFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => report(context, args[0] ?? '', options as unknown as ReportFlags)));
}

async function report(context: Context, input: string, flags: ReportFlags): Promise<number> {
  const format = flags.output ?? (context.options.json ? 'json' : 'html');
  check(context, flags, format);
  const made = await makeReport(context, input, flags);
  const text = await textOf(made, format);
  if (flags.outputPath === undefined) await context.printRaw(text);
  else await writeTo(flags.outputPath, text);
  if (flags.outputPath !== undefined) {
    const { green, yellow } = context.noteStyle;
    const { NOTICE } = await import('../../core/verdicts.ts');
    const shown = `${plural(made.variants.length, 'variant')} of ${plural(made.considered, 'variant')} considered`;
    context.note(`${green('✔')} ${shown} written to ${printable(flags.outputPath)}\n${yellow(NOTICE)}`);
  }
  return made.rejected > 0 || made.truncated ? EXIT.partial : EXIT.ok;
}

function check(context: Context, { output, top, outputPath }: ReportFlags, format: 'html' | 'json'): void {
  if (output === 'html' && context.options.json)
    throw new VcfAgentError('OPTION_CONFLICT', '--json and -o html exclude each other');
  if (top > MOST_TOP) throw new VcfAgentError('USAGE', `--top is at most ${MOST_TOP}`);
  if (outputPath === undefined && format === 'html' && context.stdout.isTTY)
    throw new VcfAgentError('USAGE', 'a page does not belong on a terminal: give -O page.html, or pipe it');
}

async function makeReport(context: Context, input: string, flags: ReportFlags): Promise<CaseReport> {
  const { systemClock } = await import('../../app/clock.ts');
  const { sample, top } = flags;
  const progress = context.progress('report');
  const onVariants = (variants: number): void => {
    const counts = { recordsRead: variants, variantsSent: variants, variantsApplied: variants };
    progress.update({ phase: 'classify', bytesRead: 0, totalBytes: 0, ...counts });
  };
  const options = { sample, top, clock: systemClock, onVariants };
  try {
    if (flags.stored === undefined && existsSync(input)) {
      const { reportOnFile } = await import('../../app/report.ts');
      return await reportOnFile(input, await ruleOptions(context, flags), options);
    }
    return await ofStored(context, input, flags, options);
  } finally {
    progress.finish();
  }
}

async function ofStored(
  context: Context,
  wanted: string,
  flags: ReportFlags,
  options: Pick<CaseOptions, 'sample' | 'top' | 'clock' | 'onVariants'>,
): Promise<CaseReport> {
  const { reportOnStored } = await import('../../app/report.ts');
  const { pedigree, signal, limits: _, ...rules } = await ruleOptions(context, flags);
  const hasRules = [flags.clinvar, flags.lofGenes, flags.profile].some((flag) => flag !== undefined);
  return await context.withApp(async (app) => {
    const file = findStoredFile(await app.store.files(app.tenant), wanted);
    const [judgement] = await app.store.verdicts.judgements(app.tenant, file.fileId, { signal });
    if (judgement === undefined && !hasRules)
      context.note('No judgement of this file is kept: judged by the default profile, with no list of genes.');
    const byFlags = hasRules || judgement === undefined;
    return await reportOnStored(app.store, file, { ...options, rules: byFlags ? rules : undefined, pedigree, signal });
  });
}

async function textOf(made: CaseReport, format: 'html' | 'json'): Promise<string> {
  if (format === 'html') return (await import('../../analysis/report/html.ts')).renderReport(made);
  return `${JSON.stringify((await import('../../analysis/report/json.ts')).reportJson(made))}\n`;
}

async function writeTo(path: string, text: string): Promise<void> {
  const { openOutput } = await import('../../vcf/writer/output.ts');
  const output = openOutput(path);
  try {
    await output.write(Buffer.from(text));
    await output.close();
  } catch (error) {
    await output.discard();
    throw error;
  }
}
