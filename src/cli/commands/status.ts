import type { Letters } from '../../app/letters.ts';
import type { PlatformReport, SurveyOptions } from '../../app/platform-survey.ts';
import type { DatabaseStatus, RecordedRouting, WorkerStatus } from '../../app/status.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { byteSize, count, plural, printable } from '../format.ts';
import { surveyOptions, withFolders } from '../operator.ts';
import type { Registry } from '../program.ts';
import { renderTable } from '../table.ts';
import { platformColumns } from './platforms.ts';

const EXAMPLES = `
Examples:
  vcf-agent status
  vcf-agent status --json | jq .platforms
  vcf-agent --quiet status && echo can work

Exit 4 when the database or every platform of the route is down; what is merely worse than it should be is marked with "!".
With a metrics port configured (VCF_AGENT_METRICS_PORT) the worker on it is asked, too.
`;

type Failure = NonNullable<PlatformReport['error']>;
type Host = Awaited<ReturnType<typeof import('../../app/status.ts')['hostStatus']>>;

interface Status {
  readonly route: {
    readonly primary: string;
    readonly fallback: string | null;
    readonly strategy: string;
    readonly topic: string;
  };
  readonly platforms: readonly PlatformReport[];
  readonly database: DatabaseStatus | { readonly error: Failure };
  readonly host: Host;
  /** Null: in a folder that only the database can name. */
  readonly deadLetters: Awaited<ReturnType<Letters['count']>> | null;
  /** Null: nothing is recorded on this machine, or as above. */
  readonly recorded: RecordedRouting | null;
  /** Null: no metrics port is configured. */
  readonly worker: WorkerStatus | null;
}

export function addStatus({ program, run }: Registry): void {
  program
    .command('status')
    .summary('how everything is that envelopes go through')
    .description(
      'Shows the route, its platforms and what waits on them, the database, this machine, its dead letters, its worker.',
    )
    .addHelpText('after', EXAMPLES)
    .action(run(status));
}

async function status(context: Context): Promise<number> {
  const found = await gather(context);
  if (context.options.json) await context.printJson(found);
  else await context.print(statusLines(found, context).join('\n'));
  const isRouteUp = found.platforms.some(({ error }) => error === undefined);
  return isRouteUp && !('error' in found.database) ? EXIT.ok : EXIT.environment;
}

async function gather(context: Context): Promise<Status> {
  const options = await surveyOptions(context);
  const [app, survey, { topicOf }, { Letters }, { systemClock }] = await Promise.all([
    import('../../app/status.ts'),
    import('../../app/platform-survey.ts'),
    import('../../app/topics.ts'),
    import('../../app/letters.ts'),
    import('../../app/clock.ts'),
  ]);
  const { config } = await context.config();
  const { primary, fallback, coordinator } = options.platforms;
  const topic = topicOf(options);
  const ports = { clock: systemClock, signal: context.signal };
  const surveyThose = (names: readonly PlatformReport['name'][], folders?: SurveyOptions['folders']) =>
    survey.withPlatforms(names, { ...options, folders }, ports, (known) =>
      Promise.all(known.map((platform) => survey.surveyPlatform(platform, topic, ports))),
    );
  const inUse = survey.platformsInUse(options.platforms);
  const local = async () =>
    withFolders(context, async ({ store, tenant }, folders) => ({
      platforms: await surveyThose(inUse, folders),
      database: await app.databaseStatus(store, tenant),
      deadLetters: await new Letters(folders.deadLetters).count(),
      recorded: (await app.recordedRouting(folders, systemClock)) ?? null,
    }));
  /** Without the database the embedded log cannot be found, nor what else is kept for it. */
  const withoutDatabase = async (cause: unknown) => {
    context.signal.throwIfAborted();
    const error = survey.reported(cause);
    if (!error.code.startsWith('DATABASE_')) throw cause;
    const others = await surveyThose(inUse.filter((name) => name !== 'embedded'));
    const lost = inUse.filter((name) => name === 'embedded');
    const role = (name: string) => (name === primary ? 'primary' : 'fallback') as PlatformReport['role'];
    const reports = [...others, ...lost.map((name) => ({ name, role: role(name), address: '', error }))];
    return { platforms: reports, database: { error }, deadLetters: null, recorded: null };
  };
  const [about, host, worker] = await Promise.all([
    local().catch(withoutDatabase),
    app.hostStatus(config.home, systemClock, ports),
    config.metrics.port === 0 ? null : app.workerStatus(config.metrics, ports),
  ]);
  const route = { primary, fallback: fallback ?? null, strategy: coordinator?.strategy ?? 'INTELLIGENT', topic };
  return { route, ...about, host, worker };
}

