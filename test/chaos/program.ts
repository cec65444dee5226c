import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
/** Longer than any run of a campaign may take, with servers that have to recover. */
const RUN_TIMEOUT_MS = 120_000;
const KEPT_CHARACTERS = 4000;

export interface Outcome {
  readonly code: number | null;
  readonly elapsedMs: number;
  /** What it said, when it ended well; else with the end of its errors. */
  readonly output: string;
}

/** A run of the command line that can be killed. */
export interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<Outcome>;
  /** Resolves when it has said this, or has ended. */
  says(text: string): Promise<void>;
}

export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  /** A module with a bug, loaded before the program: `plant-NAME.ts`, its path below this folder. */
  readonly plant?: string | undefined;
}

/** Starts the real command line in a process of its own. */
export function startProgram(args: readonly string[], { env, plant }: ProgramOptions): Run {
  const flags = ['--disable-warning=ExperimentalWarning'];
  if (plant !== undefined) flags.push('--import', join(import.meta.dirname, plant));
  const begun = performance.now();
  const child = spawn(process.execPath, [...flags, CLI, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-KEPT_CHARACTERS);
    child.emit('said');
  });
  const done = once(child, 'close').then(([code]) => {
    process.off('exit', onExit);
    return { code, elapsedMs: performance.now() - begun, output: code === 0 ? output : output + errors };
  });
  const says = async (text: string) => {
    const ended = new AbortController();
    done.then(() => ended.abort());
    while (!errors.includes(text) && !ended.signal.aborted) {
      await once(child, 'said', { signal: ended.signal }).catch(() => undefined);
    }
  };
  return { child, done, says };
}
