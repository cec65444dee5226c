import { Type } from 'typebox';
import { SummaryCollector } from '../../analysis/summary/collector.ts';
import type { Filter } from '../../core/filter.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import { headersOf } from '../file-headers.ts';
import { genotypesOf, lookUpVariant } from '../look-up.ts';
import { rowJson } from '../rows.ts';
import { fileNamed, type ToolContext, toolOf } from './tool.ts';

/** Rows of one page of the store, when rows are only counted. */
const PAGE_ROWS = 5000;
const MOST_COUNTED = 1_000_000;
/** Of each variant. */
const MOST_CARRIERS = 200;
const MOST_SAMPLES_NAMED = 100;

export const filterText = Type.String({
  minLength: 1,
  maxLength: 2000,
  description:
    'A filter: gene=BRCA1 and af<0.001 and clinsig~pathogenic; regions such as chr17:43044295-43125483; carrier=SAMPLE; info.KEY; and, or, not, brackets.',
});
export const fileName = Type.String({
  minLength: 1,
  maxLength: 300,
  description: 'A stored file: its number, its name, or the beginning of its digest.',
});
export const variantName = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'A key (17-43045712-T-C), a position (17:43045712), an ID (rs80357906) or HGVS (BRCA1:p.Arg1699Gln).',
});
export const limit = (most: number, usual: number) =>
  Type.Integer({ minimum: 1, maximum: most, default: usual, description: `Most rows, 1 to ${most}.` });

export const filesTool = toolOf(
  {
    name: 'files',
    description: 'The stored files: number, name, variants, samples, digest.',
    input: Type.Object({}, { additionalProperties: false }),
  },
  async ({ app }) => {
    const files = await app.store.files(app.tenant);
    return {
      files: files.map((file) => ({
        file: file.fileId,
        name: file.name,
        status: file.status,
        variants: file.variants,
        rejected: file.rejected,
        sha256: file.contentDigest,
        samples: file.sampleNames.length,
        sampleNames: file.sampleNames.slice(0, MOST_SAMPLES_NAMED),
      })),
    };
  },
);

export const queryTool = toolOf(
  {
    name: 'query',
    description:
      'Finds stored variants with a filter. Typed columns only, unless info is asked for; with count, only how many there are.',
    input: Type.Object(
      {
        filter: Type.Optional(filterText),
        file: Type.Optional(fileName),
        limit: limit(200, 20),
        cursor: Type.Optional(Type.String({ maxLength: 200, description: 'From an earlier answer: goes on there.' })),
        info: Type.Boolean({ default: false, description: 'With every INFO key.' }),
        count: Type.Boolean({ default: false, description: 'Only how many variants there are.' }),
      },
      { additionalProperties: false },
    ),
  },
  async (context, { filter: text, file: wanted, limit, cursor, info, count }) => {
    const filter = text === undefined ? undefined : parseFilter(text);
    const { app, signal } = context;
    const fileId = wanted === undefined ? undefined : (await fileNamed(context, wanted)).fileId;
    if (count) return await counted(context, filter, fileId);
    const page = await app.store.query(filter, { tenant: app.tenant, limit, cursor, fileId, signal });
    const headerOf = headersOf(await app.store.files(app.tenant));
    const variants = page.rows.map((row) => {
      const { info: all, ...typed } = rowJson(row, headerOf(row.fileId));
      return info ? { ...typed, info: all } : typed;
    });
    if (page.cursor === undefined) return { variants };
    const note = 'There are more: ask again with this cursor.';
    return { variants, cursor: page.cursor, note };
  },
);

async function counted({ app, signal }: ToolContext, filter: Filter | undefined, fileId: number | undefined) {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await app.store.query(filter, { tenant: app.tenant, limit: PAGE_ROWS, cursor, fileId, signal });
    count += page.rows.length;
    cursor = page.cursor;
  } while (cursor !== undefined && count < MOST_COUNTED);
  return cursor === undefined ? { count } : { count, note: `There are more than ${count}; nobody counted on.` };
}

export const getTool = toolOf(
  {
    name: 'get',
    description: 'Everything known of one variant: annotations, every INFO key, carriers and their genotypes.',
    input: Type.Object({ variant: variantName, limit: limit(20, 5) }, { additionalProperties: false }),
  },
  async ({ app, signal }, { variant, limit }) => {
    const found = await lookUpVariant(app.store, variant.trim(), { tenant: app.tenant, limit, signal });
    return {
      variants: found.map(({ row, file, carriers }) => {
        const names = new Set(carriers.slice(0, MOST_CARRIERS).map(({ sample }) => sample));
        const genotypes = genotypesOf(row, file).filter(({ sample }) => names.has(sample));
        return {
          ...rowJson(row, parseHeader(file.header).header),
          fileName: file.name,
          samples: file.sampleNames.length,
          carriers: carriers.length,
          genotypes: Object.fromEntries(genotypes.map(({ sample, values }) => [sample, values])),
        };
      }),
    };
  },
);

export const carriersTool = toolOf(
  {
    name: 'carriers',
    description: 'Which samples carry a variant, file by file, with their genotypes.',
    input: Type.Object({ variant: variantName }, { additionalProperties: false }),
  },
  async ({ app, signal }, { variant }) => {
    const found = await lookUpVariant(app.store, variant.trim(), { tenant: app.tenant, limit: 200, signal });
    return {
      variants: found.map(({ row, file, carriers }) => ({
        key: `${row.chrom}:${row.pos}:${row.ref}:${row.alt}`,
        file: row.fileId,
        fileName: file.name,
        samples: file.sampleNames.length,
        count: carriers.length,
        carriers: carriers.slice(0, MOST_CARRIERS).map(({ sample, genotype }) => ({ sample, genotype })),
      })),
    };
  },
);

export const summaryTool = toolOf(
  {
    name: 'summary',
    description:
      'Counts what a stored file holds: kinds, Ts/Tv, genotypes, chromosomes, filters, consequences. Of its stored records: those that ingest split count for each allele.',
    input: Type.Object({ file: fileName }, { additionalProperties: false }),
  },
  async (context, { file: wanted }) => {
    const { app, signal } = context;
    const file = await fileNamed(context, wanted);
    const collector = new SummaryCollector(parseHeader(file.header).header);
    for await (const { block } of app.store.lines(file.fileId, { signal })) collector.add(block);
    return { file: file.fileId, name: file.name, rejected: file.rejected, ...collector.finish() };
  },
);
