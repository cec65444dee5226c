import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type JudgeTextOptions, judgeText, PROFILE_NAMES } from '../../app/judge-text.ts';
import { storedVcf } from '../../app/stored-vcf.ts';
import { summariseText } from '../../app/summarise-text.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { type Api, type RouteParts, STREAM_TIMEOUT_MS } from '../routes.ts';
import { acceptAnyBody, answers, Exactly, inTypes, Nullable } from '../schema.ts';
import { FileParams } from './schemas.ts';
import { concatenated } from './variants.ts';

const tags = ['analysis'];
const NDJSON = 'application/x-ndjson';
const Body = { content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } } };

const Summary = Type.Object(
  {
    kind: Type.Enum(['vcf', 'bcf']),
    version: Type.String(),
    container: Type.String(),
    rejected: Type.Integer(),
    rejectedByCode: Type.Record(Type.String(), Type.Integer()),
    truncation: Nullable(Type.Record(Type.String(), Type.Unknown())),
    summary: Type.Record(Type.String(), Type.Unknown(), { description: 'As `vcf-agent summary --json` has it' }),
  },
  { description: 'What a file holds, counted' },
);

const JudgeQuery = Exactly({
  profile: Type.Enum([...PROFILE_NAMES], { default: PROFILE_NAMES[0] }),
  minPoints: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
});
const Verdicts = inTypes('A verdict a line, in the end how many there were of each class. Research use only.', {
  [NDJSON]: Type.String(),
});

const timing = { handlerTimeout: STREAM_TIMEOUT_MS };

/** Counting and judging what a file holds, stored or not. */
export function addAnalysis(api: Api, parts: RouteParts): void {
  // Bodies are streams here, whatever they say they are.
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', (_request, body, done) => done(null, body));
  addSummaries(api, parts);
  addVerdicts(api, parts);
}

function addSummaries(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  const { lineBytes } = service.settings;
  api.get(
    '/files/:fileId/summary',
    {
      config: { scope: 'read' },
      ...timing,
      schema: {
        tags,
        summary:
          'Count what a stored file holds; records that were split when it was stored are counted as they are stored',
        params: FileParams,
        response: answers({ 200: Summary }),
      },
    },
    async ({ identity, params, ended: signal }) => {
      const file = await service.for(identity.tenant).file(params.fileId);
      return await summariseText(storedVcf(store, file, { signal }), { lineBytes, signal });
    },
  );

  api.post(
    '/summary',
    {
      config: { scope: 'read' },
      ...timing,
      validatorCompiler: acceptAnyBody as never,
      schema: {
        tags,
        summary: 'Count what a VCF or BCF holds that is sent as the body; nothing is stored',
        body: Body,
        response: answers({ 200: Summary }),
      },
    },
    async ({ body, ended: signal }) => await summariseText(textOf(body), { lineBytes, signal }),
  );
}

function addVerdicts(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  const { lineBytes } = service.settings;
  api.get(
    '/files/:fileId/classify',
    {
      config: { scope: 'read' },
      ...timing,
      schema: {
        tags,
        summary: 'Judge the variants of a stored file by the ACMG/AMP criteria. Research use only',
        params: FileParams,
        querystring: JudgeQuery,
        response: answers({ 200: Verdicts }),
      },
    },
    async ({ identity, params, query, ended: signal }, reply) => {
      const file = await service.for(identity.tenant).file(params.fileId);
      return reply.type(NDJSON).send(await judged(storedVcf(store, file, { signal }), { ...query, lineBytes, signal }));
    },
  );

  api.post(
    '/classify',
    {
      config: { scope: 'read' },
      ...timing,
      validatorCompiler: acceptAnyBody as never,
      schema: {
        tags,
        summary: 'Judge the variants of a VCF or BCF that is sent as the body; nothing is stored. Research use only',
        querystring: JudgeQuery,
        body: Body,
        response: answers({ 200: Verdicts }),
      },
    },
    async ({ body, query, ended: signal }, reply) =>
      reply.type(NDJSON).send(await judged(textOf(body), { ...query, lineBytes, signal })),
  );
}

/** What cannot be read at all is a problem with a status; only then is the answer begun. */
async function judged(text: Readable, options: JudgeTextOptions): Promise<Readable> {
  const lines = judgeText(text, options);
  return Readable.from(concatenated(await lines.next(), lines), { objectMode: false });
}

function textOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new VcfAgentError('REQUEST_INVALID', 'the body is empty: send the file');
}
