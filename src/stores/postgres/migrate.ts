import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import { toStoreError } from './errors.ts';
import { MIGRATIONS } from './schema.ts';

/** Kysely's migrator: all missing migrations in one transaction under an advisory lock. Throws DATABASE_ERROR. */
export async function migrate(pool: pg.Pool): Promise<void> {
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

function runAll(statements: readonly string[]): (db: Kysely<unknown>) => Promise<void> {
  return async (db) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  };
}

/** Kysely ends the pool it is given; this one goes on. */
function keptOpen(pool: pg.Pool): { connect: () => Promise<pg.PoolClient>; end: () => Promise<void> } {
  return { connect: () => pool.connect(), end: async () => {} };
}
