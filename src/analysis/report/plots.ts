import { VERDICT_CLASSES } from '../../core/verdicts.ts';
import { classOf } from '../acmg/score.ts';
import { escapeHtml } from '../summary/escape-html.ts';
import { columnChart } from '../summary/svg.ts';
import type { CaseReport, CaseVariant } from './case.ts';
import { chromosomePlot } from './chromosome-plot.ts';

/** Below and above these, variants are counted in the last column. */
const LEAST_POINTS = -12;
const MOST_POINTS = 16;
const SERIES = ['(likely) benign', 'uncertain', '(likely) pathogenic'];

function card(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

/** Sections with the plots of a case; those that would be empty are left out. */
export function plotSections(report: CaseReport): readonly string[] {
  const { variants, file } = report;
  return [
    classCounts(report),
    pointsPlot(report),
    ...(variants.length === 0
      ? []
      : [
          card(
            `Where the ${variants.length} variants shown lie`,
            chromosomePlot(
              variants.map(({ evidence, class: name }) => ({ ...evidence, class: name })),
              file.contigs,
            ),
          ),
        ]),
    ...byRank('Quality of the variants shown', 'QUAL, by rank', variants, ({ line }) => line.qual),
    ...byRank(
      `Depth of the variants shown${report.subject.members[0] === undefined ? '' : `, ${report.subject.members[0].sample}`}`,
      'DP of the genotype, by rank',
      variants,
      ({ line }) => line.genotypes[0]?.depth,
    ),
  ];
}

function classCounts({ classes, considered }: CaseReport): string {
  const rows = VERDICT_CLASSES.toReversed().map(
    (name) => `<tr><td>${escapeHtml(name)}<td>${(classes.get(name) ?? 0).toLocaleString('en')}`,
  );
  return card('Classes', `<table>${rows.join('')}<tr><td>together<td>${considered.toLocaleString('en')}</table>`);
}

function pointsPlot({ points }: CaseReport): string {
  if (points.size === 0) return '';
  const inRange = (value: number): number => Math.min(MOST_POINTS, Math.max(LEAST_POINTS, value));
  const found = [...points.keys()].map(inRange);
  const [low, high] = [Math.min(...found), Math.max(...found)];
  const columns = Array.from({ length: high - low + 1 }, (_, place) => ({
    label: String(low + place),
    values: [0, 0, 0],
  }));
  for (const [value, count] of points) {
    const side = VERDICT_CLASSES.indexOf(classOf(value));
    columns[inRange(value) - low]!.values[side <= 2 ? 0 : side === 3 ? 1 : 2]! += count;
  }
  const keys = SERIES.map((name, place) => `<i class="key s${place}"></i>${escapeHtml(name)}`).join('');
  const axis = 'points: of each variant considered';
  return card('Points', `${columnChart(columns, { title: 'Points', series: SERIES, axis })}<p>${keys}</p>`);
}

function byRank(
  title: string,
  axis: string,
  variants: readonly CaseVariant[],
  value: (variant: CaseVariant) => number | undefined,
): readonly string[] {
  const columns = variants.map((variant, place) => ({ label: String(place + 1), values: [value(variant) ?? 0] }));
  if (columns.every(({ values }) => values[0] === 0)) return [];
  return [card(title, columnChart(columns, { title, series: [axis], axis }))];
}
