/** What the tests need besides Node: programs from Debian packages, and a real PostgreSQL server. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, chownSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PACKAGES: Readonly<Record<string, string>> = { bcftools: 'bcftools', tabix: 'tabix', bgzip: 'tabix' };

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => exists(join(folder, program)));

/** Folder with `initdb` and `postgres`: Debian keeps them off the PATH. Undefined when there is no server here. */
function postgresBin(): string | undefined {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort(
    (a, b) => Number.parseInt(b.split('/')[4] ?? '', 10) - Number.parseInt(a.split('/')[4] ?? '', 10),
  );
  const folders = [...debian, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.find((folder) => exists(join(folder, 'initdb')) && exists(join(folder, 'postgres')));
}

/** Installs the Debian packages that are missing. Needs root; does nothing when everything is there. */
export function installPrograms(): void {
  const missing = new Set(
    Object.keys(PACKAGES)
      .filter((name) => !isOnPath(name))
      .map((name) => PACKAGES[name] ?? name),
  );
  if (postgresBin() === undefined) missing.add('postgresql');
  if (missing.size === 0) return;
  console.log(`Installing ${[...missing].join(', ')} (apt-get)`);
  if (missing.has('postgresql') && !exists('/etc/postgresql-common/createcluster.conf')) {
    // The package would make and start a server of its own on the usual port: the tests start theirs.
    mkdirSync('/etc/postgresql-common', { recursive: true });
    writeFileSync('/etc/postgresql-common/createcluster.conf', 'create_main_cluster = false\n');
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): unknown =>
    execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('install', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold', ...missing);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
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
