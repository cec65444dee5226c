import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VcfAgentError } from '../../core/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Registry } from '../program.ts';

const EXAMPLES = `
Examples:
  vcf-agent bench            everything
  vcf-agent bench read       only the benches whose name starts with "read"
`;

export function addBench({ program, run }: Registry): void {
  program
    .command('bench')
    .summary('measure this machine against other tools')
    .description('Runs the measured comparisons of bench/: ratios in one run, A B A B, medians.')
    .argument('[name...]', 'which benches')
    .addHelpText('after', EXAMPLES)
    .action(run((_context, args) => bench(args)));
}

async function bench(args: readonly string[]): Promise<number> {
  const script = join(import.meta.dirname, '..', '..', '..', 'bench', 'run.ts');
  if (!existsSync(script))
    throw new VcfAgentError('USAGE', 'bench/ is not part of this installation: run it from a clone');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? EXIT.interrupted;
}
