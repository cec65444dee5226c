import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import { toStoreError } from './errors.ts';
import { INITIAL_SCHEMA } from './schema.ts';

/** In order of their names, which are never changed once released. */
const MIGRATIONS: Readonly<Record<string, readonly string[]>> = {
  '0001_initial': INITIAL_SCHEMA,
};

/** BRIN bloom operator classes came with 14. */
const OLDEST_VERSION = 140_000;

/**
 * Brings the tables to the present version. Kysely's migrator runs in one transaction under an advisory lock, so two
 * processes may call this at once. Throws DATABASE_ERROR when the server is too old or newer tables are found.
 */
export async function migrate(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query('show server_version_num');
  if (Number(rows[0].server_version_num) < OLDEST_VERSION) {
    throw new VcfAgentError('DATABASE_ERROR', 'PostgreSQL 14 or newer is needed.');
  }
  if (await isCurrent(pool)) return;
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: keptOpen(pool) }) });
  const migrator = new Migrator({
    db,
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
    provider: {
      getMigrations: async () =>
        Object.fromEntries(Object.entries(MIGRATIONS).map(([name, statements]) => [name, { up: runAll(statements) }])),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw toStoreError(error);
}

/** Saves every later start the migrator's own statements. */
async function isCurrent(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(`select to_regclass('schema_migrations') is not null as made`);
  if (rows[0].made !== true) return false;
  const done = await pool.query('select name from schema_migrations order by name');
  const names = done.rows.map(({ name }) => name as string);
  return names.join() === Object.keys(MIGRATIONS).join();
}

/** The range index learns of the pages that were filled since it last did. Does not hinder who writes. */
export async function summarise(client: pg.ClientBase): Promise<void> {
  await client.query(`select brin_summarize_new_values('variants_ranges')`);
}

/** After a file: the range index learns of the rest of its pages, the planner of its values. */
export async function settle(client: pg.ClientBase): Promise<void> {
  await summarise(client);
  await client.query('analyze variants, carriers, samples');
}

/** After a deletion. */
export async function reclaim(client: pg.ClientBase): Promise<void> {
  await client.query('vacuum variants, carriers');
}

function runAll(statements: readonly string[]): (db: Kysely<unknown>) => Promise<void> {
  return async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  };
}

/** Kysely ends the pool it is given; this one goes on. */
function keptOpen(pool: pg.Pool): { connect: () => Promise<pg.PoolClient>; end: () => Promise<void> } {
  return { connect: () => pool.connect(), end: async () => {} };
}
