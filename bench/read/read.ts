/**
 * Reading alone, in CPU seconds of whole processes, A B A B: the field bounds of CHROM … INFO against
 * `bcftools view -Ou`, and every INFO value typed against `bcftools query` of the same keys, noodles and @gmod/vcf.
 *
 * noodles takes part when NOODLES_BENCH names the program built from `noodles/`:
 *
 *     cargo build --release --manifest-path bench/read/noodles/Cargo.toml --target-dir /tmp/noodles
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openVcf } from '../../src/vcf/open.ts';
import { alternate, type Contender, machine, measure, type Standing } from '../measure.ts';

export interface ReadOptions {
  /** A BGZF file of annotated records. */
  readonly file: string;
  readonly rounds: number;
}

/** Goal and floor of the issue: times as fast as bcftools. */
const GOAL = 2;
const FLOOR = 1;

export async function benchRead({ file, rounds }: ReadOptions): Promise<void> {
  console.log(`read ${basename(file)}, ${machine()}`);
  const cache = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  try {
    // What Node compiled once it need not compile again: the command line tool runs with the same cache.
    const node = (script: URL) =>
      `NODE_COMPILE_CACHE=${cache} ${process.execPath} ${fileURLToPath(script)} ${file} > /dev/null`;
    const keys = await infoKeys(file);
    const noodles = process.env.NOODLES_BENCH;
    const bounds = [
      contender('vcf-agent', node(new URL('contender-bounds.ts', import.meta.url))),
      contender('bcftools view -Ou', `bcftools view -Ou -o /dev/null ${file}`),
      ...(noodles ? [contender('noodles, lazy records', `${noodles} bounds ${file}`)] : []),
    ];
    const info = [
      contender('vcf-agent', node(new URL('contender-info.ts', import.meta.url))),
      contender('bcftools query', `bcftools query -f '${keys}\\n' ${file} > /dev/null`),
      ...(noodles ? [contender('noodles', `${noodles} info ${file}`)] : []),
      contender('@gmod/vcf', node(new URL('contender-gmod.ts', import.meta.url))),
    ];
    for (const { name, run } of [bounds[0]!, info[0]!]) await run().catch((error) => fail(name, error));
    report('field bounds', await alternate(bounds, rounds));
    report('every INFO value typed', await alternate(info, rounds));
  } finally {
    rmSync(cache, { recursive: true });
  }
}

function contender(name: string, command: string): Contender {
  return { name, run: () => measure(command) };
}

function fail(name: string, error: unknown): never {
  throw new Error(`${name} cannot run`, { cause: error });
}

async function infoKeys(file: string): Promise<string> {
  await using reader = await openVcf(file);
  return [...reader.header.info.keys()].map((key) => `%INFO/${key}`).join('\\t');
}

function report(what: string, standings: readonly Standing[]): void {
  const [ours, bcftools] = standings as [Standing, Standing];
  console.log(`${what}: medians of ${ours.runs.length}`);
  for (const { name, cpuS, wallS } of standings) {
    const times = (cpuS / ours.cpuS).toFixed(2);
    console.log(`  ${name.padEnd(28)} ${cpuS.toFixed(2)} s CPU  ${wallS.toFixed(2)} s wall  ${times}× ours`);
  }
  const ratio = bcftools.cpuS / ours.cpuS;
  const verdict = ratio >= GOAL ? 'goal met' : ratio >= FLOOR ? 'floor met' : 'FLOOR NOT MET';
  console.log(`  ${ratio.toFixed(2)} times as fast as ${bcftools.name}: ${verdict} (goal ${GOAL}, floor ${FLOOR})`);
  if (ratio < FLOOR) process.exitCode = 1;
}
