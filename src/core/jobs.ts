import type { Cancellable } from './ports.ts';

export const JOB_KINDS = ['ingest', 'delete', 'prove', 'replay'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What was asked for, how far it is, what came of it: JSON, as the job's kind has it. */
export type JobFacts = Readonly<Record<string, unknown>>;

/** Work that takes longer than a request. */
export interface Job {
  readonly id: string;
  readonly tenant: string;
  readonly kind: JobKind;
  readonly status: JobStatus;
  readonly subject: JobFacts;
  readonly progress: JobFacts | null;
  readonly result: JobFacts | null;
  readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } | null;
  /** Of the request that asked for it. */
  readonly requestId: string;
  /** How often it was begun. */
  readonly attempts: number;
  /** The instance whose job it is: what it works on may lie on its disk. */
  readonly worker: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface JobQuery extends Cancellable {
  readonly limit: number;
  /** Jobs older than this one. */
  readonly after?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly kind?: JobKind | undefined;
}

/** Jobs, in the truth: every instance can say how one is. */
export interface JobStore {
  /** Adds it, or replaces what was kept of it. */
  save(job: Job): Promise<void>;
  find(tenant: string, id: string): Promise<Job | undefined>;
  /** The newest first. */
  list(tenant: string, query: JobQuery): Promise<readonly Job[]>;
  /** What an instance has not finished, of all tenants, oldest first. */
  unfinished(worker: string): Promise<readonly Job[]>;
}
