/** Programs that the tests need besides Node, from Debian packages. */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { postgresBin } from './postgres.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  bcftools: 'bcftools',
  tabix: 'tabix',
  bgzip: 'tabix',
  java: 'default-jre-headless',
  mvn: 'maven',
  openssl: 'openssl',
};

export function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

export const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => exists(join(folder, program)));

/** Debian's own Python, whose modules its packages bring, whatever other `python3` is on the PATH. */
export const DEBIAN_PYTHON = '/usr/bin/python3';

/** What examples/read_envelope.py imports. */
export function hasPythonModules(): boolean {
  return spawnSync(DEBIAN_PYTHON, ['-c', 'import msgpack, zstandard']).status === 0;
}

/** Installs the Debian packages that are missing. Needs root; does nothing when everything is there. */
export function installPrograms(): void {
  const missing = new Set(
    Object.keys(PACKAGES)
      .filter((name) => !isOnPath(name))
      .map((name) => PACKAGES[name] ?? name),
  );
  if (postgresBin() === undefined) missing.add('postgresql');
  if (!hasPythonModules()) for (const name of ['python3-msgpack', 'python3-zstandard']) missing.add(name);
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
