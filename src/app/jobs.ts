import { randomUUID } from 'node:crypto';
import { firstError, VcfAgentError } from '../core/errors.ts';
import type { Job, JobFacts, JobKind, JobQuery } from '../core/jobs.ts';
import type { Clock, VariantStore } from '../core/ports.ts';
import { Lane } from './lane.ts';

export interface WorkOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobFacts) => void;
}

/** Does what a job of one kind asks for; resolves with its result. */
export type Work = (job: Job, options: WorkOptions) => Promise<JobFacts>;

export interface JobPorts {
  readonly store: Pick<VariantStore, 'jobs'>;
  readonly clock: Clock;
  readonly work: Readonly<Record<JobKind, Work>>;
  /** Hears of each change but progress, and of what was thrown that is no error of ours. */
  readonly onChange?: ((job: Job, bug?: unknown) => void) | undefined;
}

export type NewJob = Pick<Job, 'tenant' | 'kind' | 'subject' | 'requestId'> & { readonly id?: string };

interface Active {
  job: Job;
  readonly stop: AbortController;
  /** What was saved last, and all before it. */
  saved: Promise<void>;
  savedAtMs: number;
}

/** Jobs that write share the home, which one may hold; those that read share the processor. */
const READERS = 2;
const SAVE_EVERY_MS = 1_000;
const HOME_RETRY_MS = 1_000;
const CANCELLED = Symbol('cancelled');

/** The jobs of one instance: runs them, keeps what comes of them in the store, and takes up what a killed instance of its name left. */
export class JobBoard implements AsyncDisposable {
  readonly #ports: JobPorts;
  readonly #worker: string;
  readonly #active = new Map<string, Active>();
  readonly #running = new Set<Promise<void>>();
  readonly #writing = new Lane(1);
  readonly #reading = new Lane(READERS);
  readonly #closing = new AbortController();

  constructor(ports: JobPorts, worker: string) {
    this.#ports = ports;
    this.#worker = worker;
  }

