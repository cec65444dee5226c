import { Type } from 'typebox';
import { lookUpVariant } from '../../app/look-up.ts';
import { variantKey } from '../../app/rows.ts';
import { databaseStatus } from '../../app/status.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import type { StoredFile, VariantRow } from '../../core/ports.ts';
import { addOpenApi } from '../openapi.ts';
import type { Api, RouteParts } from '../routes.ts';
import { answers, Exactly, Nullable } from '../schema.ts';
import { FileParams, Limit } from '../v2/schemas.ts';

const read = { scope: 'read' } as const;
const MOST_ROWS = 200;

const Variant = Type.Object(
  {
    variant_id: Type.String(),
    chromosome: Type.String(),
    position: Type.Integer(),
    reference: Type.String(),
    alternate: Nullable(Type.String()),
    rs_id: Nullable(Type.String()),
    quality: Nullable(Type.Number()),
    gene: Nullable(Type.String()),
    consequence: Nullable(Type.String()),
    clinical_significance: Nullable(Type.String()),
    allele_frequency: Nullable(Type.Number()),
    file_id: Type.Integer(),
  },
  { description: 'A stored variant' },
);
type V1Variant = Type.Static<typeof Variant>;

const Found = Type.Object({
  query: Type.String(),
  count: Type.Integer(),
  results: Type.Array(Variant),
  next_cursor: Nullable(Type.String()),
});

const File = Type.Object({
  file_id: Type.Integer(),
  filename: Type.String(),
  status: Type.String(),
  variant_count: Type.Integer(),
  sample_count: Type.Integer(),
  created_at: Type.String({ format: 'date-time' }),
});

const Paging = { limit: Limit(1_000, 50), cursor: Type.Optional(Type.String({ maxLength: 100 })) };

/** Version 1: the small older surface, in its own words, over what version 2 is made of. */
export async function addV1(api: Api, parts: RouteParts): Promise<void> {
  await api.register(
    async (scope) => {
      await addOpenApi(scope as Api, parts.versions.find(({ name }) => name === 'v1')!);
      await scope.register(async (group) => {
        addQuestions(group as unknown as Api, parts);
        addFacts(group as unknown as Api, parts);
      });
    },
    { prefix: '/api/v1' },
  );
}

function addQuestions(api: Api, { service: { app } }: RouteParts): void {
  const { store } = app;
  const find = async (
    tenant: string,
    text: string,
    { limit, cursor }: { limit: number; cursor?: string },
    signal: AbortSignal,
  ) => {
    const page = await store.query(text === '' ? undefined : parseFilter(text), { tenant, limit, cursor, signal });
    const results = page.rows.map(variantJson);
    return { query: text, count: results.length, results, next_cursor: page.cursor ?? null };
  };
  api.get(
    '/search',
    {
      config: read,
      schema: {
        tags: ['variants'],
        summary: 'Variants that a filter finds',
        querystring: Exactly({
          q: Type.String({ minLength: 1, maxLength: 10_000, examples: ['gene=BRCA1'] }),
          ...Paging,
        }),
        response: answers({ 200: Found }),
      },
    },
    async ({ identity, query: { q, ...page }, ended: signal }) => find(identity.tenant, q.trim(), page, signal),
  );
  api.get(
    '/variants',
    {
      config: read,
      schema: {
        tags: ['variants'],
        summary: 'Variants of a gene or a region',
        querystring: Exactly({
          gene: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,50}$' })),
          chromosome: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.]{1,50}$' })),
          start: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })),
          end: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })),
          ...Paging,
        }),
        response: answers({ 200: Found }),
      },
    },
    async ({ identity, query: { limit, cursor, ...place }, ended: signal }) =>
      find(identity.tenant, filterOf(place), cursor === undefined ? { limit } : { limit, cursor }, signal),
  );
  api.get(
    '/variants/:variantId',
    {
      config: read,
      schema: {
        tags: ['variants'],
        summary: 'One variant by key, position, rsID or HGVS',
        params: Exactly({ variantId: Type.String({ minLength: 1 }) }),
        response: answers({ 200: Type.Object({ results: Type.Array(Variant) }) }),
      },
    },
    async ({ identity: { tenant }, params, ended: signal }) => {
      const found = await lookUpVariant(store, params.variantId.trim(), { tenant, limit: MOST_ROWS, signal });
      return { results: found.map(({ row }) => variantJson(row)) };
    },
  );
}

