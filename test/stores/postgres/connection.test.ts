import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../../src/stores/postgres/connection.ts';

test('should cancel nothing of the next caller when a cancelled statement ends by itself', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-connection-'));
  const database = await Database.open({ folder });
  t.after(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let round = 0; round < 30; round++) {
    const controller = new AbortController();
    const nearlyDone = database.use((client) => client.query('select pg_sleep(0.005)'), { signal: controller.signal });
    setTimeout(() => controller.abort(), 4 + (round % 8) / 2);
    await nearlyDone.catch(() => {});
    await database.use((client) => client.query('select pg_sleep(0.02)'));
  }
});

test('should leave no server running when its start is interrupted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-connection-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await (await Database.open({ folder })).close();
  for (const delayMs of [20, 50, 80]) {
    await Database.open({ folder, signal: AbortSignal.timeout(delayMs) }).then(
      (database) => database.close(),
      () => {},
    );
    // A server that is starting writes its file a moment after it was spawned.
    await sleep(200);
    assert.equal(existsSync(join(folder, 'data', 'postmaster.pid')), false, `interrupted after ${delayMs} ms`);
  }
});
