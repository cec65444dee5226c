import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../src/app/app.ts';
import { homeFolders } from '../../src/app/home.ts';
import { EmbeddedServer } from '../../src/stores/postgres/server.ts';
import { writeChaosInput } from './input.ts';
import { type Run, startProgram } from './program.ts';
import { type Tables, tablesOf } from './tables.ts';

const TENANT = 'default';
const BATCH_SIZE = 250;

/** A bug put into the program on purpose: the module that patches it in, loaded before the program. */
export type Plant = 'ledger' | 'checkpoint';

export interface RigOptions {
  readonly records: number;
  readonly seed: number;
  readonly plant?: Plant | undefined;
}

/** What the tables hold, whatever wrote it, beside what `prove` says of it. */
export interface StoreState extends Tables {
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
  startIngest(): Run {
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
    return { ...(await tablesOf({ ...this.#server?.address })), proved, proof };
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

  #start(...args: string[]): Run {
    const { plant } = this.#options;
    const env = { VCF_AGENT_HOME: this.#home, DATABASE_URL: '' };
    return startProgram(args, { env, plant: plant && `plant-${plant}.ts` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
