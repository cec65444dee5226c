import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeChaosInput } from '../input.ts';
import type { Outcome, Run } from '../program.ts';
import { playGoneForGood } from './gone-for-good.ts';
import type { Round } from './plan.ts';
import { CONSUMPTION, describe, type Ended, Programs, type Scene } from './programs.ts';
import type { Stage } from './stage.ts';
import type { Fault } from './target.ts';
import { type Calm, differenceOf, type Ending } from './verdict.ts';

export interface ScenesOptions {
  readonly seed: number;
  /** Of the file that is made and ingested in each round. */
  readonly records: number;
  /** Path of a file of yours instead. */
  readonly input?: string | undefined;
  /** A module with a bug, its path below test/chaos. */
  readonly plant?: string | undefined;
  readonly patienceMs: number;
}

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
  readonly #programs: Programs;
  readonly #input: string;

  private constructor(stage: Stage, input: string, options: ScenesOptions) {
    this.#stage = stage;
    this.#input = input;
    this.#programs = new Programs(stage, { ...options, home: join(stage.folder, 'home') });
  }

  static async open(stage: Stage, options: ScenesOptions): Promise<Scenes> {
    const made = join(stage.folder, 'input.vcf.gz');
    if (options.input === undefined) await writeChaosInput(made, options);
    return new Scenes(stage, options.input ?? made, options);
  }

  /** A run over the embedded log alone that nothing happens to, of a program in which nothing is planted. */
  async calm(): Promise<Calm> {
    const scene = { route: { primary: 'embedded' }, tenant: 'calm' } as const;
    const outcome = await this.#programs.start(scene, this.#ingestion, { sound: true }).done;
    if (!isStored(outcome)) throw new Error(`the calm run ended with ${outcome.code}:\n${outcome.output}`);
    const { failures, tables } = await this.#programs.stored(scene);
    if (failures.length > 0) throw new Error(`the calm run does not prove: ${JSON.stringify(failures)}`);
    return { tables, envelopes: (await this.#programs.applied(scene.tenant)).size };
  }

  async play(round: Round, tenant: string, calm: Calm): Promise<Ending> {
    const scene = { route: round.route, tenant };
    const programs = this.#programs;
    if (round.fault === 'killed for good') {
      return playGoneForGood(round, scene, { programs, calm, ingestion: this.#ingestion });
    }
    const worker = round.worker ? programs.start(scene, CONSUMPTION) : undefined;
    await worker?.says('At work');
    const ingest = programs.start(scene, this.#ingestion);
    const isOver = programs.watch(ingest);
    await this.#untilApplied(scene, round.at, { isOver, envelopes: calm.envelopes });
    const isHit = !isOver();
    const successor = await this.#strike(round, scene, { ingest, worker });
    const answeringMs = performance.now();
    const { outcome, restarts } = await this.#finish(scene, ingest);
    const recoveryMs = performance.now() - answeringMs;
    const workers = [worker, successor].filter((run) => run !== undefined);
    for (const { child } of workers) child.kill('SIGTERM');
    const left = await Promise.all(workers.map((run) => programs.ended(run)));
    const ended = { isHit, restarts, recoveryMs };
    if (left.some(({ hung }) => hung)) return { ...ended, violation: 'a worker does not end' };
    if (!isStored(outcome)) return { ...ended, violation: describe(outcome, 'the ingest') };
    if (restarts > 0 && !this.#mayFail(round)) return { ...ended, violation: 'the ingest gave up' };
    return { ...ended, violation: differenceOf(await programs.stored(scene), calm) };
  }

  get #ingestion(): readonly string[] {
    return ['ingest', this.#input, '--batch-size', String(BATCH_SIZE)];
  }

  /** Resolves when everything that was struck is as before; with the worker that takes the place of one that ended. */
  async #strike(
    { struck, fault, route, holdMs }: Round,
    scene: Scene,
    { ingest, worker }: { readonly ingest: Run; readonly worker: Run | undefined },
  ): Promise<Run | undefined> {
    if (struck === 'producer' || struck === 'consumer') {
      await strikeProcess(struck === 'producer' ? ingest : worker!, fault, holdMs);
      return struck === 'consumer' && fault === 'restarted' ? this.#programs.start(scene, CONSUMPTION) : undefined;
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
    let outcome = await this.#programs.ended(first);
    let restarts = 0;
    for (; restarts < MAX_RESTARTS && !isStored(outcome) && !outcome.hung; restarts++) {
      outcome = await this.#programs.ended(this.#programs.start(scene, this.#ingestion));
    }
    return { outcome, restarts };
  }

  /** Resolves when this share of the file is in the database, or the run is over. */
  async #untilApplied(
    { tenant }: Scene,
    share: number,
    { isOver, envelopes }: { readonly isOver: () => boolean; readonly envelopes: number },
  ): Promise<void> {
    if (share < 0) return sleep(START_MS);
    const wanted = Math.max(1, Math.round(share * envelopes));
    while (!isOver() && (await this.#programs.applied(tenant)).size < wanted) await sleep(LOOK_EVERY_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#programs[Symbol.asyncDispose]();
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
