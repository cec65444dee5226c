/**
 * Peak resident memory of an ingest against the size of its file: it must not grow. Our process alone, and beside it
 * what the database server holds privately (its shared buffers are counted once).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { machine, measure } from '../measure.ts';

const OURS = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js')}`;
const REPORTER = join(import.meta.dirname, 'report-rss.ts');

export async function benchMemory(files: readonly string[]): Promise<void> {
  console.log(`memory, ${machine()}`);
  const home = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  try {
    for (const file of files) {
      const env = { VCF_AGENT_HOME: home, DATABASE_URL: '', NODE_OPTIONS: `--import ${REPORTER}` };
      const cost = await measure(`${OURS} ingest ${file} --json`, env);
      console.log(`${basename(file)}: peak ${cost.rssMiB.toFixed(0)} MiB resident, ${cost.wallS.toFixed(1)} s`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
