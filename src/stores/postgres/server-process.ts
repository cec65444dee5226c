import { type ChildProcess, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { VcfAgentError } from '../../core/errors.ts';
import { codeOf } from './errors.ts';
import type { ServerFiles } from './server-files.ts';

const run = promisify(execFile);

/** sockaddr_un holds 108 bytes on Linux, 104 on macOS. */
const MAX_SOCKET_PATH = 100;

/** Beside the data when the name is short enough for a socket, else a folder in /tmp named after it. */
export async function socketFolder({ root, user }: ServerFiles): Promise<string> {
  if (Buffer.byteLength(`${root}/.s.PGSQL.5432`) <= MAX_SOCKET_PATH) return root;
  const folder = `/tmp/vcf-agent-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
  const uid = user?.uid ?? process.getuid?.();
  try {
    await fs.mkdir(folder, { mode: 0o700 });
    if (user !== undefined) await fs.chown(folder, user.uid, user.gid);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const stats = await fs.lstat(folder);
  if (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0) return folder;
  throw new VcfAgentError('DATABASE_UNAVAILABLE', `${folder} belongs to somebody else; use a shorter VCF_AGENT_HOME.`);
}

/** Only what the server needs: PGDATA and friends of the user must not reach it. */
export function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** Whether a child of ours has not ended. */
export function isRunning(child: ChildProcess | undefined): boolean {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Whether a process has this id; true also for one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** A process's command line; empty when there is no such process. */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return await run('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

export async function exists(file: string): Promise<boolean> {
  return await fs.access(file).then(
    () => true,
    () => false,
  );
}

/** Removes the folders of initialisations whose process was killed. */
export async function removeUnfinished(root: string): Promise<void> {
  for (const name of await fs.readdir(root)) {
    const pid = Number(/^init\.(\d+)$/.exec(name)?.[1]);
    if (pid > 0 && pid !== process.pid && !isAlive(pid))
      await fs.rm(path.join(root, name), { recursive: true, force: true });
  }
}
