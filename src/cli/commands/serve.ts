import { Option } from 'commander';
import type { App } from '../../app/app.ts';
import type { Service, ServiceEvents, ServiceSettings } from '../../app/service.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { Log } from '../../telemetry/logging.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { METRICS_OPTIONS, type MetricsFlags, withMetrics } from '../with-metrics.ts';

interface ServeFlags extends MetricsFlags {
  readonly host?: string;
  readonly port?: number;
}

const HOUR_MS = 60 * 60 * 1000;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const EXAMPLES = `
Examples:
  vcf-agent serve                                     on this machine only: http://127.0.0.1:8021/api/v2/docs
  vcf-agent serve --port 9000 --metrics-port 9464
  vcf-agent keys create ops --scope admin             on any other address clients need a key
  VCF_AGENT_ENV=production vcf-agent serve --host 0.0.0.0
  curl -T trio.vcf.gz -X POST "http://127.0.0.1:8021/api/v2/files?name=trio.vcf.gz"

Without a key only this machine may ask, and only in the environment \`development\`. Ctrl-C or SIGTERM ends in order: nobody is let
in, requests are finished, jobs go on when it is started again. docs/api.md has all of it.
`;

export function addServe({ program, run }: Registry): void {
  const verb = program
    .command('serve')
    .summary('serve the HTTP API')
    .description('Serves the HTTP API until it is told to stop: files, variants, jobs, analysis, operation.')
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .addOption(
      new Option('--port <port>', 'port to listen on, 0 for any that is free (8021)').argParser(wholeNumber(0)),
    );
  for (const option of METRICS_OPTIONS) verb.addOption(option);
  verb
    .addHelpText('after', EXAMPLES)
    .action(run((context, _args, options) => serve(context, options as unknown as ServeFlags)));
}

async function serve(context: Context, flags: ServeFlags): Promise<number> {
  const loaded = await context.config({ 'api.port': flags.port, 'api.host': flags.host });
  const log = await context.log();
  return withMetrics(context, flags, async (app) => {
    const [{ serveApi, untilTold }] = await Promise.all([import('../../api/serve.ts')]);
    await using service = await openService(app, loaded, log);
    const { api, tenant } = loaded.config;
    const isOpen = loaded.environment === 'development' && LOOPBACK.has(api.host);
    const options = {
      ...api,
      log,
      anonymousTenant: isOpen ? tenant : undefined,
      timeoutMs: api.timeoutSeconds * 1000,
      drainMs: api.drainSeconds * 1000,
    };
    await using served = await serveApi(service, options);
    log.info({ event: 'api.started', url: served.url });
    await announce(context, served.url, isOpen);
    await untilTold(context);
    log.info({ event: 'api.draining' });
    return EXIT.ok;
  });
}

async function openService(app: App, loaded: LoadedConfig, log: Log): Promise<Service> {
  const [{ Service }, { platformSettings }, { systemClock }] = await Promise.all([
    import('../../app/service.ts'),
    import('../../app/platform-settings.ts'),
    import('../../app/clock.ts'),
  ]);
  const { config } = loaded;
  const settings: ServiceSettings = {
    batchSize: config.batchSize,
    lineBytes: config.limits.lineBytes,
    uploads: { maxBytes: config.api.uploadMaxBytes, expireAfterMs: config.api.uploadHours * HOUR_MS },
    survey: { ...config, platforms: platformSettings(loaded) },
  };
  return Service.open(app, settings, systemClock, jobLog(log));
}

function jobLog(log: Log): ServiceEvents {
  return {
    onJob: ({ id, kind, status, tenant, requestId, error }, bug) => {
      const facts = { event: `job.${status}`, requestId, jobId: id, kind, tenant, code: error?.code };
      if (bug === undefined) log.info(facts);
      else log.error({ ...facts, stack: bug instanceof Error ? bug.stack : String(bug) });
    },
  };
}

async function announce(context: Context, url: string, isOpen: boolean): Promise<void> {
  const { bold, dim } = context.noteStyle;
  if (context.options.json) await context.printJson({ url, keyNeeded: !isOpen });
  const who = isOpen ? 'Without a key: this machine only.' : 'Clients need a key: `vcf-agent keys create <name>`.';
  context.note(`${bold(url)}${dim('/api/v2/docs')}  ${dim(`${who} Ctrl-C or SIGTERM ends it in order.`)}`);
}
