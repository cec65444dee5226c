import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
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
