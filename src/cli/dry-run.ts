import type { Problem, RejectedRecord } from '../core/problem.ts';
import { createNormaliser } from '../vcf/normalise/normaliser.ts';
import { openVcf } from '../vcf/open.ts';
import { openReference } from '../vcf/reference.ts';
import type { Context } from './context.ts';
import { count, plural, printable } from './format.ts';

export interface DryRunFlags {
  readonly split: 'bcftools' | 'vt' | 'none';
  readonly reference?: string;
}

interface Totals {
  records: number;
  variants: number;
  rejected: number;
  truncation: Problem | undefined;
  readonly warnings: Map<string, number>;
  readonly firstRejected: RejectedRecord[];
}

const RECORDS_AT_A_TIME = 1000;
const REJECTED_SHOWN = 5;

/** Reads and normalises a file as ingest would, and stores nothing. True when something would be rejected or missing. */
export async function dryRun(context: Context, input: string, flags: DryRunFlags): Promise<boolean> {
  const { config } = await context.config();
  const totals: Totals = {
    records: 0,
    variants: 0,
    rejected: 0,
    truncation: undefined,
    warnings: new Map(),
    firstRejected: [],
  };
  const progress = context.progress(input === '-' ? 'stdin' : input);
  await using reader = await openVcf(input, { signal: context.signal, limits: { lineBytes: config.limits.lineBytes } });
  using reference = flags.reference === undefined ? undefined : await openReference(flags.reference);
  const normaliser = createNormaliser(reader.header, { split: flags.split, ...(reference && { reference }) });
  for (const problem of reader.headerProblems) add(totals.warnings, problem);
  for await (const batch of reader.batches({ maxRecords: RECORDS_AT_A_TIME, signal: context.signal })) {
    const normalised = normaliser.block(batch.block, batch.lines);
    const rejected = [...batch.rejected, ...normalised.rejected];
    for (const problem of [...batch.warnings, ...normalised.warnings]) add(totals.warnings, problem);
    totals.records += batch.nextOrdinal - batch.firstOrdinal;
    totals.variants += normalised.block.count;
    totals.rejected += rejected.length;
    totals.firstRejected.push(...rejected.slice(0, REJECTED_SHOWN - totals.firstRejected.length));
    totals.truncation = batch.truncation;
    const { bytesRead, totalBytes } = reader;
    progress.update({
      phase: 'ingest',
      bytesRead,
      totalBytes,
      recordsRead: totals.records,
      variantsSent: 0,
      variantsApplied: 0,
    });
  }
  progress.finish();
  await printTotals(context, input, totals);
  return totals.rejected > 0 || totals.truncation !== undefined;
}

function add(warnings: Map<string, number>, { code }: Problem): void {
  warnings.set(code, (warnings.get(code) ?? 0) + 1);
}

async function printTotals(context: Context, input: string, totals: Totals): Promise<void> {
  const { records, variants, rejected, truncation, firstRejected } = totals;
  const warnings = Object.fromEntries(totals.warnings);
  if (context.options.json) {
    await context.printJson({
      dryRun: true,
      file: input,
      records,
      variants,
      rejected,
      truncation,
      warnings,
      firstRejected,
    });
    return;
  }
  const { green, yellow, red, bold, dim } = context.style;
  const mark = rejected > 0 || truncation ? yellow('!') : green('✔');
  await context.print(
    `${mark} ${bold(printable(input))}  ${plural(records, 'record')} would give ${plural(variants, 'variant')}; nothing was stored`,
  );
  if (truncation) await context.print(yellow(`  ended early: ${truncation.code}: ${printable(truncation.message)}`));
  for (const [code, times] of totals.warnings)
    await context.print(`  ${yellow('warning')} ${code} ${dim(`× ${count(times)}`)}`);
  if (rejected > 0) await context.print(`  ${red('rejected')} ${plural(rejected, 'record')}`);
  for (const { problem } of firstRejected) {
    await context.print(
      `    line ${count(problem.line)}, column ${count(problem.column)}: ${problem.code}: ${printable(problem.message)}`,
    );
  }
}
