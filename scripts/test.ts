/**
 * `npm test`: static checks, then every test. With CI=true it first installs what the tests need, and a test that would
 * skip fails. `npm test -- test/vcf/...` runs only the named test files.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './check.ts';
import { installPrograms, startPostgres } from './services.ts';

/** A file of tests that takes longer hangs: the kill campaign, the longest, takes minutes. */
const TEST_TIMEOUT_MS = 1_200_000;

const root = join(import.meta.dirname, '..');
process.chdir(root);
const isCi = process.env.CI === 'true';
const named = process.argv.slice(2);

async function runTests(databaseUrl: string | undefined): Promise<number> {
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
      env: { ...process.env, ...(databaseUrl === undefined ? {} : { TEST_DATABASE_URL: databaseUrl }) },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** On a user's machine the tests that need a server are skipped by name when it cannot be started. */
function withoutServer(error: Error): undefined {
  if (isCi) throw error;
  console.log(`No PostgreSQL test server: ${error.message}`);
}

async function main(): Promise<number> {
  if (isCi) installPrograms();
  if (named.length === 0 && !runChecks()) return 1;
  const server = process.env.TEST_DATABASE_URL ? undefined : await startPostgres().catch(withoutServer);
  try {
    return await runTests(server?.url);
  } finally {
    await server?.stop();
  }
}

process.exitCode = await main();
