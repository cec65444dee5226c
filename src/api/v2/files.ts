import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { storedVcf } from '../../app/stored-vcf.ts';
import type { Job as StoredJob } from '../../core/jobs.ts';
import type { StoredFile } from '../../core/ports.ts';
import { type Api, type RouteParts, STREAM_TIMEOUT_MS } from '../routes.ts';
import { answers, Exactly, inTypes, Nullable } from '../schema.ts';
import { jobJson, jobPath } from './job-json.ts';
import { File, FileId, FileParams, Job, Limit, PageOf, Receipt } from './schemas.ts';

const tags = ['files'];
const read = { scope: 'read' } as const;
const write = { scope: 'write' } as const;

/** The stored files: looking at them, proving them, taking them away. How they come in is in uploads.ts. */
export function addFiles(api: Api, parts: RouteParts): void {
  addList(api, parts);
  addContents(api, parts);
  addChanges(api, parts);
}

function addList(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  api.get(
    '/files',
    {
      config: read,
      schema: {
        tags,
        summary: 'Stored files, in the order in which they came',
        querystring: Exactly({ limit: Limit(1_000, 100), after: Type.Optional(FileId) }),
        response: answers({ 200: PageOf(File) }),
      },
    },
    async ({ identity, query: { limit, after = 0 } }) => {
      const files = (await store.files(identity.tenant)).filter(({ fileId }) => fileId > after);
      const items = files.slice(0, limit).map(fileJson);
      return { items, next: files.length > limit ? String(items.at(-1)?.fileId) : null };
    },
  );

  api.get(
    '/files/:fileId',
    { config: read, schema: { tags, summary: 'One file', params: FileParams, response: answers({ 200: File }) } },
    async ({ identity, params }) => fileJson(await service.for(identity.tenant).file(params.fileId)),
  );

  api.get(
    '/files/:fileId/receipts',
    {
      config: read,
      schema: {
        tags,
        summary: 'What was read and what is stored of it, one receipt a run',
        params: FileParams,
        response: answers({ 200: Type.Object({ items: Type.Array(Receipt) }) }),
      },
    },
    async ({ identity: { tenant }, params: { fileId } }) => {
      await service.for(tenant).file(fileId);
      return { items: await store.receipts(tenant, fileId) };
    },
  );
}

function addContents(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  api.get(
    '/files/:fileId/content',
    {
      config: read,
      handlerTimeout: STREAM_TIMEOUT_MS,
      schema: {
        tags,
        summary: 'The file as VCF: its header, its records in their order, every sample',
        params: FileParams,
        querystring: Exactly({ format: Type.Enum(['vcf', 'vcf.gz'], { default: 'vcf' }) }),
        response: answers({ 200: inTypes('VCF', { 'text/vcf': Type.String(), 'application/gzip': Type.String() }) }),
      },
    },
    async ({ identity, params, query, ended: signal }, reply) => {
      const file = await service.for(identity.tenant).file(params.fileId);
      const isPacked = query.format === 'vcf.gz';
      reply.type(isPacked ? 'application/gzip' : 'text/vcf; charset=utf-8');
      return reply.send(storedVcf(store, file, { signal, compression: isPacked ? 'bgzf' : 'none' }));
    },
  );

  api.get(
    '/files/:fileId/samples',
    {
      config: read,
      schema: {
        tags,
        summary: 'The samples of a file, in its order',
        params: FileParams,
        response: answers({ 200: Type.Object({ items: Type.Array(Type.String()) }) }),
      },
    },
    async ({ identity, params }) => ({ items: (await service.for(identity.tenant).file(params.fileId)).sampleNames }),
  );

  const Sample = Type.Object({ sample: Type.String(), file: Type.Integer(), fileName: Type.String() });
  api.get(
    '/samples',
    {
      config: read,
      schema: {
        tags,
        summary: 'Every sample of every file',
        querystring: Exactly({
          limit: Limit(10_000, 1_000),
          cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,10}\\.[0-9]{1,10}$' })),
        }),
        response: answers({ 200: Type.Object({ items: Type.Array(Sample), next: Nullable(Type.String()) }) }),
      },
    },
    async ({ identity, query: { limit, cursor = '0.0' } }) =>
      samplePage(await store.files(identity.tenant), limit, cursor),
  );
}

function addChanges(api: Api, { service }: RouteParts): void {
  const begin = async (
    kind: 'delete' | 'prove',
    request: { identity: { tenant: string }; id: string },
    fileId: number,
  ) => {
    const { tenant } = request.identity;
    await service.for(tenant).file(fileId);
    return service.jobs.submit({ tenant, kind, subject: { fileId }, requestId: request.id });
  };

  api.post(
    '/files/:fileId/prove',
    {
      config: read,
      schema: {
        tags,
        summary: 'Recompute the file from its rows and compare it with its receipt; the job’s result has `ok`',
        params: FileParams,
        response: answers({ 202: Job }),
      },
    },
    async (request, reply) => accepted(reply, await begin('prove', request, request.params.fileId)),
  );

  api.delete(
    '/files/:fileId',
    {
      config: write,
      schema: {
        tags,
        summary: 'Remove a file and everything that came from it',
        params: FileParams,
        response: answers({ 202: Job }),
      },
    },
    async (request, reply) => accepted(reply, await begin('delete', request, request.params.fileId)),
  );
}

/** A job has begun: where to look for it, and how it is. */
export function accepted(reply: FastifyReply, job: StoredJob): FastifyReply {
  return reply.code(202).header('Location', jobPath(job)).send(jobJson(job));
}

function fileJson({ header: _header, tenant: _tenant, sampleNames, ...file }: StoredFile) {
  return { ...file, samples: sampleNames.length };
}

/** `cursor`: file and number of the first sample wanted. */
function samplePage(files: readonly StoredFile[], limit: number, cursor: string) {
  const [fromFile = 0, fromSample = 0] = cursor.split('.').map(Number);
  const items: { sample: string; file: number; fileName: string }[] = [];
  for (const { fileId, name, sampleNames } of files) {
    if (fileId < fromFile) continue;
    for (let i = fileId === fromFile ? fromSample : 0; i < sampleNames.length; i++) {
      if (items.length === limit) return { items, next: `${fileId}.${i}` };
      items.push({ sample: sampleNames[i]!, file: fileId, fileName: name });
    }
  }
  return { items, next: null };
}
