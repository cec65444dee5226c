import type { TopicReport } from '../../app/topic-check.ts';
import type { PlatformName } from '../../core/ports.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural, printable } from '../format.ts';
import { wholeNumber } from '../inputs.ts';
import { withKnownPlatforms } from '../operator.ts';
import type { Registry } from '../program.ts';
import { type Column, renderTable } from '../table.ts';

const EXAMPLES = `
Examples:
  vcf-agent topics                                what is there, on every platform of the route
  vcf-agent topics create                         make what is missing
  vcf-agent topics check                          exit 1 when a topic lacks partitions or copies
  vcf-agent topics grow vcf-variants 20           more partitions, for more workers
  vcf-agent topics list --platform kafka --all    also topics that are not ours

Topics are made when they are first used: \`create\` is for those who want them before, or may make them only once.
Partitions cannot be taken away again. Envelopes of a chromosome may change places when a topic grows; nothing is lost by it.
`;

interface TopicFlags {
  readonly platform?: string;
  readonly all?: boolean;
}

export function addTopics({ program, run }: Registry): void {
  const topics = program
    .command('topics')
    .summary('create, list, check and grow topics')
    .description('Looks after the topics that envelopes travel over, on every platform of the route.')
    .addHelpText('after', EXAMPLES);
  const verb = (name: string, summary: string) =>
    topics.command(name).summary(summary).description(summary).option('--platform <name>', 'only this platform');
  verb('list', 'list topics: partitions, copies, messages')
    .option('--all', 'also topics that are not ours')
    .action(run((context, _args, flags) => list(context, flags)));
  verb('check', 'compare topics with what they should be; exit 1 when one lacks partitions or copies').action(
    run((context, _args, flags) => check(context, flags)),
  );
  verb('create', 'make the topics that are missing').action(run((context, _args, flags) => create(context, flags)));
  verb('grow', 'give a topic more partitions')
    .argument('<topic>', 'its name')
    .argument('<partitions>', 'how many it is to have', wholeNumber(1))
    .action(run((context, [topic = '', partitions = ''], flags) => grow(context, topic, Number(partitions), flags)));
  topics.action(run((context) => list(context, {})));
}

async function list(context: Context, { platform, all }: TopicFlags): Promise<number> {
  const { reports, complete } = await compareAll(context, platform);
  await show(context, all === true ? reports : reports.filter(({ state }) => state !== 'not ours'));
  return complete ? EXIT.ok : EXIT.environment;
}

async function check(context: Context, { platform }: TopicFlags): Promise<number> {
  const { reports, complete } = await compareAll(context, platform);
  const ours = reports.filter(({ state }) => state !== 'not ours');
  await show(context, ours);
  const missing = ours.filter(({ state }) => state === 'missing');
  if (missing.length > 0) {
    const text = `${plural(missing.length, 'topic')} missing: made at first use, or by \`vcf-agent topics create\`.`;
    context.note(text);
  }
  if (ours.some(({ state }) => state === 'fewer partitions' || state === 'fewer copies')) {
    context.note('`vcf-agent topics grow` adds partitions. Copies are added with the tools of the broker.');
    return EXIT.failed;
  }
  return complete ? EXIT.ok : EXIT.environment;
}

async function create(context: Context, { platform: named }: TopicFlags): Promise<number> {
  const { wantedTopics } = await import('../../app/topic-check.ts');
  await withKnownPlatforms(context, named, async (known, { platforms, tenant }) => {
    for (const { platform } of known) {
      const there = new Set((await platform.topics.list(context)).map(({ name }) => name));
      for (const spec of wantedTopics(platform.name, platforms, tenant)) {
        if (!there.has(spec.name)) await platform.topics.create(spec, context);
        await say(
          context,
          platform.name,
          spec.name,
          there.has(spec.name) ? 'was there' : `created, ${plural(spec.partitions, 'partition')}`,
        );
      }
    }
  });
  return EXIT.ok;
}

async function grow(
  context: Context,
  topic: string,
  partitions: number,
  { platform: named }: TopicFlags,
): Promise<number> {
  await withKnownPlatforms(context, named, async (known) => {
    for (const { platform } of known) {
      await platform.topics.grow(topic, partitions, context);
      await say(context, platform.name, topic, `has ${plural(partitions, 'partition')}`);
    }
  });
  return EXIT.ok;
}

async function say(context: Context, platform: PlatformName, topic: string, result: string): Promise<void> {
  if (context.options.json) await context.printJson({ platform, topic, result });
  else await context.print(`${context.style.green('✔')} ${platform} ${context.style.bold(printable(topic))} ${result}`);
}

/** Of each platform that answers; of the others it says why not. */
async function compareAll(
  context: Context,
  named: string | undefined,
): Promise<{ readonly reports: readonly TopicReport[]; readonly complete: boolean }> {
  const { compareTopics, wantedTopics } = await import('../../app/topic-check.ts');
  return withKnownPlatforms(context, named, async (known, { platforms, tenant }) => {
    const answers = await Promise.allSettled(
      known.map(async ({ platform: { name, topics } }) =>
        compareTopics(name, await topics.list(context), wantedTopics(name, platforms, tenant)),
      ),
    );
    context.signal.throwIfAborted();
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    const reports = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (reports.length === 0 && failures.length > 0) throw failures[0];
    for (const failure of failures)
      context.note(`${context.noteStyle.red('!')} ${printable(String(failure?.message))}`);
    return { reports, complete: failures.length === 0 };
  });
}

async function show(context: Context, reports: readonly TopicReport[]): Promise<void> {
  if (context.options.json) for (const report of reports) await context.printJson(report);
  else await context.print(renderTable(reports, columns(context), context).join('\n'));
}

function columns(context: Context): Column<TopicReport>[] {
  const { green, yellow, dim, bold, red } = context.style;
  const paints = { ok: green, missing: yellow, 'not ours': dim, 'fewer partitions': red, 'fewer copies': red };
  return [
    { title: 'platform', value: ({ platform }) => platform },
    { title: 'topic', value: ({ name }) => printable(name), paint: bold },
    { title: 'state', value: ({ state }) => state, paint: (text, { state }) => paints[state](text) },
    { title: 'partitions', value: (topic) => beside(topic.partitions, topic.wanted?.partitions), align: 'right' },
    { title: 'copies', value: (topic) => beside(topic.replication, topic.wanted?.replication), align: 'right' },
    {
      title: 'messages kept',
      value: ({ messages }) => (messages === undefined ? '' : count(Number(messages))),
      align: 'right',
      optional: true,
    },
  ];
}

/** `3 of 10` when there are fewer than there should be. */
function beside(found: number | undefined, wanted: number | undefined): string {
  if (found === undefined) return '';
  return wanted !== undefined && found < wanted ? `${found} of ${wanted}` : String(found);
}
