import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { explanationLines } from '../flight-lines.ts';
import { withFolders } from '../operator.ts';
import type { Registry } from '../program.ts';

/** A common variant may be in a thousand files; nobody reads the ways of all. */
const MOST_ROWS = 20;
/** While its platforms are down an envelope is tried again and again. */
const MOST_EVENTS = 40;

const EXAMPLES = `
Examples:
  vcf-agent explain 17-43045712-T-C        which platform carried it, why, every attempt, when it was applied
  vcf-agent explain rs80357382
  vcf-agent explain 9f86d081884c           an envelope, by the first eight digits of its id or more
  vcf-agent explain rs80357382 --json | jq .flights

Decisions and attempts are in the flight recorder of the machine that sent the envelope (VCF_AGENT_FLIGHT_BYTES bounds it);
the ledger is in the database.
`;

export function addExplain({ program, run }: Registry): void {
  program
    .command('explain')
    .summary('the way of a variant or an envelope: platforms, attempts, when it was applied')
    .description('Tells which platform carried a variant or an envelope, why, every attempt, and when it was applied.')
    .argument('<variant|envelope>', 'what `get` understands, or the beginning of an envelope’s id')
    .option('--all', 'every event of an envelope, not only the first and the last')
    .addHelpText('after', EXAMPLES)
    .action(
      run((context, args, { all }) =>
        explain(context, (args[0] ?? '').trim(), all === true ? Number.POSITIVE_INFINITY : MOST_EVENTS),
      ),
    );
}

async function explain(context: Context, name: string, most: number): Promise<number> {
  return withFolders(context, async (app, folders) => {
    const [{ Explainer }, { systemClock }] = await Promise.all([
      import('../../app/explain.ts'),
      import('../../app/clock.ts'),
    ]);
    await using explainer = new Explainer({ store: app.store, tenant: app.tenant, folders, clock: systemClock });
    const { explanations, more } = await explainer.about(name, { limit: MOST_ROWS, signal: context.signal });
    if (more) context.note(`More rows match: these are the first ${MOST_ROWS}.`);
    for (const explanation of explanations) {
      if (context.options.json) await context.printJson(explanation);
      else await context.print(`${explanationLines(explanation, { style: context.style, most }).join('\n')}\n`);
    }
    return EXIT.ok;
  });
}
