import type { App } from '../../app/app.ts';
import type { Explainer, Explanation } from '../../app/explain.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { explanationLines } from '../flight-lines.ts';
import { printable } from '../format.ts';
import { withFolders } from '../operator.ts';
import type { Registry } from '../program.ts';
import { parseVariantName } from '../variant-name.ts';

/** A common variant may be in a thousand files; nobody reads the ways of all. */
const MOST_ROWS = 20;
/** While its platforms are down an envelope is tried again and again. */
const MOST_EVENTS = 40;
/** How much of an envelope's id is enough to look for one. */
const ENVELOPE = /^[0-9a-f]{8,64}$/;

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
    const byId = ENVELOPE.test(name) ? await explainer.byId(name, context) : [];
    const found = byId.length > 0 ? byId : await explainVariant(context, app, explainer, name);
    for (const explanation of found) {
      if (context.options.json) await context.printJson(explanation);
      else await context.print(`${explanationLines(explanation, { style: context.style, most }).join('\n')}\n`);
    }
    return EXIT.ok;
  });
}

async function explainVariant(
  context: Context,
  app: App,
  explainer: Explainer,
  name: string,
): Promise<readonly Explanation[]> {
  const { filter, matches } = parseVariantName(name);
  const { signal } = context;
  const page = await app.store.query(filter, { tenant: app.tenant, limit: MOST_ROWS, signal });
  const rows = page.rows.filter(matches);
  if (rows.length === 0) {
    const text = `no stored variant is ${printable(name)}, and no envelope either; what is not applied yet is found by its envelope’s id`;
    throw new VcfAgentError('NOT_FOUND', text, { context: { variant: name } });
  }
  if (page.cursor !== undefined) context.note(`More rows match: these are the first ${MOST_ROWS}.`);
  return explainer.byRows(
    rows.map(({ id }) => id),
    context,
  );
}
