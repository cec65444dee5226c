import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Upload as StoredUpload } from '../../app/uploads.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { type Api, type RouteParts, STREAM_TIMEOUT_MS } from '../routes.ts';
import { acceptAnyBody, answers, Exactly, Nullable } from '../schema.ts';
import { accepted } from './files.ts';
import { Job, Uuid } from './schemas.ts';
import { parseMetadata, RESUMABLE, uploadHeaders } from './tus.ts';

const tags = ['files'];
const write = { scope: 'write' } as const;
const SPLITS = ['bcftools', 'vt', 'none'] as const;
const Options = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Of the file, for people' })),
  split: Type.Enum([...SPLITS], {
    default: 'bcftools',
    description: 'How a record with several ALT alleles is split',
  }),
  batchSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'Records in an envelope' })),
};
const OptionsQuery = Exactly(Options);
const Bytes = Type.String({ format: 'binary' });
const params = Exactly({ uploadId: Uuid });

const Upload = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    length: Nullable(Type.Integer({ description: 'Bytes that it will have' })),
    offset: Type.Integer({ description: 'Bytes that are safe: go on here' }),
    jobId: Nullable(Type.String({ description: 'Of the job that ingests it, once it is whole' })),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { description: 'A file on its way in' },
);

const Metadata = Type.String({ maxLength: 4_000, description: 'As tus has it: `filename` and `split`, base64' });
const Offset = Type.String({ pattern: '^[0-9]{1,15}$', examples: ['0'] });

/** How files come in: in one request of any size, or in pieces that go on where they broke off. */
export async function addUploads(api: Api, parts: RouteParts): Promise<void> {
  // Bodies are streams here, whatever they say they are.
  api.removeAllContentTypeParsers();
  await api.register(multipart, { limits: { files: 1, fields: 0, fileSize: Number.POSITIVE_INFINITY } });
  api.addContentTypeParser('*', (_request, body, done) => done(null, body));
  addWhole(api, parts);
  addBeginning(api, parts);
  addPieces(api, parts);
  addState(api, parts);
}

function addWhole(api: Api, { service }: RouteParts): void {
  const { uploads, settings } = service;
  api.post(
    '/files',
    {
      config: write,
      handlerTimeout: STREAM_TIMEOUT_MS,
      validatorCompiler: acceptAnyBody as never,
      schema: {
        tags,
        summary: 'Store a VCF or BCF of any size, sent as the body or as the one part of a form',
        description: 'Taken as fast as the disk is. Answers with a job, whose result holds the receipt.',
        consumes: ['application/octet-stream', 'multipart/form-data'],
        querystring: OptionsQuery,
        body: {
          content: {
            'application/octet-stream': { schema: Bytes },
            'multipart/form-data': { schema: Type.Object({ file: Bytes }) },
          },
        },
        response: answers({ 202: Job }),
      },
    },
    async (request, reply) => {
      const { identity, query, headers, id, ended: signal } = request;
      const { stream, name, length } = await bodyOf(request);
      const { tenant } = identity;
      const begun = await uploads.create({
        tenant,
        name: query.name ?? name ?? nameIn(headers['content-disposition']) ?? 'upload.vcf',
        length,
        options: { split: query.split, batchSize: query.batchSize ?? settings.batchSize },
      });
      try {
        const whole = await uploads.append(begun, stream, { signal });
        if (whole.offset === 0) throw new VcfAgentError('REQUEST_INVALID', 'the body is empty: send the file');
        return accepted(reply, await service.ingestUpload(whole, id));
      } catch (error) {
        await uploads.remove(tenant, begun.id);
        throw error;
      }
    },
  );
}

function addBeginning(api: Api, { service: { uploads, settings } }: RouteParts): void {
  api.post(
    '/uploads',
    {
      config: write,
      validatorCompiler: acceptAnyBody as never,
      schema: {
        tags,
        summary: 'Begin an upload that may break off (tus 1.0 creation)',
        headers: Type.Object({ 'upload-length': Offset, 'upload-metadata': Type.Optional(Metadata) }),
        response: answers({ 201: Upload }),
      },
    },
    async ({ identity, headers }, reply) => {
      const { filename, split: wanted = 'bcftools' } = parseMetadata(headers['upload-metadata']);
      const split = SPLITS.find((known) => known === wanted);
      if (split === undefined) throw new VcfAgentError('REQUEST_INVALID', `split is ${SPLITS.join(', ')}`);
      const length = Number(headers['upload-length']);
      if (length === 0) throw new VcfAgentError('REQUEST_INVALID', 'an empty file is no VCF');
      const options = { split, batchSize: settings.batchSize };
      const upload = await uploads.create({ tenant: identity.tenant, name: filename ?? 'upload.vcf', length, options });
      reply.code(201).header('Location', `/api/v2/uploads/${upload.id}`);
      return tell(reply, upload).send(uploadJson(upload));
    },
  );
}

