/** Reads one file in a process of its own and prints what became of it, and what it took, as JSON. */
import { VcfAgentError } from '../../../src/core/errors.ts';
import { openVcf } from '../../../src/vcf/open.ts';

export interface ChildReport {
  readonly error?: string;
  readonly message?: string;
  readonly records?: number;
  readonly rejected?: readonly (readonly [code: string, line: number])[];
  readonly warnings?: readonly string[];
  readonly ended?: string;
  readonly truncation?: string;
  readonly peakMegabytes: number;
}

async function read(path: string): Promise<Omit<ChildReport, 'peakMegabytes'>> {
  const report = { records: 0, rejected: [] as [string, number][], warnings: [] as string[] };
  let end = {};
  await using reader = await openVcf(path);
  for await (const batch of reader.batches({ maxRecords: 1000 })) {
    report.records += batch.block.count;
    report.rejected.push(...batch.rejected.map(({ problem }): [string, number] => [problem.code, problem.line]));
    report.warnings.push(...batch.warnings.map(({ code }) => code));
    end = { ended: batch.ended, truncation: batch.truncation?.code };
  }
  return { ...report, ...end };
}

async function main(): Promise<void> {
  const result = await read(process.argv[2]!).catch((error: unknown) => {
    if (!(error instanceof VcfAgentError)) throw error;
    return { error: error.code, message: error.message };
  });
  console.log(JSON.stringify({ ...result, peakMegabytes: process.resourceUsage().maxRSS / 1024 }));
}

await main();
