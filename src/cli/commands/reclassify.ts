import { basename } from 'node:path';
import type { App } from '../../app/app.ts';
import type { RejudgedVariant } from '../../app/judge.ts';
import type { Reclassification } from '../../app/reclassify.ts';
import type { StoredFile } from '../../core/ports.ts';
import { type ClassSum, NOTICE, type VerdictChange } from '../../core/verdicts.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural, printable } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import { judgingProgress } from '../judging-progress.ts';
import type { Registry } from '../program.ts';
import { paintSignificance } from '../row-table.ts';
import { type Column, renderTable } from '../table.ts';

const EXAMPLES = `
Examples:
  vcf-agent reclassify --clinvar clinvar_20260301.vcf.gz             every file with kept verdicts
  vcf-agent reclassify trio.vcf.gz --clinvar clinvar_20260301.vcf.gz --json

Judges again only what the newer ClinVar can change: variants that it has another record of, or near one, or in a gene of which
it counts otherwise. Thresholds and genes stay those of the last judgement. What comes out is what a new judgement of the
whole file would give.
`;

/** A verdict that is another now, with the variant that it is on. */
interface Changed extends VerdictChange {
  readonly variant: RejudgedVariant;
}

export function addReclassify({ program, run }: Registry): void {
  program
    .command('reclassify')
    .summary('judge again what a newer ClinVar can change')
    .description('Judges kept verdicts again under a newer ClinVar and says which have changed. Research use only.')
    .argument('[file...]', 'name, number or digest of stored files (default: all with verdicts)')
    .requiredOption('--clinvar <file>', 'the newer ClinVar VCF')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => reclassify(context, args, options.clinvar as string)));
}

async function reclassify(context: Context, wanted: readonly string[], path: string): Promise<number> {
  const { signal } = context;
  const { loadClinvar } = await import('../../analysis/acmg/load-clinvar.ts');
  const clinvar = { index: await loadClinvar(path, { signal }), name: basename(path) };
  return context.withApp(async (app) => {
    const stored = await app.store.files(app.tenant);
    const files =
      wanted.length === 0 ? await judgedFiles(app, stored) : wanted.map((one) => findStoredFile(stored, one));
    if (files.length === 0) context.note('No verdicts are kept yet: `vcf-agent classify <file> --stored --keep`.');
    for (const file of files) {
      const progress = judgingProgress(context, file);
      const result = await app.reclassify(file.fileId, clinvar, { signal, ...progress }).finally(progress.finish);
      const changed = await variantsOf(app, file, result.changes, signal);
      if (context.options.json) await printJson(context, file, result, changed);
      else await printText(context, file, result, changed);
    }
    return EXIT.ok;
  });
}

async function judgedFiles(app: App, stored: readonly StoredFile[]): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  for (const file of stored) {
    if ((await app.store.verdicts.judgements(app.tenant, file.fileId)).length > 0) found.push(file);
  }
  return found;
}

async function variantsOf(
  app: App,
  { fileId }: StoredFile,
  changes: readonly VerdictChange[],
  signal: AbortSignal,
): Promise<Changed[]> {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const found: Changed[] = [];
  if (changes.length === 0) return found;
  for await (const batch of app.judged(fileId, { ids: [...byId.keys()], signal })) {
    for (const variant of batch) found.push({ ...byId.get(variant.id)!, variant });
  }
  return found;
}

async function printJson(
  context: Context,
  { fileId, name }: StoredFile,
  { judgement, verdicts, judged, differences }: Reclassification,
  changed: readonly Changed[],
): Promise<void> {
  for (const { id, from, to, variant } of changed) {
    const { evidence, kept, clinvar = null } = variant;
    const gene = evidence.transcript?.gene ?? null;
    const { met = [], reviewed = null } = kept ?? {};
    const { keyOf } = await import('../../analysis/acmg/evidence.ts');
    const what = {
      type: 'change',
      file: fileId,
      row: id,
      key: keyOf(evidence),
      gene,
      from,
      to,
      met,
      reviewed,
      clinvar,
    };
    await context.printJson({ ...what, notice: NOTICE });
  }
  const { judgementId, inputs } = judgement;
  const summary = { type: 'summary', file: fileId, name, judgement: judgementId, verdicts, judged };
  await context.printJson({
    ...summary,
    changed: changed.length,
    differences: differences === undefined ? null : { positions: differences.positions, genes: differences.genes },
    profile: inputs.profile.name,
    annotations: inputs.annotations,
    notice: NOTICE,
  });
}

async function printText(
  context: Context,
  { fileId, name }: StoredFile,
  { verdicts, judged, differences }: Reclassification,
  changed: readonly Changed[],
): Promise<void> {
  const { style } = context;
  const { keyOf } = await import('../../analysis/acmg/evidence.ts');
  const sum = ({ class: className, points }: ClassSum): string => `${className} (${points > 0 ? '+' : ''}${points})`;
  const paint = (text: string): string => paintSignificance(text, style);
  const columns: Column<Changed>[] = [
    { title: 'variant', value: ({ variant }) => printable(keyOf(variant.evidence)), maxWidth: 32, paint: style.bold },
    { title: 'gene', value: ({ variant }) => printable(variant.evidence.transcript?.gene ?? ''), optional: true },
    { title: 'was', value: ({ from }) => sum(from), paint },
    { title: 'is', value: ({ to }) => sum(to), paint },
    { title: 'reviewed', value: ({ variant }) => variant.reviewed ?? '', optional: true, paint },
    { title: 'criteria met', value: ({ variant }) => variant.kept?.met.join(' ') ?? '', maxWidth: 48 },
  ];
  if (changed.length > 0) await context.print(`${renderTable(changed, columns, context).join('\n')}\n`);
  const why =
    differences === undefined
      ? 'all, for there was no ClinVar to compare with'
      : `the two ClinVars differ at ${plural(differences.positions, 'position')}, in the counts of ${plural(differences.genes, 'gene')}`;
  const head = `${style.bold(printable(name))} ${style.dim(`(file ${fileId})`)}`;
  await context.print(
    `${head}  ${count(judged)} of ${plural(verdicts, 'verdict')} judged again, ${count(changed.length)} changed`,
  );
  await context.print(style.dim(`  ${why}`));
  await context.print(style.yellow(NOTICE));
}
