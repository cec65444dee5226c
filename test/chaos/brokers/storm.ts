import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { App } from '../../../src/app/app.ts';
import { seeded, writeChaosInput } from '../input.ts';
import { type Outcome, type Run, startProgram } from '../program.ts';
import { type Tables, tablesOf } from '../tables.ts';
import { nameOf, planRounds, type Round, type RouteChoice } from './plan.ts';
import { Stage, type StageOptions } from './stage.ts';
import type { Fault, ServerTarget } from './target.ts';

export interface StormOptions extends StageOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Of the file that is ingested in each round. */
  readonly records: number;
  /** A module with a bug, below test/chaos. */
  readonly plant?: string | undefined;
  /** Takes the place of the rounds that the seed gives. */
  readonly plan?: readonly Round[] | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

export interface StormResult {
  readonly rounds: number;
  /** Rounds in which the fault met a run that had not ended. */
  readonly hit: number;
  /** What went wrong, a line each; empty when every round ended like the calm run. */
  readonly violations: readonly string[];
}

const BATCH_SIZE = 250;
/** An ingest that ends with rejected records: the input has some. */
const STORED_WITH_REJECTIONS = 3;
/** More restarts than this mean that it never recovers. */
const MAX_RESTARTS = 3;
/** A run that is not over so long after everything answers again hangs. */
const PATIENCE_MS = 40_000;
const LOOK_EVERY_MS = 5;

const isStored = ({ code }: Outcome): boolean => code === 0 || code === STORED_WITH_REJECTIONS;

/** Ingests a file again and again, each time with another fault in the middle of it, over real brokers. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { seed, log = () => {} } = options;
  await using stage = await Stage.open(options);
  await using storm = await Storm.open(stage, options);
  const calm = await storm.calm();
  log(`calm run: ${calm.rows} rows`);
  const violations: string[] = [];
  let hit = 0;
  const rounds = options.plan ?? planRounds(options.rounds, seeded(seed));
  for (const [index, round] of rounds.entries()) {
    const begunMs = performance.now();
    const { isHit, violation } = await storm.round(round, `r${index}`, calm);
    if (isHit) hit += 1;
    const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
    const line = `${index} ${nameOf(round)}${isHit ? '' : ' (too late)'}, ${seconds} s`;
    log(`${line}: ${violation ?? 'as the calm run'}`);
    if (violation !== undefined) violations.push(`${line}: ${violation}`);
    if (violation !== undefined && options.plant !== undefined) break;
  }
  return { rounds: rounds.length, hit, violations };
}

/** What one round is about. */
interface Scene {
  readonly route: RouteChoice;
  readonly home: string;
  readonly tenant: string;
  readonly env: NodeJS.ProcessEnv;
}

