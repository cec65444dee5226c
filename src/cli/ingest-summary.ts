import type { IngestSummary } from '../app/ingestion.ts';
import type { RejectedRecord } from '../core/problem.ts';
import type { Context } from './context.ts';
import { count, cut, duration, plural, printable } from './format.ts';
import { renderReceipt } from './receipt-box.ts';

const REJECTED_SHOWN = 5;
const REJECTED_WIDTH = 100;

/** What a run of ingest did: a line, what people should know, the receipt. With --json the whole summary as one object. */
export async function printSummary(context: Context, summary: IngestSummary): Promise<void> {
  if (context.options.json) {
    await context.printJson(summary);
    return;
  }
  const { receipt } = summary;
  await context.print(headline(context, summary));
  for (const line of noteworthy(context, summary)) await context.print(line);
  await context.print(renderReceipt(receipt, context.style).join('\n'));
}

function headline(context: Context, { receipt, alreadyStored, elapsedMs }: IngestSummary): string {
  const { green, bold, yellow, dim } = context.style;
  const name = bold(printable(receipt.sourceName));
  if (alreadyStored) {
    return `${green('✔')} ${name} is stored already: 0 new rows, ${plural(receipt.duplicates, 'variant')} known`;
  }
  const isPartial = receipt.rejected > 0 || receipt.truncated;
  const speed =
    elapsedMs > 0 ? dim(`  ${duration(elapsedMs)}, ${count((receipt.stored * 1000) / elapsedMs)} variants/s`) : '';
  return `${isPartial ? yellow('!') : green('✔')} ${name}  ${plural(receipt.stored, 'variant')} stored${speed}`;
}

function noteworthy(context: Context, summary: IngestSummary): string[] {
  const { yellow, dim } = context.style;
  const { receipt, resumedFrom, truncation, planDiffers, rejected } = summary;
  const lines: string[] = [];
  if (resumedFrom !== undefined)
    lines.push(dim(`  continued at record ${count(resumedFrom + 1)}, where an earlier run stopped`));
  if (planDiffers) {
    lines.push(
      yellow(
        '  it was begun with another --batch-size, --split or --reference: that way stands (delete the file to change it)',
      ),
    );
  }
  if (truncation !== undefined)
    lines.push(yellow(`  ended early: ${truncation.code}: ${printable(truncation.message)}`));
  for (const [code, times] of Object.entries(receipt.warnings).sort(([, a], [, b]) => b - a)) {
    lines.push(`  ${yellow('warning')} ${code} ${dim(`× ${count(times)}`)}`);
  }
  if (receipt.rejected > 0) lines.push(...rejectedLines(context, rejected, receipt.rejected));
  return lines;
}

function rejectedLines(context: Context, rejected: readonly RejectedRecord[], total: number): string[] {
  const { red, dim } = context.style;
  const shown = rejected.slice(0, REJECTED_SHOWN);
  const lines = shown.flatMap(({ problem, text }) => [
    `  ${red('rejected')} line ${count(problem.line)}, column ${count(problem.column)}: ${problem.code}: ${printable(problem.message)}`,
    `    ${dim(cut(printable(text), REJECTED_WIDTH))}`,
  ]);
  if (total > shown.length) lines.push(dim(`  … and ${count(total - shown.length)} more rejected`));
  return lines;
}
