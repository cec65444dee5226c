import type { Job, JobQuery, JobStore } from '../../core/jobs.ts';
import type { Database } from './connection.ts';

const JOBS = `
  select j.job_id as "id", t.name as "tenant", j.kind, j.status, j.subject, j.progress, j.result, j.error,
         j.request_id as "requestId", j.attempts, j.worker, j.created_at as "createdAt", j.started_at as "startedAt",
         j.finished_at as "finishedAt"
  from jobs j join tenants t using (tenant_id)`;

export class PostgresJobs implements JobStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async save(job: Job): Promise<void> {
    await this.#database.transaction(async (client) => {
      await client.query('insert into tenants (name) values ($1) on conflict (name) do nothing', [job.tenant]);
      await client.query(
        `insert into jobs (job_id, tenant_id, kind, status, subject, progress, result, error, request_id, attempts, worker,
                           created_at, started_at, finished_at)
         select $1, tenant_id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 from tenants where name = $2
         on conflict (job_id) do update set status = excluded.status, progress = excluded.progress,
           result = excluded.result, error = excluded.error, request_id = excluded.request_id,
           attempts = excluded.attempts, started_at = excluded.started_at, finished_at = excluded.finished_at`,
        [
          job.id,
          job.tenant,
          job.kind,
          job.status,
          ...[job.subject, job.progress, job.result, job.error].map((facts) => facts && JSON.stringify(facts)),
          job.requestId,
          job.attempts,
          job.worker,
          job.createdAt,
          job.startedAt,
          job.finishedAt,
        ],
      );
    });
  }

  async find(tenant: string, id: string): Promise<Job | undefined> {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(`${JOBS} where t.name = $1 and j.job_id = $2`, [tenant, id]);
      return rows[0];
    });
  }

  async list(tenant: string, { limit, after, status, kind, signal }: JobQuery): Promise<readonly Job[]> {
    return await this.#database.use(
      async (client) => {
        const { rows } = await client.query(
          `${JOBS} where t.name = $1 and ($3::text is null or j.status = $3) and ($4::text is null or j.kind = $4)
             and ($5::uuid is null or (j.created_at, j.job_id) < (select created_at, job_id from jobs where job_id = $5))
           order by j.created_at desc, j.job_id desc limit $2`,
          [tenant, limit, status ?? null, kind ?? null, after ?? null],
        );
        return rows;
      },
      { signal },
    );
  }

  async unfinished(worker: string): Promise<readonly Job[]> {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        `${JOBS} where j.worker = $1 and j.status in ('queued', 'running') order by j.created_at, j.job_id`,
        [worker],
      );
      return rows;
    });
  }
}
