import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'node:test';
import pg from 'pg';
import type { VariantStore } from '../../src/core/ports.ts';
import { openPostgresStore } from '../../src/stores/postgres/store.ts';
import { needs } from './needs.ts';

/** A store of a test's own, and a way around it. */
export interface TestStore {
  readonly store: VariantStore;
  /** Another store over the same database, as a second process would have it. */
  open(options?: { readonly: boolean }): Promise<VariantStore>;
  /** Any statement, as somebody with psql would run it. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Declares `suite` twice: for the embedded server, and for the one that TEST_DATABASE_URL names. */
export function describeStores(name: string, suite: (open: () => Promise<TestStore>) => void): void {
  describe(`${name} (embedded)`, () => suite(openEmbedded));
  describe(`${name} (server)`, needs('postgres-server'), () => suite(openOnServer));
}

/** A store with a new embedded server in a new folder. */
async function openEmbedded(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'va-'));
  const home = join(folder, 'postgres');
  const store = await openPostgresStore({ home });
  const client = await connected({ host: await realpath(home), user: 'vcf_agent', database: 'postgres' });
  return testStore(
    store,
    client,
    (options) => openPostgresStore({ home, ...options }),
    async () => {
      await rm(folder, { recursive: true, force: true });
    },
  );
}

/** A store in a new database of the server that the tests are given. */
async function openOnServer(): Promise<TestStore> {
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  const database = `va_${randomBytes(6).toString('hex')}`;
  const admin = await connected({ connectionString: url.href });
  await admin.query(`create database ${database}`);
  const mine = new URL(url);
  mine.pathname = `/${database}`;
  const store = await openPostgresStore({ url: mine.href }).catch(async (error) => {
    // Left open it would keep the test's process alive.
    await admin.end();
    throw error;
  });
  const client = await connected({ connectionString: mine.href });
  return testStore(
    store,
    client,
    (options) => openPostgresStore({ url: mine.href, ...options }),
    async () => {
      await admin.query(`drop database ${database} with (force)`);
      await admin.end();
    },
  );
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', () => {});
  await client.connect();
  return client;
}

function testStore(
  store: VariantStore,
  client: pg.Client,
  open: TestStore['open'],
  remove: () => Promise<void>,
): TestStore {
  return {
    store,
    open,
    sql: async (text, values = []) => (await client.query(text, [...values])).rows,
    close: async () => {
      await client.end();
      await store.close();
      await remove();
    },
  };
}
