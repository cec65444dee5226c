import type { App } from '../../app/app.ts';
import { reviewedVariant } from '../../app/reviews.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Carrier, StoredFile, VariantRow } from '../../core/ports.ts';
import type { Override } from '../../core/verdicts.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../format.ts';
import { judgementJson, judgementLines } from '../judgement-card.ts';
import type { Registry } from '../program.ts';
import { rowJson } from '../rows.ts';
import { genotypesOf, renderVariant } from '../variant-card.ts';
import { parseVariantName } from '../variant-name.ts';

/** A variant of a thousand files is still one answer, but nobody reads more cards than this. */
const MOST_ROWS = 200;

const EXAMPLES = `
Examples:
  vcf-agent get 17-43045712-T-C                 a key: chromosome, position, ref, alt (also 17:43045712:T>C)
  vcf-agent get 17:43045712                     everything at a position
  vcf-agent get rs80357382                      an ID
  vcf-agent get NM_007294.4:c.5096G>A           HGVS, as the file's annotation wrote it
  vcf-agent get BRCA1:p.Arg1699Gln
  vcf-agent get rs80357382 --json | jq .genotypes
`;

export function addGet({ program, run }: Registry): void {
  program
    .command('get')
    .summary('everything known about one variant')
    .description('Shows everything known about a variant: annotations, every INFO value, carriers, every genotype.')
    .argument('<variant>', 'key, position, ID or HGVS')
    .option('--all-samples', 'show the genotypes of everybody, not only of carriers')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => get(context, args[0] ?? '', options.allSamples === true)));
}

async function get(context: Context, name: string, allSamples: boolean): Promise<number> {
  const { filter, matches } = parseVariantName(name.trim());
  return context.withApp(async (app) => {
    const { signal } = context;
    const page = await app.store.query(filter, { tenant: app.tenant, limit: MOST_ROWS, signal });
    const rows = page.rows.filter(matches);
    if (rows.length === 0) {
      throw new VcfAgentError('NOT_FOUND', `no stored variant is ${printable(name)}`, { context: { variant: name } });
    }
    const files = await app.store.files(app.tenant);
    const carriers = await app.store.carriers(
      app.tenant,
      rows.map((row) => row.id),
      { signal },
    );
    const ids = rows.map((row) => row.id);
    const verdicts = await app.store.verdicts.query(app.tenant, { ids, limit: MOST_ROWS, signal });
    for (const row of rows) {
      const file = files.find((candidate) => candidate.fileId === row.fileId);
      if (file === undefined) continue;
      const own = carriers.filter((carrier) => carrier.rowId === row.id);
      const verdict = verdicts.find(({ id }) => id === row.id);
      const reviews = await reviewsOf(app, row, file);
      if (context.options.json)
        await context.printJson({ ...variantJson(row, file, own), ...judgementJson(verdict, reviews) });
      else
        await context.print(
          [
            ...renderVariant(row, file, own, { ...contextParts(context), allSamples }),
            ...judgementLines(verdict, reviews, context.style),
            '',
          ].join('\n'),
        );
    }
    return EXIT.ok;
  });
}

/** The whole history of the variant. */
async function reviewsOf({ store, tenant }: App, row: VariantRow, file: StoredFile): Promise<readonly Override[]> {
  return store.verdicts.overrides(tenant, reviewedVariant([row], [file]));
}

function contextParts({ style, width }: Context): Pick<Context, 'style' | 'width'> {
  return { style, width };
}

function variantJson(row: VariantRow, file: StoredFile, carriers: readonly Carrier[]): Record<string, unknown> {
  const { header } = parseHeader(file.header);
  return {
    ...rowJson(row, header),
    fileName: file.name,
    carriers: carriers.map(({ sample, genotype }) => ({ sample, genotype })),
    genotypes: Object.fromEntries(genotypesOf(row, file).map(({ sample, values }) => [sample, values])),
  };
}
