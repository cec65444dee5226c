import { userInfo } from 'node:os';
import { VcfAgentError } from '../../core/errors.ts';
import { classNamed, NOT_CLASSIFIED, NOTICE, type Override, type PathogenicityClass } from '../../core/verdicts.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { paintSignificance } from '../row-table.ts';
import { parseVariantName } from '../variant-name.ts';

interface ReviewFlags {
  readonly class?: string;
  readonly comment?: string;
  readonly reviewer?: string;
  readonly withdraw?: true;
  readonly history?: true;
  readonly file?: string;
}

/** Rows of one variant, in as many files. */
const MOST_ROWS = 10_000;

const EXAMPLES = `
Examples:
  vcf-agent review 17-43057062-T-TG --class LP --comment "segregates in two families"
  vcf-agent review rs80357906 --withdraw --comment "sample swap" --reviewer "E. Example"
  vcf-agent review rs80357906 --history

Classes: P, LP, VUS, LB, B. The reviewer's class stands beside the computed one wherever that is shown; a review is of the
variant, in every stored file of the same assembly, now and later. Nothing of the history is ever changed or removed.
`;

export function addReview({ program, run }: Registry): void {
  program
    .command('review')
    .summary("give a variant a reviewer's class, with a comment; its history is kept")
    .description("Gives a stored variant a reviewer's class beside the computed one. Research use only.")
    .argument('<variant>', 'key, position, ID or HGVS, as for get')
    .option('--class <class>', 'P, LP, VUS, LB or B')
    .option('--comment <text>', 'why: 1 to 2,000 characters')
    .option('--reviewer <name>', 'who (default: the user of this machine)')
    .option('--withdraw', 'take the last review back: the computed class holds again')
    .option('--history', 'show all that was ever said')
    .option('--file <file>', 'the variant of this stored file, where a name could mean several')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => review(context, args[0] ?? '', options as ReviewFlags)));
}

async function review(context: Context, name: string, flags: ReviewFlags): Promise<number> {
  const wanted = entryOf(flags);
  const { filter, matches } = parseVariantName(name.trim());
  const { review: add, reviewedVariant } = await import('../../app/reviews.ts');
  return context.withApp(async (app) => {
    const { store, tenant } = app;
    const files = await store.files(tenant);
    const fileId = flags.file === undefined ? undefined : findStoredFile(files, flags.file).fileId;
    const page = await store.query(filter, { tenant, limit: MOST_ROWS, signal: context.signal, fileId });
    const rows = page.rows.filter(matches);
    if (rows.length === 0) {
      throw new VcfAgentError('NOT_FOUND', `no stored variant is ${printable(name)}`, { context: { variant: name } });
    }
    const variant = reviewedVariant(rows, files);
    if (wanted !== undefined) await add(store, tenant, variant, wanted);
    const history = await store.verdicts.overrides(tenant, variant);
    for (const entry of flags.history ? history : history.slice(-1)) await print(context, entry);
    if (history.length === 0) context.note('Nobody has reviewed this variant.');
    return EXIT.ok;
  });
}

function entryOf(
  flags: ReviewFlags,
): { class: PathogenicityClass | null; comment: string; reviewer: string } | undefined {
  const { class: text, comment, reviewer = userInfo().username, withdraw = false, history = false } = flags;
  if (text === undefined && !withdraw) {
    if (history) return undefined;
    throw new VcfAgentError('USAGE', 'say what to do: --class, --withdraw or --history');
  }
  if (text !== undefined && withdraw) throw new VcfAgentError('USAGE', '--class and --withdraw exclude each other');
  if (comment === undefined) throw new VcfAgentError('USAGE', 'a review needs a --comment');
  const named = text === undefined ? null : classNamed(text);
  if (named === undefined || named === NOT_CLASSIFIED) {
    throw new VcfAgentError('USAGE', `"${printable(text ?? '')}" is no class: use P, LP, VUS, LB or B`);
  }
  return { class: named, comment, reviewer };
}

async function print(context: Context, entry: Override): Promise<void> {
  if (context.options.json) {
    await context.printJson({ type: 'review', ...entry, notice: NOTICE });
    return;
  }
  const { style } = context;
  const { key, assembly, class: given, reviewer, comment, createdAt } = entry;
  const what = given === null ? style.dim('withdrawn') : paintSignificance(given, style);
  const where = `${style.bold(printable(key))}${assembly === '' ? '' : style.dim(` ${assembly}`)}`;
  await context.print(
    `${where}  ${what}  ${style.dim(createdAt.toISOString())}  ${printable(reviewer)}: ${printable(comment)}`,
  );
}