function statusLines(
  { route, platforms, database, host, deadLetters, recorded, worker }: Status,
  context: Context,
): string[] {
  const { bold } = context.style;
  const line = (name: string, text: string) => `${bold(name.padEnd(13))}${text}`;
  const way = route.fallback === null ? route.primary : `${route.primary}, then ${route.fallback} (${route.strategy})`;
  return [
    line('route', `${way}, topic ${printable(route.topic)}`),
    line('database', databaseText(database, context)),
    line('machine', hostText(host)),
    line('dead letters', lettersText(deadLetters, context)),
    line('worker', workerText(worker, context)),
    line('recorded', deadLetters === null ? UNKNOWN : recordedText(recorded)),
    '',
    ...renderTable(platforms, platformColumns(context), context),
    ...platforms.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${printable(error.message)}`])),
  ];
}

const UNKNOWN = 'not known without the database';

function databaseText(database: Status['database'], { style }: Context): string {
  if ('error' in database) return style.red(`✘ ${database.error.code}: ${printable(database.error.message)}`);
  const { version, files, unfinished } = database;
  const rest = unfinished === 0 ? '' : style.yellow(`, ${count(unfinished)} of them unfinished`);
  return `${style.green('✔')} PostgreSQL ${version}, ${plural(files, 'file')}${rest}`;
}

function hostText({ cpuShare, loadPerCpu, memoryShare, memoryTotalBytes, diskFreeBytes }: Host): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const disk = diskFreeBytes === undefined ? '' : `, ${byteSize(diskFreeBytes)} free on disk`;
  const memory = `memory ${percent(memoryShare)} of ${byteSize(memoryTotalBytes)}`;
  return `CPU ${percent(cpuShare)}, load ${loadPerCpu.toFixed(1)} a CPU, ${memory}${disk}`;
}

function lettersText(letters: Status['deadLetters'], { style }: Context): string {
  if (letters === null) return UNKNOWN;
  const { undelivered, refused } = letters;
  if (undelivered + refused === 0) return `${style.green('✔')} none`;
  return `${style.yellow('!')} ${count(undelivered)} undelivered, ${count(refused)} refused: \`vcf-agent dlq\``;
}

function workerText(worker: WorkerStatus | null, { style }: Context): string {
  if (worker === null) return style.dim('no metrics port is configured to ask one on');
  const { url, ready, inCharge, variantsPerSecond } = worker;
  if (ready === undefined) return `${style.yellow('!')} nobody answers at ${url}`;
  const mark = ready ? style.green('✔ ready') : style.red('✘ not ready');
  return `${mark}, ${inCharge} in charge, ${count(variantsPerSecond ?? 0)} variants/s (${url})`;
}

function recordedText(recorded: RecordedRouting | null): string {
  if (recorded === null) return 'no decision is recorded on this machine';
  const { decisions, first, changes, lastChangeMs, fromMs, toMs } = recorded;
  const shares = Object.entries(first).map(([name, times]) => `${count(times)} to ${name}`);
  const last = lastChangeMs === undefined ? '' : `, the last at ${time(lastChangeMs)}`;
  return `${plural(decisions, 'decision')} from ${time(fromMs)} to ${time(toMs)}: ${shares.join(', ')}; ${plural(changes, 'change')}${last}`;
}

function time(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