function addPieces(api: Api, { service }: RouteParts): void {
  const { uploads } = service;
  api.patch(
    '/uploads/:uploadId',
    {
      config: write,
      handlerTimeout: STREAM_TIMEOUT_MS,
      validatorCompiler: acceptAnyBody as never,
      schema: {
        tags,
        summary: 'Send more of it, from where it stands; what came stays, also when the sender breaks off',
        params,
        headers: Type.Object({ 'upload-offset': Offset }),
        consumes: [RESUMABLE],
        body: { content: { [RESUMABLE]: { schema: Bytes } } },
        response: answers({
          204: Type.Null({ description: 'It stands at `Upload-Offset` now; `X-Job-Id` when it is whole' }),
        }),
      },
    },
    async (request, reply) => {
      const {
        identity,
        params: { uploadId },
        headers,
        id,
        ended: signal,
      } = request;
      if (request.mediaType !== RESUMABLE)
        throw new VcfAgentError('MEDIA_TYPE_UNKNOWN', `the body has to be ${RESUMABLE}`);
      const offset = Number(headers['upload-offset']);
      const { tenant } = identity;
      const { length } = await uploads.find(tenant, uploadId);
      const announced = Number((headers as Record<string, string>)['content-length'] ?? 0);
      if (length !== null && offset + announced > length) {
        throw new VcfAgentError('REQUEST_TOO_LARGE', `the upload has ${length} bytes, and no more`);
      }
      const upload = await uploads.append({ tenant, id: uploadId, offset }, request.body as Readable, { signal });
      if (upload.offset !== upload.length) return tell(reply, upload).code(204).send();
      const job = await service.ingestUpload(upload, id);
      return tell(reply, { ...upload, jobId: job.id })
        .code(204)
        .send();
    },
  );
}

function addState(api: Api, { service }: RouteParts): void {
  const { uploads } = service;
  api.head(
    '/uploads/:uploadId',
    { config: write, schema: { tags, summary: 'Where an upload stands', params } },
    async ({ identity, params: { uploadId } }, reply) =>
      tell(reply, await uploads.find(identity.tenant, uploadId))
        .header('Cache-Control', 'no-store')
        .send(),
  );

  api.get(
    '/uploads/:uploadId',
    {
      config: write,
      exposeHeadRoute: false,
      schema: { tags, summary: 'Where an upload stands', params, response: answers({ 200: Upload }) },
    },
    async ({ identity, params: { uploadId } }, reply) => {
      const upload = await uploads.find(identity.tenant, uploadId);
      return tell(reply, upload).send(uploadJson(upload));
    },
  );

  api.delete(
    '/uploads/:uploadId',
    {
      config: write,
      schema: {
        tags,
        summary: 'Forget an upload',
        params,
        response: answers({ 204: Type.Null({ description: 'It is gone' }) }),
      },
    },
    async ({ identity, params: { uploadId } }, reply) => {
      await service.removeUpload(identity.tenant, uploadId);
      return reply.code(204).send();
    },
  );
}

interface Body {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly name?: string | undefined;
  readonly length?: number | undefined;
}

async function bodyOf(request: FastifyRequest): Promise<Body> {
  if (!request.isMultipart()) {
    const { body } = request;
    if (body === undefined || body === null)
      throw new VcfAgentError('REQUEST_INVALID', 'the body is empty: send the file');
    const length = request.headers['content-length'];
    return { stream: body as Readable, length: length === undefined ? undefined : Number(length) };
  }
  const part = await request.file();
  if (part === undefined) throw new VcfAgentError('REQUEST_INVALID', 'the form has no file');
  return { stream: part.file, name: part.filename };
}

function nameIn(disposition: string | undefined): string | undefined {
  return /filename="?([^";]+)"?/.exec(disposition ?? '')?.[1];
}

function tell(reply: FastifyReply, upload: StoredUpload): FastifyReply {
  return reply.headers(uploadHeaders(upload));
}

function uploadJson({ id, name, length, offset, jobId, createdAt }: StoredUpload) {
  return { id, name, length, offset, jobId, createdAt };
}
