/**
 * Peak resident memory of an ingest against the size of its file: it must not grow. Our process alone, and beside it
 * what the database server holds privately (its shared buffers are counted once).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { machine, measure } from '../measure.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const REPORTER = join(import.meta.dirname, 'report-rss.ts');

export async function benchMemory(files: readonly string[]): Promise<void> {
  console.log(`memory, ${machine()}`);
  const home = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  try {
    for (const file of files) {
      const node = `${process.execPath} --disable-warning=ExperimentalWarning --import ${REPORTER}`;
      const cost = await measure(`${node} ${CLI} ingest ${file} --json`, { VCF_AGENT_HOME: home, DATABASE_URL: '' });
      console.log(`${basename(file)}: peak ${cost.rssMiB.toFixed(0)} MiB resident, ${cost.wallS.toFixed(1)} s`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
