/** A real PostgreSQL server for tests. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exists } from './debian.ts';
import { freePort } from './free-port.ts';

export interface PostgresServer {
  readonly url: string;
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
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], options);
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const exited = once(child, 'exit');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const onExit = (): void => {
    child.kill('SIGQUIT');
    remove();
  };
  process.once('exit', onExit);

  for (let attempt = 0; ; attempt++) {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-d', url], { stdio: 'ignore' });
      break;
    } catch {
      if (child.exitCode !== null || attempt === 150)
        throw new Error(`the PostgreSQL test server did not start (${bin})`);
      await sleep(100);
    }
  }
  return {
    url,
    async stop() {
      process.off('exit', onExit);
      child.kill('SIGINT');
      await exited;
      remove();
    },
  };
}
