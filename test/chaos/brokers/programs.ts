import pg from 'pg';
import { App } from '../../../src/app/app.ts';
import { systemClock } from '../../../src/app/clock.ts';
import { storeFolders } from '../../../src/app/home.ts';
import { openRoute } from '../../../src/app/platforms.ts';
import { topicOf } from '../../../src/app/topics.ts';
import type { ProofFailure } from '../../../src/consume/prove.ts';
import type { PlatformConsumer } from '../../../src/core/ports.ts';
import { type Outcome, type Run, startProgram } from '../program.ts';
import { type Tables, tablesOf } from '../tables.ts';
import type { RouteChoice } from './plan.ts';
import type { Stage } from './stage.ts';

export interface ProgramsOptions {
  /** One for all: a group knows its members again, and need not wait until those of the last round are forgotten. */
  readonly home: string;
  /** A module with a bug, its path below test/chaos. */
  readonly plant?: string | undefined;
  readonly patienceMs: number;
}

/** Whose variants, over which platforms. */
export interface Scene {
  readonly route: RouteChoice;
  readonly tenant: string;
}

export interface StartOptions {
  /** With nothing planted in it. */
  readonly sound?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export type Ended = Outcome & { readonly hung: boolean };

/** What `prove` says of the scene's only file, and what the tables hold of it. */
export interface Stored {
  readonly failures: readonly Pick<ProofFailure, 'kind' | 'detail'>[];
  readonly tables: Tables;
}

export const CONSUMPTION: readonly string[] = ['consume'];

const LIMITS = { maxInFlightVariants: 10_000, logMaxBytes: 1 << 30, compressionLevel: 1, lineBytes: 1 << 20 };

/** The program's processes on a stage, and a look past them, and past the database's proxy, at what came of them. */
export class Programs implements AsyncDisposable {
  readonly stage: Stage;
  readonly #options: ProgramsOptions;
  /** Connects anew after the server was killed. */
  readonly #database: pg.Pool;

  constructor(stage: Stage, options: ProgramsOptions) {
    this.stage = stage;
    this.#options = options;
    this.#database = new pg.Pool({ connectionString: stage.database.url, max: 1 });
    this.#database.on('error', () => undefined);
  }

  start({ route, tenant }: Scene, args: readonly string[], { sound = false, env }: StartOptions = {}): Run {
    const { home, plant } = this.#options;
    const all = { ...this.stage.env(route, { home, tenant }), ...env };
    return startProgram([...args, '--json'], { env: all, plant: sound ? undefined : plant });
  }

  /** One that hangs is killed. */
  async ended({ child, done }: Run): Promise<Ended> {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, this.#options.patienceMs);
    const outcome = await done;
    clearTimeout(timer);
    return { ...outcome, hung };
  }

  /** Tells from now on whether it has ended, or nobody is to wait for it any longer. */
  watch({ done }: Run): () => boolean {
    const until = performance.now() + this.#options.patienceMs;
    let hasEnded = false;
    done.then(() => {
      hasEnded = true;
    });
    return () => hasEnded || performance.now() > until;
  }

  /** Envelopes of this tenant that are in the ledger. */
  async applied(tenant: string): Promise<ReadonlySet<string>> {
    const text = 'SELECT envelope_id FROM ledger JOIN tenants USING (tenant_id) WHERE name = $1';
    const { rows } = await this.#database.query(text, [tenant]);
    return new Set(rows.map(({ envelope_id }) => envelope_id));
  }

  /** First everything is taken from the platforms: what arrived late on whichever must change nothing. */
  async stored(scene: Scene): Promise<Stored> {
    await using app = await this.#open(scene);
    await app.consume({ untilDrained: true });
    const files = await app.store.files(scene.tenant);
    if (files.length !== 1) {
      return { failures: [{ kind: 'gap', detail: `${files.length} files` }], tables: { rows: '0', digest: '' } };
    }
    const { fileId } = files[0]!;
    const { failures } = await app.prove(fileId);
    return { failures, tables: await tablesOf({ connectionString: this.stage.database.url }, fileId) };
  }

  /** Reads what the platforms hold, as a group of another name does. */
  async reading(scene: Scene, group: string, read: (consumer: PlatformConsumer) => Promise<void>): Promise<void> {
    await using app = await this.#open(scene);
    const { home } = this.#options;
    const place = { home, folders: storeFolders(home, await app.store.identity()), logMaxBytes: LIMITS.logMaxBytes };
    await using route = await openRoute(this.stage.platforms(scene.route), place, { clock: systemClock });
    const consumer = await route.consumer(topicOf(scene), group);
    try {
      await read(consumer);
    } finally {
      await consumer.close();
    }
  }

  #open({ route, tenant }: Scene): Promise<App> {
    const [databaseUrl, platforms] = [this.stage.database.url, this.stage.platforms(route)];
    return App.open({ home: this.#options.home, tenant, databaseUrl, platforms, ...LIMITS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.end();
  }
}

export function describe({ code, output, hung }: Ended, who: string): string {
  return `${hung ? `${who} hangs` : `${who} ended with ${code}`}: ${output.slice(-600)}`;
}
