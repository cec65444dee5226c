/**
 * Peak resident memory of an ingest against the size of its file: it must not grow. Our process alone, and beside it
 * what the database server holds privately (its shared buffers are counted once).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { machine, measure } from '../measure.ts';

const OURS = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js')}`;
const REPORTER = join(import.meta.dirname, '..', '..', 'test', 'support', 'report-rss.ts');

export async function benchMemory(files: readonly string[]): Promise<void> {
  console.log(`memory, ${machine()}`);
  const home = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  try {
    for (const file of files) {
      const report = join(home, 'rss');
      const reporting = { NODE_OPTIONS: `--import ${REPORTER}`, TEST_RSS_FILE: report };
      const env = { VCF_AGENT_HOME: home, DATABASE_URL: '', ...reporting };
      const cost = await measure(`${OURS} ingest ${file} --json`, env);
      console.log(
        `${basename(file)}: peak ${Number(readFileSync(report, 'utf8')).toFixed(0)} MiB resident, ${cost.wallS.toFixed(1)} s`,
      );
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
