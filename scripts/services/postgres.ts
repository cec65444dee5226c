/** A real PostgreSQL server for tests. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exists } from './debian.ts';
import { freePort } from './free-port.ts';
import type { Victim } from './victim.ts';

export interface PostgresServer extends Victim {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Folder with `initdb` and `postgres`: Debian keeps them off the PATH. Undefined when there is no server here. */
export function postgresBin(): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort(
    (a, b) => Number.parseInt(b.split('/')[4] ?? '', 10) - Number.parseInt(a.split('/')[4] ?? '', 10),
  );
  const folders = [...debian, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.find((folder) => exists(join(folder, 'initdb')) && exists(join(folder, 'postgres')));
}

/** Owner for the server's files and processes: PostgreSQL refuses to run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Starts a PostgreSQL server of its own on a free loopback port with an empty database. Undefined when this machine has
 * none. Durable as installed (fsync on): the tests kill it.
 */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = postgresBin();
  if (bin === undefined) return undefined;
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-test-postgres-'));
  const data = join(folder, 'data');
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const options = { ...user, cwd: folder, stdio: 'ignore' as const };
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'],
    options,
  );

  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  const command = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const server = new ServerProcess({ bin, command, options, url });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const onExit = (): void => {
    server.signal('SIGQUIT');
    remove();
  };
  process.once('exit', onExit);
  await server.restart();
  return {
    url,
    port,
    hang: () => server.signalAll('SIGSTOP'),
    wake: () => server.signalAll('SIGCONT'),
    kill: () => server.endBy('SIGKILL'),
    end: () => server.endBy('SIGINT'),
    restart: () => server.restart(),
    async stop() {
      process.off('exit', onExit);
      server.signalAll('SIGCONT');
      await server.endBy('SIGINT');
      remove();
    },
  };
}

interface Command {
  readonly bin: string;
  readonly command: readonly string[];
  readonly options: SpawnOptions;
  readonly url: string;
}

/** After a SIGKILL the server's other processes need a moment to notice; until then no new one may use its data. */
const START_ATTEMPTS = 150;

class ServerProcess {
  readonly #command: Command;
  #child: ChildProcess | undefined;

  constructor(command: Command) {
    this.#command = command;
  }

  async restart(): Promise<void> {
    const { bin, command, options, url } = this.#command;
    for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
      if (this.#child === undefined || this.#child.exitCode !== null) {
        this.#child = spawn(join(bin, 'postgres'), command, options);
      }
      try {
        execFileSync(join(bin, 'pg_isready'), ['-q', '-d', url], { stdio: 'ignore' });
        return;
      } catch {
        await sleep(100);
      }
    }
    throw new Error(`the PostgreSQL test server did not start (${bin})`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** To the postmaster and its children. */
  signalAll(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    this.signal(signal);
    for (const child of childrenOf(pid)) {
      try {
        process.kill(child, signal);
      } catch {
        // Ended by itself.
      }
    }
  }

  async endBy(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}
