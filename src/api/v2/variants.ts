import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { lookUpVariant, variantJson } from '../../app/look-up.ts';
import { type RowTextFormat, rowObjects, rowText } from '../../app/row-text.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import { chooseType } from '../accept.ts';
import { type Api, type RouteParts, STREAM_TIMEOUT_MS } from '../routes.ts';
import { answers, Exactly, inTypes } from '../schema.ts';
import { FileId, PageOf, Variant, WholeVariant } from './schemas.ts';

const tags = ['variants'];
const TYPES = ['application/json', 'application/x-ndjson', 'text/tab-separated-values', 'text/vcf'] as const;
const FORMATS: Readonly<Record<string, RowTextFormat>> = {
  'application/x-ndjson': 'ndjson',
  'text/tab-separated-values': 'tsv',
  'text/vcf': 'vcf',
};
const PAGE_ROWS = 100;
/** A variant of a thousand files is still one answer. */
const MOST_ROWS = 200;

const Query = Exactly({
  filter: Type.Optional(
    Type.String({
      maxLength: 10_000,
      description: 'docs/filter-language.md; left out: all',
      examples: ['gene=BRCA1 and af<0.001'],
    }),
  ),
  file: Type.Optional(FileId),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000_000,
      description: 'Of a page at most 10,000, usually 100; of a stream any, usually all',
    }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })),
});
const MOST_IN_A_PAGE = 10_000;

/** Questions about stored variants. */
export function addVariants(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  api.get(
    '/variants',
    {
      config: { scope: 'read' },
      handlerTimeout: STREAM_TIMEOUT_MS,
      schema: {
        tags,
        summary: 'Variants that a filter finds: a page of JSON, or all of them as a stream, by Accept',
        querystring: Query,
        response: answers({
          200: inTypes('What matches', {
            [TYPES[0]]: PageOf(Variant),
            [TYPES[1]]: Type.String({ description: 'A variant a line' }),
            [TYPES[2]]: Type.String({ description: 'With a line of titles' }),
            [TYPES[3]]: Type.String({ description: 'With samples when `file` is given, or there is but one' }),
          }),
        }),
      },
    },
    async ({ identity: { tenant }, query, headers, ended: signal }, reply) => {
      const type = chooseType(headers.accept, TYPES);
      const filter = query.filter === undefined || query.filter.trim() === '' ? undefined : parseFilter(query.filter);
      const files = await store.files(tenant);
      const { file: fileId, limit, cursor } = query;
      if (fileId !== undefined) await service.for(tenant).file(fileId);
      reply.header('Vary', 'Accept, X-API-Version');
      const format = FORMATS[type];
      if (format === undefined) {
        const most = Math.min(limit ?? PAGE_ROWS, MOST_IN_A_PAGE);
        const page = await store.query(filter, { tenant, fileId, cursor, limit: most, signal });
        return { items: rowObjects(page.rows, files), next: page.cursor ?? null };
      }
      const text = rowText(store, filter, files, { tenant, format, fileId, limit, cursor, signal });
      // Only what can be begun is begun: an error in the filter is still a problem with a status.
      const first = await text.next();
      const rest = Readable.from(concatenated(first, text), { objectMode: false });
      return reply.type(`${type}; charset=utf-8`).send(rest);
    },
  );

  api.get(
    '/variants/:name',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'One variant with everything known: annotations, every INFO value, carriers, every genotype',
        params: Exactly({
          name: Type.String({
            minLength: 1,
            description: 'Key, position, ID or HGVS, as `vcf-agent get` takes it',
            examples: ['17-43045712-T-C', 'rs80357382', 'BRCA1:p.Arg1699Gln'],
          }),
        }),
        response: answers({
          200: Type.Object({ items: Type.Array(WholeVariant, { description: 'One a file that has it' }) }),
        }),
      },
    },
    async ({ identity: { tenant }, params, ended: signal }) => {
      const found = await lookUpVariant(store, params.name.trim(), { tenant, limit: MOST_ROWS, signal });
      return { items: found.map((variant) => ({ rowId: String(variant.row.id), ...variantJson(variant) })) };
    },
  );
}

/** A sequence of which the first piece was taken already. */
export async function* concatenated(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done !== true && first.value !== '') yield first.value;
  for await (const piece of rest) if (piece !== '') yield piece;
}
