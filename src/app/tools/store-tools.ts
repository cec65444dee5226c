import { Type } from 'typebox';
import { SummaryCollector } from '../../analysis/summary/collector.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import type { StoredFile, VariantRow, VariantStore } from '../../core/ports.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import { headersOf } from '../file-headers.ts';
import { type FoundVariant, genotypesOf, type LookUpOptions, lookUpVariant, withCarriers } from '../look-up.ts';
import { rowJson } from '../rows.ts';
import { fileNamed, toolOf } from './tool.ts';

/** Rows of one page of the store, when they are counted or looked through. */
const PAGE_ROWS = 5000;
const CARRIER_PAGE_ROWS = 500;
const MOST_LOOKED_AT = 1_000_000;
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
const sampleName = Type.String({ minLength: 1, maxLength: 300, description: 'As the file calls it.' });
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
        sample: Type.Optional(sampleName),
        zygosity: Type.Optional(
          Type.Union([Type.Literal('homozygous'), Type.Literal('heterozygous')], {
            description: 'Only what the sample has so; needs sample. Haploid calls count as neither.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  },
  async (context, { filter: text, file: wanted, limit, cursor, info, count, sample, zygosity }) => {
    const { app, signal } = context;
    if ((sample === undefined) !== (zygosity === undefined)) {
      throw new VcfAgentError(
        'USAGE',
        'query: sample and zygosity go together; who carries what is carrier=… in the filter',
      );
    }
    const files = await app.store.files(app.tenant);
    const headerOf = headersOf(files);
    const isWanted = zygosity === undefined ? () => true : zygosityFilter(files, sample ?? '', zygosity);
    const carried = sample === undefined ? undefined : carrierFilter(sample);
    const filter = bothOf(text === undefined ? undefined : parseFilter(text), carried);
    const fileId = wanted === undefined ? undefined : (await fileNamed(context, wanted)).fileId;
    const found = new FoundRows(count ? 0 : limit);
    let next = cursor;
    do {
      const rows = count || zygosity !== undefined ? PAGE_ROWS : limit;
      const page = await app.store.query(filter, { tenant: app.tenant, limit: rows, cursor: next, fileId, signal });
      for (const row of page.rows) if (isWanted(row)) found.add(row);
      next = page.cursor;
      found.looked += page.rows.length;
    } while (next !== undefined && !found.isFull && found.looked < MOST_LOOKED_AT);
    const note = next === undefined && !found.isCut ? {} : { note: noteOn(count, zygosity !== undefined) };
    if (count) return { count: found.count, ...note };
    const variants = found.rows.map((row) => {
      const { info: all, ...typed } = rowJson(row, headerOf(row.fileId));
      return info ? { ...typed, info: all } : typed;
    });
    // Rows that were looked at and left out would be left out again: a cursor is exact only without them.
    return { variants, ...(next === undefined || zygosity !== undefined ? {} : { cursor: next }), ...note };
  },
);

function noteOn(isCount: boolean, isFiltered: boolean): string {
  if (isCount) return 'There are more; nobody counted on.';
  return isFiltered
    ? 'There may be more: ask with a higher limit, or a narrower filter.'
    : 'There are more: ask again with this cursor.';
}

/** Rows up to a limit, or, with 0, only how many there are. */
class FoundRows {
  readonly rows: VariantRow[] = [];
  readonly #limit: number;
  count = 0;
  looked = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(row: VariantRow): void {
    this.count++;
    if (this.rows.length < this.#limit) this.rows.push(row);
  }

  get isFull(): boolean {
    return this.#limit > 0 && this.rows.length >= this.#limit;
  }

  get isCut(): boolean {
    return this.#limit > 0 && this.count > this.rows.length;
  }
}

function carrierFilter(sample: string): Filter {
  return { kind: 'compare', field: { kind: 'carrier' }, op: '=', value: sample };
}

function bothOf(a: Filter | undefined, b: Filter | undefined): Filter | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { kind: 'and', terms: [a, b] };
}

/** Whether a sample has a row in two copies, or in one of two. */
function zygosityFilter(
  files: readonly StoredFile[],
  sample: string,
  zygosity: 'homozygous' | 'heterozygous',
): (row: VariantRow) => boolean {
  const places = new Map(files.map(({ fileId, sampleNames }) => [fileId, sampleNames.indexOf(sample)]));
  return ({ fileId, format, samples }) => {
    const column = (samples ?? '').split('\t')[places.get(fileId) ?? -1] ?? '';
    const genotype = column.split(':')[(format ?? '').split(':').indexOf('GT')] ?? '.';
    const alleles = genotype.split(/[/|]/);
    if (alleles.length < 2) return false;
    const isCarried = (allele: string): boolean => allele !== '0' && allele !== '.';
    return zygosity === 'homozygous' ? alleles.every(isCarried) : alleles.some(isCarried) && !alleles.every(isCarried);
  };
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

/** Those of the variants that a filter finds that somebody carries: files of sites have many that nobody does. */
async function carriedVariants(
  store: VariantStore,
  filter: Filter,
  { limit, ...options }: LookUpOptions,
): Promise<readonly FoundVariant[]> {
  const found: FoundVariant[] = [];
  let cursor: string | undefined;
  let looked = 0;
  do {
    const page = await store.query(filter, { ...options, limit: CARRIER_PAGE_ROWS, cursor });
    const carried = await withCarriers(store, page, options);
    found.push(...carried.filter(({ carriers }) => carriers.length > 0));
    cursor = page.cursor;
    looked += page.rows.length;
  } while (cursor !== undefined && found.length < limit && looked < MOST_LOOKED_AT);
  return found.slice(0, limit);
}

export const carriersTool = toolOf(
  {
    name: 'carriers',
    description:
      'Which samples carry a variant, or each of those that a filter finds and somebody carries, with their genotypes.',
    input: Type.Object(
      { variant: Type.Optional(variantName), filter: Type.Optional(filterText), limit: limit(200, 50) },
      { additionalProperties: false },
    ),
  },
  async ({ app, signal }, { variant, filter, limit }) => {
    if ((variant === undefined) === (filter === undefined)) {
      throw new VcfAgentError('USAGE', 'carriers: give either a variant or a filter');
    }
    const options = { tenant: app.tenant, limit, signal };
    const found =
      variant === undefined
        ? await carriedVariants(app.store, parseFilter(filter ?? ''), options)
        : await lookUpVariant(app.store, variant.trim(), options);
    const note = found.length < limit ? {} : { note: 'There may be more: ask with a higher limit.' };
    return {
      variants: found.map(({ row, file, carriers }) => ({
        key: `${row.chrom}:${row.pos}:${row.ref}:${row.alt}`,
        gene: row.annotations.gene ?? null,
        consequence: row.annotations.consequence ?? null,
        clinsig: row.annotations.clinsig ?? null,
        file: row.fileId,
        fileName: file.name,
        samples: file.sampleNames.length,
        count: carriers.length,
        carriers: carriers.slice(0, MOST_CARRIERS).map(({ sample, genotype }) => ({ sample, genotype })),
      })),
      ...note,
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
