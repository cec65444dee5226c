import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { App } from '../../../src/app/app.ts';
import { writeChaosInput } from '../input.ts';
import { type Outcome, type Run, startProgram } from '../program.ts';
import { type Tables, tablesOf } from '../tables.ts';
import type { Round, RouteChoice } from './plan.ts';
import type { Stage } from './stage.ts';
import type { Fault } from './target.ts';

export interface ScenesOptions {
  readonly seed: number;
  /** Of the file that is ingested in each round. */
  readonly records: number;
  /** A module with a bug, its path below test/chaos. */
  readonly plant?: string | undefined;
  readonly patienceMs: number;
}

/** How a round ended. */
export interface Ending {
  /** The fault met a run that had not ended. */
  readonly isHit: boolean;
  /** How often the ingest had to be started again. */
  readonly restarts: number;
  /** From everything answering again to the end of the ingest. */
  readonly recoveryMs: number;
  readonly violation: string | undefined;
}

/** Whose variants, over which platforms. */
interface Scene {
  readonly route: RouteChoice;
  readonly tenant: string;
}

type Ended = Outcome & { readonly hung: boolean };

const BATCH_SIZE = 250;
/** An ingest that ends with rejected records: the input has some. */
const STORED_WITH_REJECTIONS = 3;
/** More restarts than this mean that it never recovers. */
const MAX_RESTARTS = 3;
const LOOK_EVERY_MS = 5;
/** Struck at the start: before, while or after it has opened its connections. */
const START_MS = 300;

const isStored = ({ code }: Outcome): boolean => code === 0 || code === STORED_WITH_REJECTIONS;

