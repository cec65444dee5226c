import { Option } from 'commander';
import type { RouteReplay } from '../../app/replay-route.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural } from '../format.ts';
import { surveyOptions, withFolders } from '../operator.ts';
import type { Registry } from '../program.ts';
import { renderTable } from '../table.ts';

const EXAMPLES = `
Examples:
  vcf-agent route replay --strategy PRIMARY_ONLY
  vcf-agent route replay --strategy ROUND_ROBIN --json

What would have happened with another strategy: every decision that the flight recorder of this machine holds is taken again on
the health that was recorded with it. It tells where envelopes would have gone, not how long they would have taken.
`;

const STRATEGIES = ['INTELLIGENT', 'PRIMARY_ONLY', 'FALLBACK_ONLY', 'ROUND_ROBIN'] as const;

interface ReplayFlags {
  readonly strategy: (typeof STRATEGIES)[number];
}

export function addRoute({ program, run }: Registry): void {
  program
    .command('route')
    .summary('replay recorded routing decisions with another strategy')
    .description('Looks back at where envelopes went.')
    .addHelpText('after', EXAMPLES)
    .command('replay')
    .summary('take recorded decisions again, with another strategy')
    .description('Takes recorded decisions again, with another strategy.')
    .addOption(new Option('--strategy <name>', 'the other strategy').choices(STRATEGIES).makeOptionMandatory())
    .action(run((context, _args, options) => replay(context, options as unknown as ReplayFlags)));
}

async function replay(context: Context, { strategy }: ReplayFlags): Promise<number> {
  const [{ platforms }, { replayRoute }, { systemClock }] = await Promise.all([
    surveyOptions(context),
    import('../../app/replay-route.ts'),
    import('../../app/clock.ts'),
  ]);
  const report = await withFolders(context, (_app, folders) => replayRoute(folders, platforms, strategy, systemClock));
  if (context.options.json) await context.printJson(report);
  else if (report.decisions === 0) {
    context.note('No decision is recorded on this machine: the embedded log alone has nothing to decide.');
  } else await context.print(reportLines(report, context).join('\n'));
  return EXIT.ok;
}

function reportLines(report: RouteReplay, context: Context): string[] {
  const { bold, dim } = context.style;
  const { decisions, strategy, fromMs, toMs, primary, fallback, recorded, replayed, different } = report;
  const rows = [
    { what: `first to ${primary} (primary)`, was: recorded.primary, wouldBe: replayed.primary },
    ...(fallback === undefined
      ? []
      : [{ what: `first to ${fallback} (fallback)`, was: recorded.fallback, wouldBe: replayed.fallback }]),
    { what: 'first to a platform that was ill', was: report.recordedIll, wouldBe: report.replayedIll },
    { what: 'changes from one platform to the other', was: report.recordedSwitches, wouldBe: report.replayedSwitches },
  ];
  const table = renderTable(
    rows,
    [
      { title: '', value: ({ what }) => what },
      { title: 'as it was', value: ({ was }) => count(was), align: 'right' },
      { title: strategy, value: ({ wouldBe }) => count(wouldBe), align: 'right', paint: bold },
    ],
    context,
  );
  const examples = report.examples.map(({ atMs, envelope, recorded: was, replayed: wouldBe, reason }) => {
    return `  ${dim(time(atMs))}  ${envelope.slice(0, 12)}  ${was} → ${wouldBe}: ${reason}`;
  });
  return [
    `${bold(plural(decisions, 'decision'))}, ${time(fromMs)} to ${time(toMs)}`,
    '',
    ...table,
    '',
    different === 0
      ? 'Every envelope would have gone the same way.'
      : `${plural(different, 'envelope')} would have gone another way${different > examples.length ? '; the first' : ''}:`,
    ...examples,
  ];
}

function time(atMs: number | undefined): string {
  return atMs === undefined ? '' : new Date(atMs).toISOString().slice(0, 23).replace('T', ' ');
}
