import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IngestSummary } from '../../src/app/ingestion.ts';
import { type CliOptions, jsonLines, runCli } from '../cli/run-cli.ts';

const REPORT_RSS = new URL('./report-rss.ts', import.meta.url).href;
const MAX_MEGABYTES = 512;
const TIMEOUT_MS = 60_000;

export interface CliIngest {
  readonly code: number | null;
  /** What was printed when the file was read. */
  readonly summary: IngestSummary | undefined;
  readonly error:
    | { readonly code: string; readonly message: string; readonly context: Readonly<Record<string, unknown>> }
    | undefined;
  /** Peak memory of the process. */
  readonly megabytes: number;
}

/**
 * Runs `vcf-agent ingest` as a user does and holds it to what every run owes, whatever the input: it ends, in bounded
 * memory, with a summary or one coded error and no stack. `folder`: where the process may leave its memory's peak.
 */
export async function ingestByCli(
  input: string,
  { folder, home, ...options }: CliOptions & { readonly folder: string; readonly home: string },
): Promise<CliIngest> {
  const own = mkdtempSync(join(folder, 'run-'));
  // Whoever runs it.
  chmodSync(own, 0o777);
  const report = join(own, 'rss');
  const env = { VCF_AGENT_HOME: home, NODE_OPTIONS: `--import ${REPORT_RSS}`, TEST_RSS_FILE: report };
  const { code, stdout, stderr } = await runCli(['ingest', input, '--json', '--quiet'], {
    timeoutMs: TIMEOUT_MS,
    ...options,
    env: { ...env, ...options.env },
  });
  assert.doesNotMatch(stderr, /^bug:|^\s+at .+:\d+/m);
  assert.ok(existsSync(report), `it did not end by itself: exit ${code}\n${stderr}`);
  const megabytes = Number(readFileSync(report, 'utf8'));
  assert.ok(megabytes < MAX_MEGABYTES, `${megabytes} MB`);
  const [summary] = jsonLines(stdout) as unknown as IngestSummary[];
  const [problem] = jsonLines(stderr) as unknown as { error: CliIngest['error'] }[];
  assert.ok((summary === undefined) !== (problem === undefined), 'either a summary or an error');
  return { code, summary, error: problem?.error, megabytes };
}