/** Plays rounds on a stage: one file, one machine, each round a tenant of its own. */
export class Scenes implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #options: ScenesOptions;
  /** One for all rounds: a group knows its members again, and need not wait until those of the last round are forgotten. */
  readonly #home: string;
  readonly #input: string;
  /** Past the proxies; connects anew after the server was killed. */
  readonly #watch: pg.Pool;
  #envelopes = 0;

  private constructor(stage: Stage, options: ScenesOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#home = join(stage.folder, 'home');
    this.#input = join(stage.folder, 'input.vcf.gz');
    this.#watch = new pg.Pool({ connectionString: stage.database.url, max: 1 });
    this.#watch.on('error', () => undefined);
  }

  static async open(stage: Stage, options: ScenesOptions): Promise<Scenes> {
    const scenes = new Scenes(stage, options);
    await writeChaosInput(scenes.#input, options);
    return scenes;
  }

  /** A run over the embedded log alone that nothing happens to, of a program in which nothing is planted. */
  async calm(): Promise<Tables> {
    const scene = { route: { primary: 'embedded' }, tenant: 'calm' } as const;
    const outcome = await this.#start(scene, this.#ingestion, { sound: true }).done;
    if (!isStored(outcome)) throw new Error(`the calm run ended with ${outcome.code}:\n${outcome.output}`);
    this.#envelopes = await this.#applied(scene.tenant);
    const { failures, tables } = await this.#stored(scene);
    if (failures.length > 0) throw new Error(`the calm run does not prove: ${failures.join('; ')}`);
    return tables;
  }

  async play(round: Round, tenant: string, calm: Tables): Promise<Ending> {
    const scene = { route: round.route, tenant };
    const worker = round.worker ? this.#start(scene, CONSUMPTION) : undefined;
    await worker?.says('At work');
    const ingest = this.#start(scene, this.#ingestion);
    let isOver = false;
    ingest.done.then(() => {
      isOver = true;
    });
    await this.#untilApplied(tenant, round.at, () => isOver);
    const isHit = !isOver;
    const successor = await this.#strike(round, scene, { ingest, worker });
    const answeringMs = performance.now();
    const { outcome, restarts } = await this.#finish(scene, ingest);
    const recoveryMs = performance.now() - answeringMs;
    const workers = [worker, successor].filter((run) => run !== undefined);
    for (const { child } of workers) child.kill('SIGTERM');
    const left = await Promise.all(workers.map((run) => this.#ended(run)));
    const ended = { isHit, restarts, recoveryMs };
    if (left.some(({ hung }) => hung)) return { ...ended, violation: 'a worker does not end' };
    if (!isStored(outcome)) return { ...ended, violation: describe(outcome) };
    if (restarts > 0 && !this.#mayFail(round)) return { ...ended, violation: 'the ingest gave up' };
    return { ...ended, violation: await this.#compare(scene, calm) };
  }

  get #ingestion(): readonly string[] {
    return ['ingest', this.#input, '--batch-size', String(BATCH_SIZE)];
  }

  #start({ route, tenant }: Scene, args: readonly string[], { sound = false } = {}): Run {
    const env = this.#stage.env(route, { home: this.#home, tenant });
    return startProgram([...args, '--json'], { env, plant: sound ? undefined : this.#options.plant });
  }

  /** Resolves when everything that was struck is as before; with the worker that takes the place of one that ended. */
  async #strike(
    { struck, fault, route, holdMs }: Round,
    scene: Scene,
    { ingest, worker }: { readonly ingest: Run; readonly worker: Run | undefined },
  ): Promise<Run | undefined> {
    if (struck === 'producer' || struck === 'consumer') {
      await strikeProcess(struck === 'producer' ? ingest : worker!, fault, holdMs);
      return struck === 'consumer' && fault === 'restarted' ? this.#start(scene, CONSUMPTION) : undefined;
    }
    const [primary, fallback] = [this.#stage.server(route.primary), this.#stage.server(route.fallback)];
    const struckOf = { database: [this.#stage.targets.database], primary: [primary], fallback: [fallback] };
    const targets = struck === 'both' ? [primary, fallback] : struckOf[struck];
    const servers = targets.flatMap((server) => server ?? []);
    await Promise.all(servers.map((server) => server.strike(fault)));
    await sleep(holdMs);
    await Promise.all(servers.map((server) => server.recover()));
    return undefined;
  }

  /** A second platform, a second broker or a second worker is there so that nothing ends when the first does. */
  #mayFail({ struck, route }: Round): boolean {
    if (struck === 'consumer' || struck === 'fallback') return false;
    return struck !== 'primary' || (route.fallback === undefined && this.#stage.brokers === 1);
  }

  /** Runs the ingest until it ends by itself. */
  async #finish(scene: Scene, first: Run): Promise<{ readonly outcome: Ended; readonly restarts: number }> {
    let outcome = await this.#ended(first);
    let restarts = 0;
    for (; restarts < MAX_RESTARTS && !isStored(outcome) && !outcome.hung; restarts++) {
      outcome = await this.#ended(this.#start(scene, this.#ingestion));
    }
    return { outcome, restarts };
  }

  /** One that hangs is killed. */
  async #ended({ child, done }: Run): Promise<Ended> {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, this.#options.patienceMs);
    const outcome = await done;
    clearTimeout(timer);
    return { ...outcome, hung };
  }

  async #compare(scene: Scene, calm: Tables): Promise<string | undefined> {
    const { failures, tables } = await this.#stored(scene);
    if (failures.length > 0) return `prove fails: ${failures.join('; ').slice(0, 600)}`;
    if (tables.rows === calm.rows && tables.digest === calm.digest) return undefined;
    return `the tables differ: ${tables.rows} rows (${calm.rows} expected), digest ${tables.digest}`;
  }

  /**
   * Looked at from this process, with a program in which nothing is planted, past the database's proxy. First everything is
   * taken from the platforms: what arrived late on whichever must change nothing.
   */
  async #stored({ route, tenant }: Scene): Promise<{ readonly failures: readonly string[]; readonly tables: Tables }> {
    const limits = { maxInFlightVariants: 10_000, logMaxBytes: 1 << 30, compressionLevel: 1, lineBytes: 1 << 20 };
    const [databaseUrl, platforms] = [this.#stage.database.url, this.#stage.platforms(route)];
    await using app = await App.open({ home: this.#home, tenant, databaseUrl, platforms, ...limits });
    await app.consume({ untilDrained: true });
    const files = await app.store.files(tenant);
    if (files.length !== 1) return { failures: [`${files.length} files`], tables: { rows: '0', digest: '' } };
    const { fileId } = files[0]!;
    const { failures } = await app.prove(fileId);
    const tables = await tablesOf({ connectionString: databaseUrl }, fileId);
    return { failures: failures.map((failure) => JSON.stringify(failure)), tables };
  }

  /** Resolves when this share of the file is in the database, or the run is over. */
  async #untilApplied(tenant: string, share: number, isOver: () => boolean): Promise<void> {
    if (share < 0) return sleep(START_MS);
    const wanted = Math.max(1, Math.round(share * this.#envelopes));
    while (!isOver() && (await this.#applied(tenant)) < wanted) await sleep(LOOK_EVERY_MS);
  }

  async #applied(tenant: string): Promise<number> {
    const text = 'SELECT count(*)::int AS applied FROM ledger JOIN tenants USING (tenant_id) WHERE name = $1';
    const { rows } = await this.#watch.query(text, [tenant]);
    return rows[0].applied;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch.end();
  }
}

const CONSUMPTION: readonly string[] = ['consume'];

/** Resolves when it goes on, or is gone. */
async function strikeProcess({ child, done }: Run, fault: Fault, holdMs: number): Promise<void> {
  if (fault === 'hung') {
    child.kill('SIGSTOP');
    await sleep(holdMs);
    child.kill('SIGCONT');
    return;
  }
  child.kill(fault === 'killed' ? 'SIGKILL' : 'SIGTERM');
  await done;
}

function describe({ code, output, hung }: Ended): string {
  return `${hung ? 'the ingest hangs' : `the ingest ended with ${code}`}: ${output.slice(-600)}`;
}
