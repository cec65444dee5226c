import { lookUpVariant, variantJson } from '../../app/look-up.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Registry } from '../program.ts';
import { renderVariant } from '../variant-card.ts';

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
  return context.withApp(async (app) => {
    const { signal } = context;
    const found = await lookUpVariant(app.store, name.trim(), { tenant: app.tenant, limit: MOST_ROWS, signal });
    for (const variant of found) {
      const { row, file, carriers } = variant;
      if (context.options.json) await context.printJson(variantJson(variant));
      else
        await context.print(
          `${renderVariant(row, file, carriers, { ...contextParts(context), allSamples }).join('\n')}\n`,
        );
    }
    return EXIT.ok;
  });
}

function contextParts({ style, width }: Context): Pick<Context, 'style' | 'width'> {
  return { style, width };
}
