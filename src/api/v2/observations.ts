import { Type } from 'typebox';
import { appendVariants, type ObservedVariant } from '../../app/streams.ts';
import type { Api, RouteParts } from '../routes.ts';
import { answers, Exactly, Nullable } from '../schema.ts';

const BODY_BYTES = 8 * 1024 * 1024;
const MOST = 10_000;
const InfoNumber = Type.Number({ minimum: -1e300, maximum: 1e300 });
const InfoText = Type.String({ maxLength: 10_000 });
const InfoValue = Type.Union([
  InfoText,
  InfoNumber,
  Type.Boolean(),
  Type.Null(),
  Type.Array(Type.Union([InfoText, InfoNumber, Type.Null()]), { minItems: 1, maxItems: 1_000 }),
]);

const Observed = Exactly({
  chrom: Type.String({ pattern: '^[A-Za-z0-9_.|+-]{1,100}$' }),
  pos: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'From 1' }),
  ref: Type.String({ pattern: '^[ACGTNacgtn]{1,10000}$' }),
  alt: Type.String({ pattern: '^([ACGTNacgtn]{1,10000}|\\*|<[A-Za-z0-9:_]{1,100}>)$', description: 'One allele' }),
  id: Type.Optional(Nullable(Type.String({ pattern: '^[A-Za-z0-9_.:;|-]{1,200}$' }))),
  qual: Type.Optional(Nullable(Type.Number({ minimum: 0, maximum: 1e9 }))),
  filter: Type.Optional(Nullable(Type.Array(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,100}$' }), { maxItems: 20 }))),
  info: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.]{0,99}$' }), InfoValue, {
      description:
        'CLNSIG, GENEINFO, gnomAD_AF, CADD_PHRED, REVEL and SpliceAI_max fill the typed columns; true is a flag',
    }),
  ),
  observedAt: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T[0-9:.]{5,16}(Z|[+-]\\d{2}:\\d{2})$' })),
});

const Taken = Type.Object({
  fileId: Type.Integer({ description: 'Of the stream, which is kept as a file' }),
  stored: Type.Integer(),
  known: Type.Integer(),
  items: Type.Array(
    Type.Object({
      key: Type.String(),
      rowId: Type.String(),
      status: Type.Enum(['stored', 'known'], { description: '`known`: it came with this key before' }),
    }),
    { description: 'In the order in which they were sent' },
  ),
});

/** Single variants, and batches of them, each stored once however often it is sent. */
export function addObservations(api: Api, { service }: RouteParts): void {
  api.post(
    '/variants',
    {
      config: { scope: 'write' },
      bodyLimit: BODY_BYTES,
      schema: {
        tags: ['variants'],
        summary: 'Store one variant, or a batch in one transaction, exactly once',
        description:
          'The id of each is a hash of its key and the `Idempotency-Key` (or its `observedAt`): sent again it is `known`, with another key it is a new observation.',
        querystring: Exactly({
          stream: Type.String({
            pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$',
            default: 'api',
            description: 'Kept as a file of this name',
          }),
        }),
        headers: Type.Object({
          'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' })),
        }),
        body: Type.Union([Observed, Exactly({ variants: Type.Array(Observed, { minItems: 1, maxItems: MOST }) })]),
        response: answers({ 200: Taken, 201: Taken }),
      },
    },
    async ({ identity, query, headers, body, ended: signal }, reply) => {
      const variants: readonly ObservedVariant[] = 'variants' in body ? body.variants : [body];
      const { fileId, variants: taken } = await appendVariants(service.app.store, variants, {
        tenant: identity.tenant,
        stream: query.stream,
        idempotencyKey: headers['idempotency-key'],
        signal,
      });
      const stored = taken.filter(({ isNew }) => isNew).length;
      const items = taken.map(({ key, id, isNew }) => ({ key, rowId: String(id), status: isNew ? 'stored' : 'known' }));
      return reply.code(stored > 0 ? 201 : 200).send({ fileId, stored, known: taken.length - stored, items });
    },
  );
}
