import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AppOptions } from '../../src/app/app.ts';
import type { ConsumeSummary } from '../../src/app/consume.ts';

/** Not the launcher: a signal is to reach the worker itself. */
const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

export interface Worker {
  readonly pid: number;
  /** As a supervisor does: SIGTERM. */
  stop(signal?: NodeJS.Signals): void;
  readonly done: Promise<{
    readonly code: number | null;
    readonly summary: ConsumeSummary;
    readonly stderr: string;
  }>;
}

/** The variables that configure the program like these options. */
function environmentOf({ home, databaseUrl, tenant, platforms }: AppOptions): Record<string, string> {
  const { primary = 'embedded', fallback = 'none', topicPerTenant, kafka, iggy } = platforms ?? {};
  return {
    VCF_AGENT_HOME: home,
    VCF_AGENT_TENANT: tenant,
    VCF_AGENT_PRIMARY: primary,
    VCF_AGENT_FALLBACK: fallback,
    VCF_AGENT_TOPIC_PER_TENANT: String(topicPerTenant === true),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(kafka?.brokers === undefined ? {} : { KAFKA_BROKERS: kafka.brokers.join(',') }),
    ...(iggy?.host === undefined ? {} : { IGGY_HOST: iggy.host }),
    ...(iggy?.stream === undefined ? {} : { IGGY_STREAM: iggy.stream }),
    ...(iggy?.port === undefined ? {} : { IGGY_PORT: String(iggy.port) }),
    ...(iggy?.password === undefined ? {} : { IGGY_PASSWORD: iggy.password }),
  };
}

/** `vcf-agent consume` in a process of its own, at work when this resolves. */
export async function startWorker(options: AppOptions, ...flags: string[]): Promise<Worker> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'consume', '--json', ...flags], {
    env: { ...process.env, ...environmentOf(options) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = text(child.stdout);
  let stderr = '';
  const joined = Promise.withResolvers<void>();
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (stderr.includes('At work')) joined.resolve();
  });
  const done = once(child, 'close').then(async ([code]) => {
    joined.reject(new Error(`the worker ended: ${stderr}`));
    const [line = '{}'] = (await stdout).trim().split('\n');
    return { code: code as number | null, summary: JSON.parse(line === '' ? '{}' : line) as ConsumeSummary, stderr };
  });
  await joined.promise;
  return { pid: child.pid!, stop: (signal = 'SIGTERM') => child.kill(signal), done };
}
