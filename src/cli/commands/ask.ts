import type { App } from '../../app/app.ts';
import type { CheckedPlan, Unanswered } from '../../app/ask.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { answerLines, stepText } from '../answer-text.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../format.ts';
import type { Registry } from '../program.ts';

interface AskFlags {
  readonly yes?: true;
  readonly plan?: true;
}

const EXAMPLES = `
Examples:
  vcf-agent ask "which rare missense variants in BRCA1 does the child carry?"
  vcf-agent ask "who has pathogenic variants in CFTR?" --yes
  vcf-agent ask "how many variants of the child are not in the mother and not in the father?" --plan
  vcf-agent ask "what does rs80357906 mean?" --yes --json

The question becomes a plan of tools (those of \`vcf-agent mcp\`), which is shown and checked before it runs. No model is needed; when one is
configured (VCF_AGENT_ANALYSIS_PROVIDERS) it is asked for a plan of what the grammar does not understand, and gets the question and the list of
tools, never data. docs/ask.md has what is understood. Research use only.
`;

export function addAsk({ program, run }: Registry): void {
  program
    .command('ask')
    .summary('answer a question in words')
    .description('Turns a question in words into a plan over what is stored, shows it, and carries it out.')
    .argument('<question...>', 'for example "who carries rs113993960?"')
    .option('-y, --yes', 'carry the plan out without asking')
    .option('--plan', 'only show the plan')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => ask(context, args.join(' '), options as AskFlags)));
}

async function ask(context: Context, question: string, flags: AskFlags): Promise<number> {
  const { planFor } = await import('../../app/ask.ts');
  return context.withApp(async (app) => {
    const { signal } = context;
    const plan = await planFor(app, question, { propose: await proposer(context, app), signal });
    if (!('steps' in plan)) return await sayNotUnderstood(context, plan);
    if (context.options.json) await context.printJson({ type: 'plan', ...plan });
    else await show(context, plan);
    if (flags.plan) return EXIT.ok;
    if (!flags.yes && !(await context.confirm('Carry it out?'))) return EXIT.ok;
    return await answer(context, app, plan);
  });
}

/** Asks a model when there is one that is configured. */
async function proposer(context: Context, app: App) {
  const loaded = await context.config();
  const { analysisSettings } = await import('../../app/analysis-settings.ts');
  const settings = analysisSettings(loaded);
  if (settings.providers.length === 0) return undefined;
  const { proposerOf } = await import('../../app/propose.ts');
  const { systemClock } = await import('../../app/clock.ts');
  return proposerOf(settings, { app, clock: systemClock, fetch });
}

async function show(context: Context, { by, steps, reading }: CheckedPlan): Promise<void> {
  const { bold, cyan, dim } = context.style;
  const author = by === 'grammar' ? '' : dim(`  proposed by ${printable(by)}, checked here`);
  const lines = [
    `${bold('Plan')}${author}`,
    ...steps.map((step, place) => `  ${place + 1}. ${cyan(stepText(step))}`),
    ...reading.map((read) => dim(`     ${printable(read)}`)),
  ];
  await context.print(`${lines.join('\n')}\n`);
}

async function answer(context: Context, app: App, plan: CheckedPlan): Promise<number> {
  const { runPlan } = await import('../../app/ask.ts');
  const { systemClock } = await import('../../app/clock.ts');
  for await (const { step, answer } of runPlan({ app, clock: systemClock, signal: context.signal }, plan)) {
    if (context.options.json) await context.printJson({ type: 'answer', ...step, answer });
    else await context.print(`${answerLines(answer, context).join('\n')}\n`);
  }
  return EXIT.ok;
}

async function sayNotUnderstood(context: Context, { words, reason, examples, ...rest }: Unanswered): Promise<number> {
  if (context.options.json) await context.printJson({ type: 'not understood', words, reason, examples, ...rest });
  const named = words.length === 0 ? '' : `: ${words.slice(0, 10).map(printable).join(', ')}`;
  const lines = examples.map((example) => `  vcf-agent ask "${example}"`).join('\n');
  throw new VcfAgentError('USAGE', `The question is not understood: ${reason}${named}. These are:\n${lines}`);
}
