/**
 * `npm test`: static checks, then every test. With CI=true it first installs what the tests need, and a test that would
 * skip fails. `npm test -- test/vcf/...` runs only the named test files.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './check.ts';
import { installPrograms } from './services/debian.ts';
import { kafkaEnv, startKafka } from './services/kafka.ts';
import { startPostgres } from './services/postgres.ts';

/** A file of tests that takes longer hangs: the kill campaign, the longest, takes minutes. */
const TEST_TIMEOUT_MS = 1_200_000;

const root = join(import.meta.dirname, '..');
process.chdir(root);
const isCi = process.env.CI === 'true';
const named = process.argv.slice(2);

/** Servers that the tests find by variables of the environment. */
interface Service {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function postgres(): Promise<Service | undefined> {
  if (process.env.TEST_DATABASE_URL) return undefined;
  const server = await startPostgres();
  return server && { env: { TEST_DATABASE_URL: server.url }, stop: server.stop };
}

async function kafka(): Promise<Service | undefined> {
  if (process.env.TEST_KAFKA_BROKERS) return undefined;
  const cluster = await startKafka();
  return { env: kafkaEnv(cluster), stop: cluster.stop };
}

async function runTests(services: readonly Service[]): Promise<number> {
  const files = named.length > 0 ? named : globSync('test/**/*.test.ts').sort();
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-concurrency=2',
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      '--test-reporter=spec',
      ...files,
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: Object.assign({ ...process.env }, ...services.map(({ env }) => env)),
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** On a user's machine the tests that need a server are skipped by name when it cannot be started. */
function withoutServer(name: string): (error: Error) => undefined {
  return (error) => {
    if (isCi) throw error;
    console.log(`No ${name} for the tests: ${error.message}`);
  };
}

async function main(): Promise<number> {
  if (isCi) installPrograms();
  if (named.length === 0 && !runChecks()) return 1;
  const services: Service[] = [];
  try {
    for (const [name, start] of [['PostgreSQL', postgres] as const, ['Kafka', kafka] as const]) {
      const service = await start().catch(withoutServer(name));
      if (service !== undefined) services.push(service);
    }
    return await runTests(services);
  } finally {
    for (const service of services) await service.stop();
  }
}

process.exitCode = await main();