function addFacts(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  api.get(
    '/files',
    {
      config: read,
      schema: {
        tags: ['files'],
        summary: 'Stored files',
        response: answers({ 200: Type.Object({ files: Type.Array(File) }) }),
      },
    },
    async ({ identity }) => ({ files: (await store.files(identity.tenant)).map(fileJson) }),
  );
  api.get(
    '/files/:fileId',
    {
      config: read,
      schema: { tags: ['files'], summary: 'One file', params: FileParams, response: answers({ 200: File }) },
    },
    async ({ identity, params }) => fileJson(await service.for(identity.tenant).file(params.fileId)),
  );
  const Health = Type.Object({ status: Type.Enum(['healthy', 'unhealthy']), database: Type.Boolean() });
  api.get(
    '/health',
    {
      config: { scope: 'public' },
      schema: {
        tags: ['operation'],
        summary: 'Whether this instance can work',
        response: answers({ 200: Health, 503: Health }),
      },
    },
    async (_request, reply) => {
      const database = await service.database.answers();
      if (!database) reply.code(503).header('Retry-After', '1');
      return { status: database ? 'healthy' : 'unhealthy', database };
    },
  );
  api.get(
    '/status',
    {
      config: read,
      schema: {
        tags: ['operation'],
        summary: 'What is stored for the tenant',
        response: answers({
          200: Type.Object({ database_version: Type.String(), file_count: Type.Integer(), ingesting: Type.Integer() }),
        }),
      },
    },
    async ({ identity }) => {
      const { version, files, unfinished } = await databaseStatus(store, identity.tenant);
      return { database_version: version, file_count: files, ingesting: unfinished };
    },
  );
}

interface Place {
  readonly gene?: string;
  readonly chromosome?: string;
  readonly start?: number;
  readonly end?: number;
}

function filterOf({ gene, chromosome, start, end }: Place): string {
  if (chromosome === undefined && (start !== undefined || end !== undefined)) {
    throw new VcfAgentError('REQUEST_INVALID', 'start and end need a chromosome');
  }
  if (start !== undefined && end !== undefined && start > end) {
    throw new VcfAgentError('REQUEST_INVALID', 'start is behind end');
  }
  const terms = gene === undefined ? [] : [`gene=${gene}`];
  if (chromosome !== undefined) {
    const isWhole = start === undefined && end === undefined;
    terms.push(isWhole ? `chrom=${chromosome}` : `${chromosome}:${start ?? 1}-${end ?? 2 ** 31 - 1}`);
  }
  return terms.join(' and ');
}

function variantJson(row: VariantRow): V1Variant {
  const { gene, consequence, clinsig, af } = row.annotations;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    variant_id: variantKey(row),
    chromosome: row.chrom,
    position: row.pos,
    reference: row.ref,
    alternate: row.alt === '.' ? null : row.alt,
    rs_id: row.variantId.split(';').find((id) => id.startsWith('rs')) ?? null,
    quality: row.qual === '.' ? null : Number(row.qual),
    gene: text(gene),
    consequence: text(consequence),
    clinical_significance: text(clinsig),
    allele_frequency: typeof af === 'number' ? af : null,
    file_id: row.fileId,
  };
}

function fileJson({ fileId, name, status, variants, sampleNames, createdAt }: StoredFile) {
  return {
    file_id: fileId,
    filename: name,
    status,
    variant_count: variants,
    sample_count: sampleNames.length,
    created_at: createdAt.toISOString(),
  };
}
