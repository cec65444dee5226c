/** Static checks: format and lint, types, import directions, unused code, lock file. `npm run check` */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format and lint', bin('biome'), 'ci', '--colors=off', '--max-diagnostics=50', '.'],
  ['types', bin('tsc'), '--noEmit', '-p', '.'],
  ['import directions', process.execPath, 'scripts/check-imports.ts'],
  ['unused code', bin('knip'), '--no-progress'],
  ['lock file', process.execPath, 'scripts/complete-lock.ts', '--check'],
];

/** Runs every check, prints a line for each and the output of those that fail. True when all pass. */
export function runChecks(): boolean {
  let failures = 0;
  for (const [name, command, ...args] of CHECKS) {
    const started = performance.now();
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${status === 0 ? '✔' : '✘'} ${name} (${seconds} s)`);
    if (status === 0) continue;
    failures++;
    console.log([stdout, stderr, error?.message].filter(Boolean).join('\n').trimEnd());
  }
  return failures === 0;
}

if (import.meta.main && !runChecks()) process.exitCode = 1;