  /** Begins anew what was not finished when the instance ended. */
  async resume(): Promise<void> {
    for (const job of await this.#ports.store.jobs.unfinished(this.#worker)) this.#begin({ ...job, status: 'queued' });
  }

  async submit(wanted: NewJob): Promise<Job> {
    if (this.#closing.signal.aborted)
      throw new VcfAgentError('OVERLOADED', 'this instance is ending', { retryable: true });
    const job: Job = {
      id: randomUUID(),
      ...wanted,
      status: 'queued',
      progress: null,
      result: null,
      error: null,
      attempts: 0,
      worker: this.#worker,
      createdAt: new Date(this.#ports.clock.now()),
      startedAt: null,
      finishedAt: null,
    };
    await this.#ports.store.jobs.save(job);
    return this.#begin(job);
  }

  /** Throws NOT_FOUND. */
  async find(tenant: string, id: string): Promise<Job> {
    const active = this.#active.get(id)?.job;
    const job = active?.tenant === tenant ? active : await this.#ports.store.jobs.find(tenant, id);
    if (job !== undefined) return job;
    throw new VcfAgentError('NOT_FOUND', `there is no job ${id}`, { context: { job: id } });
  }

  async list(tenant: string, query: JobQuery): Promise<readonly Job[]> {
    const jobs = await this.#ports.store.jobs.list(tenant, query);
    return jobs.map((job) => this.#active.get(job.id)?.job ?? job);
  }

  isActive(id: string): boolean {
    return this.#active.has(id);
  }

  /** Throws NOT_FOUND; OPTION_CONFLICT for one that is finished, or another instance's. */
  async cancel(tenant: string, id: string): Promise<Job> {
    const job = await this.find(tenant, id);
    const active = this.#active.get(id);
    if (active === undefined) {
      const why = job.finishedAt === null ? `it is ${job.worker}'s` : `it has ${job.status}`;
      throw new VcfAgentError('OPTION_CONFLICT', `job ${id} cannot be cancelled here: ${why}`);
    }
    active.stop.abort(CANCELLED);
    return active.job;
  }

  /** Begins again what failed or was cancelled. Throws NOT_FOUND; OPTION_CONFLICT for any other. */
  async retry(tenant: string, id: string, requestId: string): Promise<Job> {
    const job = await this.find(tenant, id);
    const isOver = job.status === 'failed' || job.status === 'cancelled';
    if (!isOver || this.#active.has(id) || job.worker !== this.#worker) {
      const why = isOver ? `it is ${job.worker}'s` : `it is ${job.status}`;
      throw new VcfAgentError('OPTION_CONFLICT', `job ${id} cannot be retried here: ${why}`);
    }
    const again: Job = {
      ...job,
      status: 'queued',
      requestId,
      error: null,
      result: null,
      progress: null,
      finishedAt: null,
    };
    await this.#ports.store.jobs.save(again);
    return this.#begin(again);
  }

  /** Stops what runs; it is taken up by the next instance of this name. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { stop } of this.#active.values()) stop.abort();
    await Promise.all(this.#running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begin(job: Job): Job {
    const active: Active = { job, stop: new AbortController(), saved: Promise.resolve(), savedAtMs: 0 };
    this.#active.set(job.id, active);
    const lane = job.kind === 'prove' ? this.#reading : this.#writing;
    const { signal } = active.stop;
    const running: Promise<void> = lane
      .run(() => this.#run(active), { signal })
      .catch((error) => this.#end(active, error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    this.#ports.onChange?.(job);
    return job;
  }

  async #run(active: Active): Promise<void> {
    const { clock, work } = this.#ports;
    const { signal } = active.stop;
    const { attempts, kind } = active.job;
    await this.#change(active, { status: 'running', attempts: attempts + 1, startedAt: new Date(clock.now()) });
    const result = await this.#untilHomeIsFree(active, () =>
      work[kind](active.job, { signal, onProgress: (progress) => this.#progress(active, progress) }),
    );
    await this.#finish(active, { status: 'succeeded', result });
  }

  /** A verb on the command line may hold the home for a while. */
  async #untilHomeIsFree<T>({ stop: { signal } }: Active, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const isHeld = error instanceof VcfAgentError && error.code === 'HOME_IN_USE';
        if (!isHeld) throw error;
        await this.#ports.clock.sleep(HOME_RETRY_MS, { signal });
      }
    }
  }

  async #end(active: Active, thrown: unknown): Promise<void> {
    const { signal } = active.stop;
    const error = firstError(thrown);
    try {
      if (signal.reason === CANCELLED) await this.#finish(active, { status: 'cancelled' });
      else if (this.#closing.signal.aborted) await this.#change(active, { status: 'queued' });
      else if (error instanceof VcfAgentError) {
        const { code, message, retryable } = error;
        await this.#finish(active, { status: 'failed', error: { code, message, retryable } });
      } else {
        const told = { code: 'INTERNAL', message: 'a bug in vcf-agent: its log has more', retryable: false };
        await this.#finish(active, { status: 'failed', error: told }, error);
      }
    } catch (lost) {
      // The store is away: the job stands as it was saved last, and is taken up when the instance starts again.
      this.#ports.onChange?.(active.job, lost);
    } finally {
      this.#active.delete(active.job.id);
    }
  }

  async #finish(active: Active, change: Partial<Job>, bug?: unknown): Promise<void> {
    await this.#change(active, { ...change, finishedAt: new Date(this.#ports.clock.now()) }, bug);
    this.#active.delete(active.job.id);
  }

  async #change(active: Active, change: Partial<Job>, bug?: unknown): Promise<void> {
    const job = { ...active.job, ...change };
    active.saved = active.saved.catch(() => {}).then(() => this.#ports.store.jobs.save(job));
    await active.saved;
    active.job = job;
    this.#ports.onChange?.(job, bug);
  }

  /** Told at once to who asks here; kept now and then for who asks elsewhere. */
  #progress(active: Active, progress: JobFacts): void {
    active.job = { ...active.job, progress };
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - active.savedAtMs < SAVE_EVERY_MS) return;
    active.savedAtMs = nowMs;
    const { job } = active;
    active.saved = active.saved.then(() => this.#ports.store.jobs.save(job)).catch(() => {});
  }
}
