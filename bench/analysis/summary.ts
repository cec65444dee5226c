/**
 * Counting a file against `bcftools stats`, in CPU seconds of whole processes, A B A B. We count chromosomes, filters,
 * consequences, impacts and ClinVar as well, and check each line as an ingest does; bcftools does none of that.
 */
import { basename, join } from 'node:path';
import { alternate, machine, measure } from '../measure.ts';

const OURS = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js')} summary --quiet --json`;

export interface SummaryBenchOptions {
  /** BGZF files; one whose name begins with `sites` has no samples, which `-s -` refuses. */
  readonly files: readonly string[];
  readonly rounds: number;
}

export async function benchSummary({ files, rounds }: SummaryBenchOptions): Promise<void> {
  console.log(`summary, ${machine()}`);
  for (const file of files) {
    const samples = basename(file).startsWith('sites') ? '' : '-s -';
    const [ours, bcftools] = await alternate(
      [
        { name: 'vcf-agent summary', run: () => measure(`${OURS} ${file} > /dev/null`) },
        { name: 'bcftools stats', run: () => measure(`bcftools stats ${samples} ${file} > /dev/null`) },
      ],
      rounds,
    );
    console.log(
      `${basename(file)}, medians of ${rounds}: ${ours!.cpuS.toFixed(2)} s CPU against ${bcftools!.cpuS.toFixed(2)} of bcftools stats, ` +
        `${(bcftools!.cpuS / ours!.cpuS).toFixed(2)} times as fast; ${ours!.wallS.toFixed(2)} s against ${bcftools!.wallS.toFixed(2)} s of wall`,
    );
  }
}
