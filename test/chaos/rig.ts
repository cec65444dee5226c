import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { App } from '../../src/app/app.ts';
import { homeFolders } from '../../src/app/home.ts';
import { EmbeddedServer } from '../../src/stores/postgres/server.ts';
import { writeChaosInput } from './input.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const TENANT = 'default';
const BATCH_SIZE = 250;
/** Longer than any ingest of the rig's file may take, with a database that has to recover. */
const RUN_TIMEOUT_MS = 120_000;

/** A bug put into the program on purpose: the module that patches it in, loaded before the program. */
export type Plant = 'ledger' | 'checkpoint';

export interface RigOptions {
  readonly records: number;
  readonly seed: number;
  readonly plant?: Plant | undefined;
}

export interface Outcome {
  readonly code: number | null;
  readonly elapsedMs: number;
  /** The end of what it said. */
  readonly output: string;
}

/** What the tables hold, whatever wrote it, beside what `prove` says of it. */
export interface StoreState {
  readonly rows: string;
  readonly digest: string;
  readonly proved: boolean;
  readonly proof: string;
}

/** One home, one input file, and the real command line run against them in processes that can be killed. */
export class ChaosRig implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'vcf-agent-chaos-'));
  readonly input = join(this.folder, 'input.vcf.gz');
  readonly #home = join(this.folder, 'home');
  readonly #options: RigOptions;
  #server: EmbeddedServer | undefined;

  constructor(options: RigOptions) {
    this.#options = options;
  }

  async prepare(): Promise<void> {
    await writeChaosInput(this.input, this.#options);
    // The database is made once, so that a run's kill falls into the run and not into initdb.
    await (await this.#open())[Symbol.asyncDispose]();
    this.#server = await EmbeddedServer.open(homeFolders(this.#home).postgres);
    await this.#server.ensure();
  }

  /** Starts an ingest; the caller may kill it. */
  startIngest(): { readonly child: ChildProcess; readonly done: Promise<Outcome> } {
    return this.#start('ingest', this.input, '--batch-size', String(BATCH_SIZE), '--json');
  }

  /** Forgets the file, so that the next round begins with an empty store. */
  async forget(): Promise<void> {
    await using app = await this.#open();
    for (const { fileId } of await app.store.files(TENANT)) await app.deleteFile(fileId);
  }

  /** Looked at from this process, with a program in which nothing is planted. */
  async state(): Promise<StoreState> {
    await using app = await this.#open();
    const proofs = await Promise.all((await app.store.files(TENANT)).map(({ fileId }) => app.prove(fileId)));
    const proof = JSON.stringify(proofs.flatMap(({ failures }) => failures));
    const proved = proofs.length === 1 && proofs.every(({ ok }) => ok);
    return { ...(await this.#digest()), proved, proof };
  }

  async #open(): Promise<App> {
    // Counted among the server's users, so that it is not stopped and started between any two commands.
    await this.#server?.ensure();
    const limits = { maxInFlightVariants: 10_000, logMaxBytes: 1 << 30, lineBytes: 1 << 20 };
    return App.open({ home: this.#home, tenant: TENANT, compressionLevel: 1, ...limits });
  }

  /** SIGKILL to the database server; its processes see that their parent is gone and end. False when none runs. */
  killDatabase(): boolean {
    try {
      const pid = Number.parseInt(
        readFileSync(join(homeFolders(this.#home).postgres, 'data', 'postmaster.pid'), 'utf8'),
        10,
      );
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  }

  /** Order-independent over every column that a second ingest of the file would give again: not the file's number. */
  async #digest(): Promise<{ rows: string; digest: string }> {
    const client = new pg.Client({ ...this.#server?.address });
    await client.connect();
    try {
      const { rows } = await client.query(`
        SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(row_text, 0)::numeric), 0)::text AS digest FROM (
          SELECT (to_jsonb(v) - 'id' - 'file_id' || jsonb_build_object('number', v.id & 4294967295))::text AS row_text
            FROM variants v
          UNION ALL SELECT (to_jsonb(b) - 'file_id')::text FROM blocks b
          UNION ALL SELECT (to_jsonb(z) - 'file_id')::text FROM zones z
          UNION ALL SELECT (to_jsonb(c) - 'file_id')::text FROM carriers c
          UNION ALL SELECT (to_jsonb(r) - 'file_id')::text FROM rejected r
        ) everything`);
      return rows[0];
    } finally {
      await client.end();
    }
  }

  #start(...args: string[]): { readonly child: ChildProcess; readonly done: Promise<Outcome> } {
    const { plant } = this.#options;
    const flags = ['--disable-warning=ExperimentalWarning'];
    if (plant !== undefined) flags.push('--import', join(import.meta.dirname, `plant-${plant}.ts`));
    const begun = performance.now();
    const child = spawn(process.execPath, [...flags, CLI, ...args], {
      env: { ...process.env, VCF_AGENT_HOME: this.#home, DATABASE_URL: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-4000);
    });
    const done = once(child, 'close').then(([code]) => ({
      code,
      elapsedMs: performance.now() - begun,
      output: code === 0 ? output : output + errors,
    }));
    return { child, done };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
