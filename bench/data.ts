import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The generator of the shared data (deterministic; Python's standard library only). */
const GENERATOR = join(import.meta.dirname, '..', '..', 'shared', 'vcf', 'gen_vcf.py');
const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'vcf-agent-bench');

/** What each file of the benches is made of. */
const FILES = {
  'sites100k.vcf.gz': ['sites', '--n', '100000'],
  'sites200k.vcf.gz': ['sites', '--n', '200000'],
  'sites2m.vcf.gz': ['sites', '--n', '2000000'],
  'trio500k.vcf.gz': ['trio', '--n', '500000'],
} as const;

export type BenchFile = keyof typeof FILES;

/** Path of a bench file: from BENCH_DATA if it lies there, else generated once and kept outside the repository. */
export function benchFile(name: BenchFile): string {
  for (const folder of [process.env.BENCH_DATA, CACHE]) {
    if (folder !== undefined && existsSync(join(folder, name))) return join(folder, name);
  }
  if (!Object.hasOwn(FILES, name)) {
    throw new Error(`no ${name} in BENCH_DATA; what can be made is ${Object.keys(FILES).join(', ')}`);
  }
  if (!existsSync(GENERATOR)) throw new Error(`no ${name} in BENCH_DATA, and no generator at ${GENERATOR}`);
  mkdirSync(CACHE, { recursive: true });
  const reference = join(CACHE, 'syn38.fa');
  const generate = (...args: string[]) =>
    execFileSync('python3', [GENERATOR, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (!existsSync(reference)) generate('ref', '--out', reference);
  const plain = join(CACHE, name.replace(/\.gz$/, ''));
  console.log(`making ${name}`);
  generate(...FILES[name], '--ref', reference, '--out', plain);
  execFileSync('bgzip', ['--force', plain]);
  return join(CACHE, name);
}
