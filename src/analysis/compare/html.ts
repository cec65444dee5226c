import { escapeHtml } from '../summary/escape-html.ts';
import { renderPage } from '../summary/page.ts';
import { columnChart } from '../summary/svg.ts';
import {
  type Comparison,
  GENOTYPE_CLASSES,
  type GenotypeCounts,
  type SampleComparison,
  type SetCounts,
} from './comparison.ts';

const MOST_SAMPLES = 1_000;
const SETS = ['in both', 'only in a', 'only in b'] as const;

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const count = (value: number): string => numbers.format(value);

/** A comparison as one page with plots, which opens offline. `remarks`: what is wrong with the two, a line each. */
export function renderCompareHtml(comparison: Comparison, remarks: readonly string[] = []): string {
  const { a, b, samples } = comparison;
  const about = [a, b].map(({ name, variants }, place) => `${'ab'[place]}: ${name}, ${count(variants)} variants`);
  const sections = [sites(comparison), typeChart(comparison), genotypes(samples), ...matrix(samples)];
  const body = [
    '<h1>Comparison</h1>',
    ...about.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...remarks.map((remark) => `<p class="remark">${escapeHtml(remark)}</p>`),
    `<main class="cards">${sections.join('\n')}</main>`,
  ];
  return renderPage({ title: `${a.name} and ${b.name}`, body: body.join('\n') });
}

function section(title: string, body: string, classes = ''): string {
  return `<section${classes === '' ? '' : ` class="${classes}"`}><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th>${escapeHtml(title)}`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}`).join('')}`);
  return `<table><tr>${head}${body.join('')}</table>`;
}

function sites({ sites: all, types }: Comparison): string {
  const row = (name: string, { both, onlyA, onlyB }: SetCounts): readonly string[] => [
    name,
    ...[both, onlyA, onlyB].map(count),
  ];
  const rows = [row('all', all), ...types.map(({ type, ...counts }) => row(type, counts))];
  return section('Variants', table(['type', ...SETS], rows));
}

function typeChart({ types }: Comparison): string {
  if (types.length === 0) return '';
  const columns = types.map(({ type, both, onlyA, onlyB }) => ({ label: type, values: [both, onlyA, onlyB] }));
  const keys = SETS.map((name, index) => `<i class="key s${index}"></i>${escapeHtml(name)}`);
  const chart = columnChart(columns, { title: 'Variants by type', series: SETS, axis: 'type' });
  return section('Variants by type', `${chart}<p>${keys.join('')}</p>`);
}

const COUNTS: readonly (readonly [title: string, key: keyof GenotypeCounts])[] = [
  ['concordant', 'concordant'],
  ['discordant', 'discordant'],
  ['only a', 'onlyA'],
  ['only b', 'onlyB'],
  ['neither', 'neither'],
  ['missing', 'missing'],
];

function pairName({ a, b }: SampleComparison): string {
  return a === b ? a : `${a} and ${b}`;
}

function genotypes(samples: readonly SampleComparison[]): string {
  if (samples.length === 0) return '';
  const rows = samples
    .slice(0, MOST_SAMPLES)
    .map((pair) => [
      pairName(pair),
      ...COUNTS.map(([, key]) => count(pair[key])),
      pair.concordance === null ? '–' : `${count(100 * pair.concordance)} %`,
    ]);
  const hidden = samples.length - MOST_SAMPLES;
  const rest = hidden > 0 ? `<p>and ${count(hidden)} more; --json has all</p>` : '';
  return section('Genotypes', table(['samples', ...COUNTS.map(([title]) => title), 'alike'], rows) + rest, 'wide');
}

/** Of a single pair, every combination. */
function matrix(samples: readonly SampleComparison[]): string[] {
  const [only, second] = samples;
  if (only === undefined || second !== undefined) return [];
  const rows = GENOTYPE_CLASSES.map((a) => [a, ...GENOTYPE_CLASSES.map((b) => count(only.genotypes[a][b]))]);
  return [section('Genotype in a, and in b', table(['a \\ b', ...GENOTYPE_CLASSES], rows))];
}
