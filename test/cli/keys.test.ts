import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { authenticate, createApiKey } from '../../src/app/api-keys.ts';
import { systemClock } from '../../src/app/clock.ts';
import { openTestApp } from '../support/app.ts';
import { firstOf, jsonLines, runCli } from './run-cli.ts';

const secretOf = (key: string) => key.slice('vcfa_'.length + 17, -9);

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'va-keys-'));
});
after(() => rm(home, { recursive: true, force: true }));

test('should print a key once, list it without its secret, and revoke it', async () => {
  const cli = (...args: string[]) => runCli(['--home', home, '--tenant', 'lab', ...args]);
  const made = await cli('keys', 'create', 'robot', '--scope', 'write', '--json');
  assert.equal(made.code, 0, made.stderr);
  const { id, key, scope } = firstOf(jsonLines(made.stdout)) as { id: string; key: string; scope: string };
  assert.match(key, /^vcfa_[0-9a-f]{16}_[\w-]{43}_[0-9a-f]{8}$/);
  assert.equal(scope, 'write');
  const listed = await cli('keys');
  assert.match(listed.stdout, new RegExp(`${id}.+robot.+write.+good`));
  assert.ok(!listed.stdout.includes(secretOf(key)));
  assert.equal((await runCli(['--home', home, 'keys', 'revoke', id])).code, 1);
  assert.equal((await cli('keys', 'revoke', id)).code, 0);
  assert.match((await cli('keys', 'list')).stdout, /revoked/);
});

test('should know a key again, and none that is wrong, revoked or expired', async () => {
  await using rig = await openTestApp();
  const { store } = rig.app;
  const { key, text } = await createApiKey(store, { tenant: 'lab', name: 'a', scope: 'read' }, systemClock);
  assert.deepEqual(await authenticate(store, text, systemClock), key);
  const other = await createApiKey(store, { tenant: 'lab', name: 'b', scope: 'admin' }, systemClock);
  const forged = (id: string, secret: string) => {
    const body = `${id}_${secret}`;
    return `vcfa_${body}_${crc32(body).toString(16).padStart(8, '0')}`;
  };
  assert.equal(forged(key.id, secretOf(text)), text);
  const wrongs = [
    forged(key.id, 'A'.repeat(43)),
    forged(key.id, secretOf(other.text)),
    forged(other.key.id, secretOf(text)),
  ];
  for (const wrong of ['', 'vcfa_', text.slice(0, -1), `${text}0`, forged('0'.repeat(16), secretOf(text)), ...wrongs]) {
    assert.equal(await authenticate(store, wrong, systemClock), undefined, wrong);
  }
  const [row] = await rig.sql('select * from api_keys where key_id = $1', [key.id]);
  assert.ok(!JSON.stringify(row).includes(secretOf(text)), 'the secret is in the database');
  const soon = await createApiKey(
    store,
    { tenant: 'lab', name: 'c', scope: 'read', expiresAt: new Date(systemClock.now() + 60_000) },
    systemClock,
  );
  const later = { ...systemClock, now: () => Date.now() + 61_000 };
  assert.equal((await authenticate(store, soon.text, systemClock))?.name, 'c');
  assert.equal(await authenticate(store, soon.text, later), undefined);
  await store.keys.revoke('lab', key.id);
  assert.equal(await authenticate(store, text, systemClock), undefined);
});