class Storm implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #options: StormOptions;
  readonly #input: string;
  /** Past the proxies; connects anew after the server was killed. */
  readonly #watch: pg.Pool;
  #envelopes = 0;

  private constructor(stage: Stage, options: StormOptions, input: string) {
    this.#stage = stage;
    this.#options = options;
    this.#input = input;
    this.#watch = new pg.Pool({ connectionString: stage.database.url, max: 1 });
    this.#watch.on('error', () => undefined);
  }

  static async open(stage: Stage, options: StormOptions): Promise<Storm> {
    const input = join(stage.folder, 'input.vcf.gz');
    await writeChaosInput(input, options);
    return new Storm(stage, options, input);
  }

  /** A run over the embedded log alone that nothing happens to. */
  async calm(): Promise<Tables> {
    const scene = this.#scene({ primary: 'embedded' }, 'calm');
    const outcome = await this.#ingest(scene).done;
    if (!isStored(outcome)) throw new Error(`the calm run ended with ${outcome.code}:\n${outcome.output}`);
    this.#envelopes = await this.#applied('calm');
    const { failures, tables } = await this.#stored(scene);
    if (failures.length > 0) throw new Error(`the calm run does not prove: ${failures.join('; ')}`);
    return tables;
  }

  async round(round: Round, tenant: string, calm: Tables) {
    const scene = this.#scene(round.route, tenant);
    const worker = round.worker ? this.#worker(scene) : undefined;
    await worker?.says('At work');
    const ingest = this.#ingest(scene);
    let isOver = false;
    ingest.done.then(() => {
      isOver = true;
    });
    await this.#untilApplied(tenant, round.at, () => isOver);
    const isHit = !isOver;
    const late = await this.#strike(round, scene, { ingest, worker });
    const outcome = await this.#finish(scene, ingest);
    const workers = [worker, ...late].filter((run) => run !== undefined);
    for (const { child } of workers) child.kill('SIGTERM');
    const left = await Promise.all(workers.map(ended));
    if (left.some(({ hung }) => hung)) return { isHit, violation: 'a worker does not end' };
    if (isStored(outcome)) await this.#drain(scene);
    return { isHit, violation: isStored(outcome) ? await this.#compare(scene, calm) : endedWith(outcome) };
  }

  #scene(route: RouteChoice, tenant: string): Scene {
    const home = join(this.#stage.folder, tenant);
    return { route, home, tenant, env: this.#stage.env(route, { home, tenant }) };
  }

  #ingest({ env }: Scene): Run {
    const { plant } = this.#options;
    return startProgram(['ingest', this.#input, '--batch-size', String(BATCH_SIZE), '--json'], { env, plant });
  }

  #worker({ env }: Scene): Run {
    return startProgram(['consume', '--json'], { env, plant: this.#options.plant });
  }

  /** Resolves when everything that was struck is as before; with workers that took the place of others. */
  async #strike(
    { struck, fault, route, holdMs }: Round,
    scene: Scene,
    { ingest, worker }: { readonly ingest: Run; readonly worker: Run | undefined },
  ): Promise<readonly Run[]> {
    if (struck === 'producer' || struck === 'consumer') {
      const run = struck === 'producer' ? ingest : worker!;
      await strikeProcess(run, fault, holdMs);
      return struck === 'consumer' && fault !== 'hung' ? [this.#worker(scene)] : [];
    }
    const { primary, fallback } = route;
    const servers: Readonly<Record<typeof struck, readonly (ServerTarget | undefined)[]>> = {
      database: [this.#stage.targets.database],
      primary: [this.#stage.server(primary)],
      fallback: [this.#stage.server(fallback)],
      both: [this.#stage.server(primary), this.#stage.server(fallback)],
    };
    const hit = servers[struck].filter((server) => server !== undefined);
    await Promise.all(hit.map((server) => server.strike(fault)));
    await sleep(holdMs);
    await Promise.all(hit.map((server) => server.recover()));
    return [];
  }

  /** Runs the ingest until it ends by itself. */
  async #finish(scene: Scene, first: Run): Promise<Outcome & { readonly hung: boolean }> {
    let outcome = await ended(first);
    for (let restarts = 0; restarts < MAX_RESTARTS && !isStored(outcome); restarts++) {
      if (outcome.hung) break;
      outcome = await ended(this.#ingest(scene));
    }
    return outcome;
  }

  /** What arrived late on whatever platform must change nothing. */
  async #drain({ env }: Scene): Promise<void> {
    await startProgram(['consume', '--until-drained', '--json'], { env, plant: this.#options.plant }).done;
  }

  async #compare(scene: Scene, calm: Tables): Promise<string | undefined> {
    const { failures, tables } = await this.#stored(scene);
    if (failures.length > 0) return `prove fails: ${failures.join('; ').slice(0, 600)}`;
    if (tables.rows !== calm.rows || tables.digest !== calm.digest) {
      return `the tables differ: ${tables.rows} rows (${calm.rows} expected), digest ${tables.digest}`;
    }
    return undefined;
  }

  /** Looked at from this process, with a program in which nothing is planted, past the proxies. */
  async #stored({ home, tenant }: Scene): Promise<{ readonly failures: readonly string[]; readonly tables: Tables }> {
    const limits = { maxInFlightVariants: 10_000, logMaxBytes: 1 << 30, compressionLevel: 1, lineBytes: 1 << 20 };
    await using app = await App.open({ home, tenant, databaseUrl: this.#stage.database.url, ...limits });
    const files = await app.store.files(tenant);
    if (files.length !== 1) return { failures: [`${files.length} files`], tables: { rows: '0', digest: '' } };
    const { fileId } = files[0]!;
    const { failures } = await app.prove(fileId);
    const database = { connectionString: this.#stage.database.url };
    return { failures: failures.map((failure) => JSON.stringify(failure)), tables: await tablesOf(database, fileId) };
  }

  /** Resolves when this share of the file is in the database, or the run is over. */
  async #untilApplied(tenant: string, share: number, isOver: () => boolean): Promise<void> {
    if (share < 0) return sleep(-share * 300);
    const wanted = Math.max(1, Math.round(share * this.#envelopes));
    while (!isOver() && (await this.#applied(tenant)) < wanted) await sleep(LOOK_EVERY_MS);
  }

  async #applied(tenant: string): Promise<number> {
    const text = `SELECT count(*)::int AS applied FROM ledger JOIN tenants USING (tenant_id) WHERE name = $1`;
    const { rows } = await this.#watch.query(text, [tenant]);
    return rows[0].applied;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch.end();
  }
}

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

/** One that hangs is killed. */
async function ended({ child, done }: Run): Promise<Outcome & { readonly hung: boolean }> {
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, PATIENCE_MS);
  const outcome = await done;
  clearTimeout(timer);
  return { ...outcome, hung };
}

function endedWith({ code, output, hung }: Outcome & { readonly hung: boolean }): string {
  if (hung) return `the ingest hangs: ${output.slice(-600)}`;
  return `the ingest ended with ${code}: ${output.slice(-600)}`;
}
