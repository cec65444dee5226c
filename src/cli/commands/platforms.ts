import type { PlatformReport } from '../../app/platform-survey.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printable } from '../format.ts';
import { withKnownPlatforms } from '../operator.ts';
import type { Registry } from '../program.ts';
import { type Column, renderTable } from '../table.ts';

const EXAMPLES = `
Examples:
  vcf-agent platforms                       the platforms of the route, and how each answers
  vcf-agent platforms --platform all        every platform that vcf-agent knows, in use or not
  VCF_AGENT_PRIMARY=iggy VCF_AGENT_FALLBACK=kafka vcf-agent platforms --json

VCF_AGENT_PRIMARY and VCF_AGENT_FALLBACK choose them; \`vcf-agent config\` shows every setting of each.
`;

export function addPlatforms({ program, run }: Registry): void {
  program
    .command('platforms')
    .summary('which platforms carry envelopes, and how they answer')
    .description(
      'Asks each platform of the route: round trip, envelopes that wait to be applied, nodes, version. Exit 4 when one does not answer.',
    )
    .option('--platform <name>', 'embedded, iggy, kafka or all, instead of those in use')
    .addHelpText('after', EXAMPLES)
    .action(run((context, _args, { platform }) => platforms(context, platform as string | undefined)));
}

async function platforms(context: Context, named: string | undefined): Promise<number> {
  const reports = await surveyAll(context, named);
  if (context.options.json) for (const report of reports) await context.printJson(report);
  else await context.print(renderTable(reports, platformColumns(context), context).join('\n'));
  if (!context.options.json)
    for (const { name, error } of reports) if (error) context.note(`${name}: ${printable(error.message)}`);
  return reports.every(({ error, role }) => error === undefined || role === 'not in use') ? EXIT.ok : EXIT.environment;
}

/** Asks them all at once. */
async function surveyAll(context: Context, named: string | undefined): Promise<readonly PlatformReport[]> {
  return withKnownPlatforms(context, named, async (known, options) => {
    const [{ surveyPlatform }, { topicOf }, { systemClock }] = await Promise.all([
      import('../../app/platform-survey.ts'),
      import('../../app/topics.ts'),
      import('../../app/clock.ts'),
    ]);
    const ports = { clock: systemClock, signal: context.signal };
    return Promise.all(known.map((platform) => surveyPlatform(platform, topicOf(options), ports)));
  });
}

export function platformColumns(context: Context): Column<PlatformReport>[] {
  const { green, red, dim, bold } = context.style;
  return [
    { title: 'platform', value: ({ name }) => name, paint: bold },
    { title: 'role', value: ({ role }) => role },
    { title: 'address', value: ({ address }) => printable(address) },
    {
      title: 'state',
      value: ({ error }) => error?.code ?? 'answers',
      paint: (text, { error }) => (error === undefined ? green(text) : red(text)),
    },
    {
      title: 'round trip',
      value: ({ probe }) => (probe ? `${probe.latencyMs.toFixed(1)} ms` : ''),
      align: 'right',
      optional: true,
    },
    {
      title: 'waiting',
      value: ({ waiting }) => (waiting === undefined ? '' : count(waiting)),
      align: 'right',
      optional: true,
      paint: (text, { waiting }) => (waiting === 0 ? dim(text) : text),
    },
    { title: 'nodes', value: ({ probe }) => String(probe?.brokers ?? ''), align: 'right', optional: true },
    {
      title: 'too few copies',
      value: ({ probe }) => (probe?.underReplicatedPartitions ? `${probe.underReplicatedPartitions} partitions` : ''),
      optional: true,
      paint: red,
    },
    { title: 'version', value: ({ probe }) => printable(probe?.version ?? ''), optional: true, paint: dim },
  ];
}
