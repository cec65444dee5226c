import type { Problem } from '../../core/problem.ts';
import type { Context } from '../context.ts';
import { renderProblem, tally } from '../excerpt.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printable } from '../format.ts';
import { expandInputs, wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { SourceLines } from '../source-text.ts';

export interface ValidateFlags {
  /** Problems printed for a file; 0: all. */
  readonly limit?: number;
}

interface Tally {
  errors: number;
  warnings: number;
  readonly codes: Map<string, number>;
}

const DEFAULT_LIMIT = 50;

const EXAMPLES = `
Examples:
  vcf-agent validate sample.vcf
  vcf-agent validate "cohort/*.vcf.gz" --limit 0           print every problem
  vcf-agent validate sample.vcf --json | jq -r .code       one object a problem, then one summary

Strict: exits 1 when a file breaks its version of the VCF specification. Warnings alone exit 0.
`;

export function addValidate({ program, run }: Registry): void {
  program
    .command('validate')
    .summary('check files against the specification')
    .description('Checks VCF files against the version of the specification that they name, like a compiler.')
    .argument('<file...>', 'files, quoted patterns, or - for standard input')
    .option('--limit <problems>', `problems printed for a file, 0 for all (default: ${DEFAULT_LIMIT})`, wholeNumber(0))
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => validateFiles(context, expandInputs(args), options as ValidateFlags)));
}

/** Validates each file; 1 when one has an error. */
export async function validateFiles(
  context: Context,
  inputs: readonly string[],
  flags: ValidateFlags,
): Promise<number> {
  let failed = false;
  for (const input of inputs) failed = (await validateOne(context, input, flags)) || failed;
  return failed ? EXIT.failed : EXIT.ok;
}

async function validateOne(
  context: Context,
  input: string,
  { limit = DEFAULT_LIMIT }: ValidateFlags,
): Promise<boolean> {
  // Half of the program, which no other verb needs.
  const { validateVcf } = await import('../../vcf/validate/validate.ts');
  const { config } = await context.config();
  const totals: Tally = { errors: 0, warnings: 0, codes: new Map() };
  // Standard input cannot be read twice: its problems are printed without the line.
  await using lines = input === '-' || context.options.json ? undefined : await SourceLines.open(input);
  const limits = { lineBytes: config.limits.lineBytes };
  let printed = 0;
  for await (const problem of validateVcf(input, { signal: context.signal, limits })) {
    totals.codes.set(problem.code, (totals.codes.get(problem.code) ?? 0) + 1);
    if (problem.severity === 'error') totals.errors++;
    else totals.warnings++;
    if (context.options.json) await context.printJson({ type: 'problem', file: input, ...problem });
    else if (limit === 0 || printed < limit) await printProblem(context, input, problem, lines);
    printed++;
  }
  await printTally(context, input, totals, limit === 0 ? 0 : printed - limit);
  return totals.errors > 0;
}

async function printProblem(
  context: Context,
  input: string,
  problem: Problem,
  lines: SourceLines | undefined,
): Promise<void> {
  const text = problem.line > 0 ? await lines?.line(problem.line) : undefined;
  const name = input === '-' ? '<stdin>' : input;
  await context.print(`${renderProblem(name, problem, text, context).join('\n')}\n`);
}

async function printTally(context: Context, input: string, totals: Tally, hidden: number): Promise<void> {
  const { errors, warnings } = totals;
  const codes = Object.fromEntries([...totals.codes].sort(([, a], [, b]) => b - a));
  if (context.options.json) {
    await context.printJson({ type: 'summary', file: input, valid: errors === 0, errors, warnings, codes });
    return;
  }
  const { green, red, yellow, bold, dim } = context.style;
  if (hidden > 0) {
    await context.print(dim(`… and ${count(hidden)} more (--limit 0 prints all). By code:`));
    for (const [code, times] of Object.entries(codes)) await context.print(`  ${count(times).padStart(9)}  ${code}`);
    await context.print('');
  }
  const name = bold(printable(input === '-' ? 'stdin' : input));
  if (errors > 0) await context.print(`${red('✘')} ${name}: ${red(tally(errors, warnings))}`);
  else if (warnings > 0) await context.print(`${yellow('!')} ${name} is valid, with ${tally(errors, warnings)}`);
  else await context.print(`${green('✔')} ${name} is valid`);
}
