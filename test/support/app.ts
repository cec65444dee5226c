import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { App, type AppOptions } from '../../src/app/app.ts';
import { homeFolders } from '../../src/app/home.ts';
import type { IngestOptions } from '../../src/app/ingestion.ts';

/** How a test ingests when it does not care: small envelopes, so that a small file has several. */
export const INGEST: IngestOptions = { batchSize: 50, split: 'bcftools', resume: true };

/** A program of a test's own in a new home on the embedded default, and a way around it. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly folder: string;
  readonly options: AppOptions;
  /** Any statement, as somebody with psql would run it. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

export async function openTestApp(): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'vcf-agent-app-'));
  const home = join(folder, 'home');
  const limits = { maxInFlightVariants: 10_000, logMaxBytes: 64 * 1024 * 1024, lineBytes: 1024 * 1024 };
  const options: AppOptions = { home, tenant: 'default', compressionLevel: 1, ...limits };
  const app = await App.open(options);
  const client = new pg.Client({
    host: await realpath(homeFolders(home).postgres),
    user: 'vcf_agent',
    database: 'postgres',
  });
  await client.connect();
  return {
    app,
    folder,
    options,
    sql: async (text, values = []) => (await client.query(text, [...values])).rows,
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await app[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
