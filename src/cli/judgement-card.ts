import { effectiveClass, type KeptVerdict, NOTICE, type Override } from '../core/verdicts.ts';
import type { Style } from '../telemetry/style.ts';
import { printable } from './format.ts';
import { paintSignificance } from './row-table.ts';

/** What is judged about one stored variant: the kept verdict, and every review. Nothing where there is neither. */
export function judgementLines(verdict: KeptVerdict | undefined, reviews: readonly Override[], style: Style): string[] {
  if (verdict === undefined && reviews.length === 0) return [];
  const { bold, dim, yellow } = style;
  const paint = (name: string): string => paintSignificance(name, style);
  const lines = ['', `  ${bold('Judged')}`];
  if (verdict !== undefined) {
    const { class: computed, points, met, least, greatest, withoutClinvar: own } = verdict;
    const sum = `${points > 0 ? '+' : ''}${points} points`;
    lines.push(
      `  ${dim('computed'.padEnd(14))}${paint(computed)}, ${sum}${met.length === 0 ? '' : `: ${met.join(' ')}`}`,
      dim(`  ${''.padEnd(14)}reachable ${least} … ${greatest}, without ClinVar ${own.class} (${own.points})`),
    );
  }
  for (const { class: given, reviewer, comment, createdAt } of reviews) {
    const what = given === null ? dim('withdrawn') : paint(given);
    const when = dim(createdAt.toISOString().slice(0, 10));
    lines.push(`  ${dim('reviewed'.padEnd(14))}${what}  ${when}  ${printable(reviewer)}: ${printable(comment)}`);
  }
  return [...lines, `  ${yellow(NOTICE)}`];
}

/** The same for JSON. */
export function judgementJson(verdict: KeptVerdict | undefined, reviews: readonly Override[]): Record<string, unknown> {
  if (verdict === undefined && reviews.length === 0) return {};
  return { verdict: verdict === undefined ? null : verdictSummary(verdict), reviews, notice: NOTICE };
}

/** A kept verdict on one line of JSON. */
export function verdictSummary(verdict: KeptVerdict): Record<string, unknown> {
  const { id: _, fileId: __, reviewed = null, ...rest } = verdict;
  return { ...rest, reviewed, effective: effectiveClass(verdict) };
}
