import { Worker } from 'node:worker_threads';
import type { Planted, Verdict, WorkerData } from './worker.ts';

export interface CampaignOptions {
  /** Folder of the real files. */
  readonly folder: string;
  readonly seed: number;
  /** Numbers of the mutants to make: `first` .. `first + mutants - 1`. */
  readonly first?: number;
  readonly mutants: number;
  readonly workers: number;
  readonly planted?: Planted | undefined;
  /** A worker silent for this long is stuck. */
  readonly stuckMs?: number | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface Finding {
  readonly kind: 'crash' | 'hang';
  readonly mutant: number;
  readonly detail: string;
}

export interface CampaignResult {
  readonly findings: readonly Finding[];
  /** How many mutants ended how. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly slowest: { readonly mutant: number; readonly cpuMs: number; readonly recipe: string };
}

/** No mutant may take more CPU time than this. */
const LIMIT_MS = 1000;
const DEFAULT_STUCK_MS = 15_000;
/** How often a worker that got no CPU time is given another period. */
const PATIENCE = 4;

/** Makes mutants, runs each through the path of a file and collects what crashes or hangs. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const campaign = new Campaign(options);
  await Promise.all(Array.from({ length: options.workers }, () => campaign.runWorker()));
  return campaign;
}

class Campaign implements CampaignResult {
  readonly findings: Finding[] = [];
  readonly outcomes = new Map<string, number>();
  slowest = { mutant: -1, cpuMs: 0, recipe: '' };
  readonly #options: CampaignOptions;
  #next: number;
  #done = 0;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#next = options.first ?? 0;
  }

  #take(): number | undefined {
    const { first = 0, mutants } = this.#options;
    return this.#next < first + mutants ? this.#next++ : undefined;
  }

  /** Keeps one worker busy until no mutants are left; a worker that dies or is stuck is replaced. */
  async runWorker(): Promise<void> {
    const { folder, seed, planted } = this.#options;
    while (this.#next < (this.#options.first ?? 0) + this.#options.mutants) {
      const workerData: WorkerData = { folder, seed, planted };
      const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData });
      await this.#feed(worker);
      await worker.terminate();
    }
  }

  #feed(worker: Worker): Promise<void> {
    const { stuckMs = DEFAULT_STUCK_MS } = this.#options;
    return new Promise((resolve) => {
      let current: number | undefined;
      let watchdog: NodeJS.Timeout | undefined;
      const watch = (mutant: number, patience: number) => {
        const cpuBefore = process.cpuUsage();
        watchdog = setTimeout(() => {
          const { user, system } = process.cpuUsage(cpuBefore);
          // On a machine that gives us no time nothing moves, and that is nobody's hang.
          const starved = (user + system) / 1000 < stuckMs / 10;
          if (starved && patience > 0) return watch(mutant, patience - 1);
          this.#find('hang', mutant, `still running after ${stuckMs} ms`);
          resolve();
        }, stuckMs);
      };
      const advance = () => {
        clearTimeout(watchdog);
        current = this.#take();
        worker.postMessage(current ?? 'stop');
        if (current === undefined) return;
        watch(current, PATIENCE);
      };
      worker.on('message', (message: Verdict | 'ready') => {
        if (message !== 'ready') this.#record(message);
        advance();
      });
      worker.on('error', (error) => {
        if (current !== undefined) this.#find('crash', current, `the worker died: ${error.stack}`);
        else throw error;
      });
      worker.on('exit', () => {
        clearTimeout(watchdog);
        resolve();
      });
    });
  }

  #record({ mutant, outcome, recipe, cpuMs, crash }: Verdict): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (cpuMs > this.slowest.cpuMs) this.slowest = { mutant, cpuMs, recipe };
    if (crash !== undefined) this.#find('crash', mutant, `${recipe}\n${crash}`);
    else if (cpuMs > LIMIT_MS) this.#find('hang', mutant, `${recipe}: ${Math.round(cpuMs)} ms`);
    this.#done++;
    this.#options.onProgress?.(this.#done);
  }

  #find(kind: Finding['kind'], mutant: number, detail: string): void {
    this.findings.push({ kind, mutant, detail });
  }
}
