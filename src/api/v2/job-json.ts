import type { Job } from '../../core/jobs.ts';

/** A job as its tenant sees it: not on which machine it runs. */
export function jobJson({ tenant: _tenant, worker: _worker, ...job }: Job): object {
  return job;
}

export const jobPath = ({ id }: Pick<Job, 'id'>): string => `/api/v2/jobs/${id}`;
