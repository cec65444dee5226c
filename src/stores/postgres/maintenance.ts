import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import { MIGRATIONS } from './schema.ts';

/** The oldest that its makers still keep. */
const OLDEST_VERSION = 140_000;

/**
 * Brings the tables to the present version. Two processes may call this at once. Throws DATABASE_ERROR when the server is
 * too old or newer tables are found.
 */
export async function ensureTables(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query('show server_version_num');
  if (Number(rows[0].server_version_num) < OLDEST_VERSION) {
    throw new VcfAgentError('DATABASE_ERROR', 'PostgreSQL 14 or newer is needed.');
  }
  if (await isCurrent(pool)) return;
  // Only now: the migrator is 260 modules, an eighth of a second of every command.
  const { migrate } = await import('./migrate.ts');
  await migrate(pool);
}

async function isCurrent(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(`select to_regclass('schema_migrations') is not null as made`);
  if (rows[0].made !== true) return false;
  const done = await pool.query('select name from schema_migrations order by name');
  const names = done.rows.map(({ name }) => name as string);
  return names.join() === Object.keys(MIGRATIONS).join();
}

/** After a file: the planner learns of its values. */
export async function settle(client: pg.ClientBase): Promise<void> {
  await client.query('analyze variants, zones, carriers, samples');
}

/** After a deletion. */
export async function reclaim(client: pg.ClientBase): Promise<void> {
  await client.query('vacuum variants, blocks, zones, carriers, verdicts');
}
