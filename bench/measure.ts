import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** What one run cost. CPU seconds are user + system of everything it started. */
export interface Cost {
  readonly wallS: number;
  readonly cpuS: number;
}

/** Linux counts CPU time in hundredths of a second for /proc (sysconf CLK_TCK). */
const TICKS_PER_SECOND = 100;

/** Fields of /proc/<pid>/stat after the command name, which may contain spaces. */
function statFields(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

const PARENT = 1;
const UTIME = 11;
const CSTIME = 14;

/** CPU seconds of a server so far: its own, those of its living children, and of the children it has buried. */
export function serverCpuS(pid: number): number {
  const own = statFields(pid).slice(UTIME, CSTIME + 1);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = statFields(Number(name));
        return fields[PARENT] === pid ? fields.slice(UTIME, UTIME + 2) : [];
      } catch {
        return [];
      }
    });
  return [...own, ...children].reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/**
 * Runs a shell command to its end under bash's own clock and reports what it and all its children cost. Throws with the
 * end of its output when it fails.
 */
export async function measure(command: string, env: NodeJS.ProcessEnv = {}): Promise<Cost> {
  const script = `TIMEFORMAT='%R %U %S'; set -o pipefail; time { ${command}; }`;
  const child = spawn('bash', ['-c', script], {
    env: { ...process.env, LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${output}`);
  const times = output.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { wallS: times[0]!, cpuS: times[1]! + times[2]! };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Contender {
  readonly name: string;
  run(): Promise<Cost>;
}

export interface Standing {
  readonly name: string;
  readonly wallS: number;
  readonly cpuS: number;
  readonly runs: readonly Cost[];
}

/** Runs all contenders in turn (A B A B …), `rounds` times, and gives their medians: drift of the machine hits all alike. */
export async function alternate(contenders: readonly Contender[], rounds: number): Promise<Standing[]> {
  const runs = contenders.map((): Cost[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const cost = await contender.run();
      runs[index]!.push(cost);
      console.log(`  ${contender.name.padEnd(28)} ${cost.wallS.toFixed(2)} s wall  ${cost.cpuS.toFixed(2)} s CPU`);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    wallS: median(runs[index]!.map((cost) => cost.wallS)),
    cpuS: median(runs[index]!.map((cost) => cost.cpuS)),
    runs: runs[index]!,
  }));
}

/** One line that names the machine: a figure without it means nothing. */
export function machine(): string {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory} GiB, Node ${process.version}, load ${load} at the start`;
}
