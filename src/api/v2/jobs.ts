import { Type } from 'typebox';
import { JOB_KINDS, JOB_STATUSES } from '../../core/jobs.ts';
import type { Api, RouteParts } from '../routes.ts';
import { answers, Exactly } from '../schema.ts';
import { accepted } from './files.ts';
import { jobJson } from './job-json.ts';
import { Job, Limit, PageOf, Uuid } from './schemas.ts';

const tags = ['jobs'];
const params = Exactly({ jobId: Uuid });

/** Work that takes longer than a request. */
export function addJobs(api: Api, { service: { jobs } }: RouteParts): void {
  api.get(
    '/jobs',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Jobs, the newest first',
        querystring: Exactly({
          limit: Limit(1_000, 50),
          cursor: Type.Optional(Uuid),
          status: Type.Optional(Type.Enum([...JOB_STATUSES])),
          kind: Type.Optional(Type.Enum([...JOB_KINDS])),
        }),
        response: answers({ 200: PageOf(Job) }),
      },
    },
    async ({ identity: { tenant }, query: { limit, cursor, status, kind }, ended: signal }) => {
      const found = await jobs.list(tenant, { limit: limit + 1, after: cursor, status, kind, signal });
      const page = found.slice(0, limit);
      return { items: page.map(jobJson), next: found.length > limit ? (page.at(-1)?.id ?? null) : null };
    },
  );

  api.get(
    '/jobs/:jobId',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'One job: how far it is, what came of it', params, response: answers({ 200: Job }) },
    },
    async ({ identity, params: { jobId } }) => jobJson(await jobs.find(identity.tenant, jobId)),
  );

  api.post(
    '/jobs/:jobId/cancel',
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Stop a job; what it has stored stays, and a retry goes on there',
        params,
        response: answers({ 202: Job }),
      },
    },
    async ({ identity, params: { jobId } }, reply) => accepted(reply, await jobs.cancel(identity.tenant, jobId)),
  );

  api.post(
    '/jobs/:jobId/retry',
    {
      config: { scope: 'write' },
      schema: { tags, summary: 'Begin a failed or cancelled job again', params, response: answers({ 202: Job }) },
    },
    async ({ identity, params: { jobId }, id }, reply) => accepted(reply, await jobs.retry(identity.tenant, jobId, id)),
  );
}
