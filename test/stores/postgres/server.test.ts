import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VcfAgentError } from '../../../src/core/errors.ts';
import type { VariantStore } from '../../../src/core/ports.ts';
import { prepareServerFiles } from '../../../src/stores/postgres/server-files.ts';
import { openPostgresStore } from '../../../src/stores/postgres/store.ts';
import { unitOf } from '../../support/envelope.ts';

const HOLDER = fileURLToPath(import.meta.resolve('../../support/hold-store.ts'));
const isRoot = process.getuid?.() === 0;

describe('EmbeddedServer', () => {
  let folder: string;
  let home: string;
  let holders: ChildProcess[];

  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'va-'));
    home = join(folder, 'postgres');
    holders = [];
  });

  afterEach(async () => {
    for (const holder of holders) holder.kill('SIGKILL');
    const pid = await serverPid();
    if (pid !== undefined) await killed(pid, 'SIGQUIT');
    const place = await fs.realpath(home).catch(() => home);
    await fs.rm(place, { recursive: true, force: true });
    await fs.rm(folder, { recursive: true, force: true });
  });

  async function serverPid(): Promise<number | undefined> {
    const text = await fs.readFile(join(home, 'data/postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number.parseInt(text, 10);
    return pid > 0 && isAlive(pid) ? pid : undefined;
  }

  async function hold(): Promise<ChildProcess> {
    const holder = spawn(process.execPath, [HOLDER, home], { stdio: ['pipe', 'pipe', 'inherit'] });
    holders.push(holder);
    const ended = once(holder, 'exit').then(([code]) => assert.fail(`it ended with ${code}`));
    const [line] = (await Promise.race([once(holder.stdout, 'data'), ended])) as [Buffer];
    ended.catch(() => {});
    assert.equal(line.toString(), 'open\n');
    return holder;
  }

  test('should start once when several processes open at the same moment, and stop with the last', async () => {
    const [first, second, third] = await Promise.all([hold(), hold(), hold()]);
    const pid = await serverPid();
    assert.ok(pid);
    for (const holder of [second, first]) {
      holder?.stdin?.end();
      await once(holder as ChildProcess, 'exit');
      assert.equal(await serverPid(), pid);
    }
    third?.stdin?.end();
    await once(third as ChildProcess, 'exit');
    assert.equal(await serverPid(), undefined);
    assert.deepEqual(
      (await fs.readdir(home)).filter((name) => name.startsWith('init.')),
      [],
    );
  });

  test('should prepare one folder when several do so at the same moment', async () => {
    for (let time = 0; time < 20; time++) {
      const place = join(folder, `at-once-${time}`);
      const roots = (await Promise.all([1, 2, 3, 4].map(() => prepareServerFiles(place)))).map(({ root }) => root);
      assert.deepEqual([...new Set(roots)], [await fs.realpath(place)]);
    }
  });

  test('should take over the server that a killed process left behind', async () => {
    const holder = await hold();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const pid = await serverPid();
    assert.ok(pid);
    const store = await openPostgresStore({ home });
    await store.apply([unitOf(['1 1 . A G . . .'])]);
    assert.equal(await serverPid(), pid);
    await store.close();
    assert.equal(isAlive(pid), false);
  });

  test('should say retryable when the server is killed under it, and write once when asked again', async () => {
    const store = await openPostgresStore({ home });
    for (let round = 0; round < 3; round++) {
      const unit = unitOf(['1 1 . A G . . .', '1 2 . A G . . .'], { firstOrdinal: round * 2 });
      const pid = await serverPid();
      assert.ok(pid);
      const killing = sleep(round * 3).then(() => killed(pid, 'SIGKILL'));
      await applyUntilDone(store, unit);
      await killing;
      // Sessions outlive their server by a moment, and may even have committed.
      await sleep(200);
      await applyUntilDone(store, unit);
      assert.equal((await query(store)).length, (round + 1) * 2);
    }
    await store.close();
    assert.equal(await serverPid(), undefined);
  });

  test('should start although postmaster.pid names a process of somebody else', async () => {
    await (await openPostgresStore({ home })).close();
    await fs.writeFile(join(home, 'data/postmaster.pid'), `${process.pid}\n${home}/data\n`);
    const store = await openPostgresStore({ home });
    assert.deepEqual(await store.files('default'), []);
    await store.close();
  });

  test('should clear away what a killed initialisation left, and use a long folder name', async () => {
    home = join(folder, 'n'.repeat(60), 'm'.repeat(60), 'postgres');
    await fs.mkdir(join(home, 'init.999999999'), { recursive: true });
    await fs.chmod(folder, 0o755);
    if (isRoot) await fs.rm(home, { recursive: true });
    const store = await openPostgresStore({ home });
    assert.deepEqual(await store.files('default'), []);
    await store.close();
    assert.deepEqual(
      (await fs.readdir(home)).filter((name) => name.startsWith('init.')),
      [],
    );
  });

  test('should keep its files in the folder when that lies in a private one of /tmp', async () => {
    home = join(folder, 'a', 'b', 'postgres');
    await (await openPostgresStore({ home })).close();
    assert.ok((await fs.lstat(home)).isDirectory());
    assert.equal((await fs.stat(folder)).mode & 0o067, 0);
  });

  test('should keep its files elsewhere when its user cannot reach the folder', {
    skip: !isRoot && 'only root has such a user',
  }, async (t) => {
    const closed = await fs.mkdtemp(join(homedir(), '.va-'));
    // After afterEach, which removes what the link leads to.
    t.after(() => fs.rm(closed, { recursive: true }));
    home = join(closed, 'home', 'postgres');
    const store = await openPostgresStore({ home });
    await store.close();
    assert.ok((await fs.lstat(home)).isSymbolicLink());
    const place = await fs.realpath(home);
    assert.doesNotMatch(place, new RegExp(closed));
    await (await openPostgresStore({ home })).close();
    assert.equal(await fs.realpath(home), place);
  });

  test('should agree on one place when several cannot use the folder at the same moment', {
    skip: !isRoot && 'only root has such a user',
  }, async (t) => {
    const closed = await fs.mkdtemp(join(homedir(), '.va-'));
    t.after(() => fs.rm(closed, { recursive: true }));
    for (let time = 0; time < 20; time++) {
      const place = join(closed, `at-once-${time}`);
      const roots = (await Promise.all([1, 2, 3, 4].map(() => prepareServerFiles(place)))).map(({ root }) => root);
      const real = await fs.realpath(place);
      assert.deepEqual([...new Set(roots)], [real]);
      await fs.rm(real, { recursive: true });
    }
  });

  test('should give the end of the log when the server cannot start', async () => {
    await (await openPostgresStore({ home })).close();
    await fs.writeFile(join(home, 'data/postgresql.conf'), 'no_such_setting = 1\n');
    await assert.rejects(openPostgresStore({ home }), (error) => {
      assert.ok(error instanceof VcfAgentError);
      assert.equal(error.code, 'DATABASE_UNAVAILABLE');
      assert.match(error.message, /no_such_setting/);
      return true;
    });
  });

  test('should say DATABASE_UNAVAILABLE when there is no server at the URL', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    await assert.rejects(openPostgresStore({ url }), { code: 'DATABASE_UNAVAILABLE', retryable: true });
  });
});

async function applyUntilDone(store: VariantStore, unit: ReturnType<typeof unitOf>): Promise<void> {
  for (;;) {
    try {
      await store.apply([unit]);
      return;
    } catch (error) {
      assert.ok(error instanceof VcfAgentError && error.retryable, String(error));
    }
  }
}

async function query(store: VariantStore): Promise<readonly unknown[]> {
  for (;;) {
    try {
      return (await store.query(undefined, { tenant: 'default', limit: 100 })).rows;
    } catch (error) {
      assert.ok(error instanceof VcfAgentError && error.retryable, String(error));
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function killed(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  while (isAlive(pid)) await sleep(5);
}
