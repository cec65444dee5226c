import type { ConsumeSummary } from '../../app/consume.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { duration, plural } from '../format.ts';
import type { Registry } from '../program.ts';
import { METRICS_OPTIONS, type MetricsFlags, withMetrics } from '../with-metrics.ts';

interface ConsumeFlags extends MetricsFlags {
  readonly untilDrained?: boolean;
}

const EXAMPLES = `
Any number of workers, on any number of machines, share the partitions of the platforms that are configured. They all need
the same platforms and the same DATABASE_URL; the embedded log is shared by the workers of one home. A worker that dies is
stood in for by the others. Ctrl-C or SIGTERM ends one in order: what it has begun is finished, its partitions go to the rest.

Examples:
  VCF_AGENT_PRIMARY=kafka KAFKA_BROKERS=b1:9092 DATABASE_URL=postgres://me@db/variants vcf-agent consume
  vcf-agent consume --metrics-port 9464        with /health/ready and /metrics over HTTP
  vcf-agent consume --until-drained            apply what is there, then end
`;

export function addConsume({ program, run }: Registry): void {
  const verb = program
    .command('consume')
    .summary('apply what others ingest: a worker')
    .description('Takes envelopes from the platforms and stores them, exactly once, until it is told to stop.')
    .option('--until-drained', 'end when everything is applied that was there at the start');
  for (const option of METRICS_OPTIONS) verb.addOption(option);
  verb
    .addHelpText('after', EXAMPLES)
    .action(run((context, _args, options) => consume(context, options as unknown as ConsumeFlags)));
}

async function consume(context: Context, flags: ConsumeFlags): Promise<number> {
  const log = await context.log();
  const progress = context.progress('worker');
  const summary = await withMetrics(context, flags, (app) =>
    app.consume({
      signal: context.signal,
      untilDrained: flags.untilDrained === true,
      onJoined: () => {
        log.info({ event: 'consume.started' });
        context.note(context.noteStyle.dim('At work. Ctrl-C or SIGTERM ends it in order.'));
      },
      onProgress: ({ variants }) => progress.update(progressOf(variants)),
      onNotice: (text) => context.note(context.noteStyle.dim(`note: ${text}`)),
      onRefused: ({ code, message }) => {
        log.error({ event: 'consume.refused', code });
        progress.finish();
        context.note(`${context.noteStyle.red('refused:')} ${message}`);
      },
    }),
  ).finally(() => progress.finish());
  log.info({ event: 'consume.finished', ...summary });
  // Not context.print: being told to stop is how a worker ends.
  context.stdout.write(`${context.options.json ? JSON.stringify(summary) : describe(context, summary)}\n`);
  return summary.refused > 0 ? EXIT.partial : EXIT.ok;
}

function progressOf(variantsApplied: number) {
  const none = { bytesRead: 0, totalBytes: 0, recordsRead: 0, variantsSent: 0 };
  return { ...none, phase: 'consume', variantsApplied } as const;
}

function describe(
  context: Context,
  { applied, known, refused, variants, rejected, elapsedMs }: ConsumeSummary,
): string {
  const { green, bold, dim, red } = context.style;
  const details = [
    plural(applied, 'envelope'),
    ...(rejected > 0 ? [plural(rejected, 'rejected record')] : []),
    ...(known > 0 ? [`${plural(known, 'envelope')} that were stored before`] : []),
    duration(elapsedMs),
  ];
  const line = `${green('✔')} ${bold(`${plural(variants, 'variant')} stored`)}  ${dim(details.join(', '))}`;
  return refused === 0 ? line : `${line}\n${red(`${plural(refused, 'envelope')} refused: vcf-agent dlq list`)}`;
}
