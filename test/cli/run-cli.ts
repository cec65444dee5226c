import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Another user than ourselves to run as; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Killed after this. */
  readonly timeoutMs?: number;
}

/** The environment of a user who has set nothing. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VCF_AGENT_|DATABASE_URL$|FORCE_COLOR$|NO_COLOR$|NODE_)/.test(name),
  );
  return Object.fromEntries(kept);
}

/** Starts the installed program as a user does. */
export function startCli(args: readonly string[], { env = {}, user, timeoutMs = 0 }: CliOptions = {}) {
  return spawn(process.execPath, [BIN, ...args], {
    ...user,
    timeout: timeoutMs,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the installed program to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

/** The JSON objects of an output that has one a line. */
export function jsonLines(output: string): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The first of them; fails when there is none. */
export function firstOf(lines: readonly Record<string, unknown>[]): Record<string, unknown> {
  const [first] = lines;
  if (first === undefined) throw new Error('no line of JSON');
  return first;
}
