import { Option } from 'commander';
import type { App } from '../app/app.ts';
import type { RouteObserver } from '../app/platforms.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { wholeNumber } from './inputs.ts';

export interface MetricsFlags {
  readonly metricsPort?: number;
  readonly metricsHost?: string;
}

/** For verbs that run for long. */
export const METRICS_OPTIONS: readonly Option[] = [
  new Option('--metrics-port <port>', 'serve health and metrics over HTTP meanwhile').argParser(wholeNumber(0)),
  new Option('--metrics-host <address>', 'address that the metrics port listens on (127.0.0.1)'),
];

/** Opens the program for `work`; with a metrics port, health and metrics are served until it ends. */
export async function withMetrics<T>(
  context: Context,
  { metricsPort, metricsHost }: MetricsFlags,
  work: (app: App) => Promise<T>,
): Promise<T> {
  const { config } = await context.config({ 'metrics.port': metricsPort, 'metrics.host': metricsHost });
  const log = await logObserver(context);
  const { port, host } = config.metrics;
  if (port === 0) return context.withApp(work, { observer: log });
  const [{ Observer }, { HealthReports }, { Letters }, { storeFolders }, { serveMetrics }, { systemClock }] =
    await Promise.all([
      import('../app/observe.ts'),
      import('../app/observe-health.ts'),
      import('../app/letters.ts'),
      import('../app/home.ts'),
      import('../api/metrics-server.ts'),
      import('../app/clock.ts'),
    ]);
  const observer = new Observer(systemClock);
  const both: RouteObserver = {
    ...observer.events,
    onTrouble: log.onTrouble,
    onFailover: (change) => {
      observer.events.onFailover?.(change);
      log.onFailover?.(change);
    },
    onBreakerChange: (change) => {
      observer.events.onBreakerChange?.(change);
      log.onBreakerChange?.(change);
    },
  };
  return context.withApp(
    async (app) => {
      const letters = new Letters(storeFolders(config.home, await app.store.identity()).deadLetters);
      const ports = {
        clock: systemClock,
        database: () => app.store.version(),
        deadLetters: () => letters.count(),
        signal: context.signal,
      };
      await using server = await serveMetrics(new HealthReports(observer, ports), { port, host });
      context.note(context.noteStyle.dim(`Health and metrics: ${server.url}/metrics`));
      return await work(app);
    },
    { observer: both },
  );
}

/** What happens on the route as log lines; and as a note, when a platform cannot be read for the first time. */
async function logObserver(context: Context): Promise<RouteObserver> {
  const log = await context.log();
  const noted = new Set<string>();
  return {
    onFailover: ({ from, to }) => log.warn({ event: 'route.failover', from, to }),
    onBreakerChange: ({ breaker, from, to }) => log.warn({ event: 'breaker.changed', breaker, from, to }),
    onTrouble: (where, error) => {
      const code = error instanceof VcfAgentError ? error.code : 'UNKNOWN';
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ event: 'route.trouble', where, code, message });
      if (noted.has(where) || where === 'store') return;
      noted.add(where);
      context.note(`${context.noteStyle.yellow('note:')} ${where}: ${message}; it is tried again`);
    },
  };
}
