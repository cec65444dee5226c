import type { Classified } from '../analysis/acmg/classify-file.ts';
import { CRITERIA } from '../analysis/acmg/criteria.ts';
import { keyOf } from '../analysis/acmg/evidence.ts';
import { label, metLabels } from '../analysis/acmg/label.ts';
import { type Move, movesOf } from '../analysis/acmg/moves.ts';
import type { Outcome } from '../analysis/acmg/outcome.ts';
import { crosses } from '../analysis/acmg/report.ts';
import { posteriorOf, type Sum } from '../analysis/acmg/score.ts';
import { NOT_CLASSIFIED } from '../core/verdicts.ts';
import type { Style } from '../telemetry/style.ts';
import { familiesText, familyLines } from './family-text.ts';
import { printable } from './format.ts';
import { paintSignificance } from './row-table.ts';
import type { Column } from './table.ts';
import type { Shown } from './verdict-output.ts';

function className({ verdict }: Classified): string {
  return verdict.applies ? verdict.class : NOT_CLASSIFIED;
}

/** What could still become of it; empty when nothing could. */
function reach({ verdict: { least, greatest, applies } }: Classified): string {
  return !applies || least.class === greatest.class ? '' : `${least.class} … ${greatest.class}`;
}

function signed(points: number): string {
  return points > 0 ? `+${points}` : String(points);
}

function hgvs({ evidence: { transcript } }: Classified): string {
  return printable(transcript?.hgvsP ?? transcript?.hgvsC ?? '');
}

function clinvarText({ clinvar }: Classified): string {
  if (clinvar === undefined) return '';
  const stars = clinvar.stars === undefined ? '' : ` ${'★'.repeat(clinvar.stars)}`;
  return `${printable(clinvar.significance).replaceAll('_', ' ')}${stars}`;
}

/** One line a variant. With one family its name is not said. */
export function verdictColumns(style: Style, isOneFamily = false): Column<Shown>[] {
  return [
    { title: 'variant', value: ({ evidence }) => printable(keyOf(evidence)), maxWidth: 32, paint: style.bold },
    {
      title: 'gene',
      value: ({ evidence }) => printable(evidence.transcript?.gene ?? ''),
      optional: true,
      paint: style.cyan,
    },
    { title: 'hgvs', value: hgvs, optional: true, maxWidth: 20 },
    { title: 'class', value: className, paint: (text) => paintSignificance(text, style) },
    {
      title: 'reviewed',
      value: ({ reviewed }) => reviewed ?? '',
      optional: true,
      paint: (text) => paintSignificance(text, style),
    },
    { title: 'points', value: ({ verdict }) => (verdict.applies ? signed(verdict.points) : ''), align: 'right' },
    {
      title: 'criteria met',
      value: ({ verdict }) => metLabels(verdict.outcomes).join(' '),
      maxWidth: 48,
    },
    { title: 'family', value: ({ evidence }) => familiesText(evidence, isOneFamily), optional: true, maxWidth: 40 },
    { title: 'reachable', value: reach, optional: true, maxWidth: 44, paint: style.dim },
    {
      title: 'ClinVar says',
      value: clinvarText,
      optional: true,
      maxWidth: 34,
      paint: (text, row) => (crosses(row.verdict, row.clinvar) ? style.red(text) : paintSignificance(text, style)),
    },
  ];
}

/** Everything about one variant: each criterion, what is reachable, what would move it. */
export function verdictCard(classified: Shown, style: Style): string[] {
  const { evidence, verdict } = classified;
  const { bold, dim, cyan } = style;
  const { transcript } = evidence;
  const head = [bold(printable(keyOf(evidence))), cyan(printable(transcript?.gene ?? '')), hgvs(classified)];
  const groups = (['met', 'notMet', 'notAssessable'] as const).map((status) =>
    verdict.outcomes.filter((outcome) => outcome.status === status),
  );
  const [met = [], notMet = [], unknown = []] = groups;
  return [
    head.filter(Boolean).join('  '),
    `  ${classLine(classified, style)}`,
    ...(transcript === undefined
      ? []
      : [dim(`  ${printable(transcript.name ?? '')} (${transcript.rank}) ${printable(transcript.consequence)}`)]),
    ...(transcript?.others ?? []).map((other) =>
      dim(`  ${other.role}: ${printable(`${other.transcript} ${other.gene ?? ''} ${other.consequence}`)}`),
    ),
    ...familyLines(evidence),
    ...met.map(
      (outcome) => `  ${bold(label(outcome).padEnd(16))} ${signed(outcome.points).padStart(3)}  ${reason(outcome)}`,
    ),
    ...(verdict.cap === 0
      ? []
      : [`  ${'PM1 and PP3'.padEnd(16)} ${String(verdict.cap).padStart(3)}  together no more than strong`]),
    ...notMet.map((outcome) => dim(`  ${outcome.criterion.padEnd(16)}  no  ${reason(outcome)}`)),
    ...unknown.map((outcome) => dim(`  ${outcome.criterion.padEnd(16)}   ?  ${reason(outcome)}`)),
    ...moveLines(classified),
  ];
}

function classLine(classified: Shown, style: Style): string {
  const { verdict } = classified;
  const painted = paintSignificance(className(classified), style);
  if (!verdict.applies) return painted;
  const others: readonly (readonly [string, Sum])[] = [
    ['at the least', verdict.least],
    ['at the most', verdict.greatest],
    ['without ClinVar', verdict.withoutClinvar],
  ];
  const posterior = verdict.standAlone ? 'by BA1 alone' : `posterior ${posteriorOf(verdict.points).toFixed(4)}`;
  const sums = others.map(([name, sum]) => `${name} ${sum.class} (${signed(sum.points)})`);
  const theirs = clinvarText(classified);
  const ours = classified.reviewed === undefined ? '' : `reviewed: ${paintSignificance(classified.reviewed, style)}`;
  const parts = [ours, `${signed(verdict.points)} points, ${posterior}`, ...sums, theirs && `ClinVar: ${theirs}`];
  return [painted, ...parts.filter(Boolean)].join(' · ');
}

function reason({ criterion, reason: why, evidence }: Outcome): string {
  const ids = evidence.length === 0 ? '' : ` [${evidence.join(', ')}]`;
  return printable(`${why}${CRITERIA[criterion].basis === 'retired' ? '' : ids}`);
}

function moveLines({ verdict }: Classified): string[] {
  const moves = movesOf(verdict);
  if (moves === undefined) return [];
  const { pointsToLikelyPathogenic, pointsToLikelyBenign, alone } = moves;
  const describe = ({ criterion, points, class: then }: Move): string =>
    `${criterion}${points === 0 ? '' : ` ${signed(points)}`} → ${then}`;
  return [
    `  likely pathogenic from ${signed(pointsToLikelyPathogenic)} more, likely benign from ${pointsToLikelyBenign}`,
    ...(alone.length === 0 ? [] : [`  alone would move it: ${alone.map(describe).join(', ')}`]),
  ];
}
