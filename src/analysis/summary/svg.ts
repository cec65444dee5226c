import { escapeHtml } from './escape-html.ts';

/** One column of a chart: what it is of, and one value a series, stacked. */
export interface ChartColumn {
  readonly label: string;
  /** Under the axis; default `label`. */
  readonly tick?: string;
  readonly values: readonly number[];
}

export interface ChartOptions {
  /** What the chart shows, in words: also what a screen reader says. */
  readonly title: string;
  /** Names of the series, first at the bottom. */
  readonly series: readonly string[];
  /** What the labels are: `bases`, `QUAL`. */
  readonly axis: string;
}

const WIDTH = 560;
const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 16;
const TOP = 10;
const BOTTOM = 42;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
const MAX_LABELS = 12;
const Y_STEPS = 4;
/** Between two columns, as a share of a column. */
const GAP = 0.12;

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** A round number at or above `value`, so that quarters of it are readable. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

/** Stacked columns as one SVG element without any reference to the outside. Colours are the page's: classes s0, s1, …. */
export function columnChart(columns: readonly ChartColumn[], { title, series, axis }: ChartOptions): string {
  const highest = Math.max(0, ...columns.map(({ values }) => sum(values)));
  const top = highest > 0 ? roundedUp(highest) : 1;
  const slot = PLOT_WIDTH / Math.max(1, columns.length);
  const parts = [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    ...gridLines(top),
    ...columns.map((column, index) => bars(column, series, { x: LEFT + index * slot, width: slot, top })),
    ...labels(columns, slot),
    `<text class="axis" x="${LEFT + PLOT_WIDTH / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(axis)}</text>`,
    '</svg>',
  ];
  return parts.join('');
}

function gridLines(top: number): string[] {
  return Array.from({ length: Y_STEPS + 1 }, (_, step) => {
    const y = fixed(TOP + PLOT_HEIGHT * (1 - step / Y_STEPS));
    const text = numbers.format((top * step) / Y_STEPS);
    return (
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>` +
      `<text class="axis" x="${LEFT - 6}" y="${y}" dy="0.32em" text-anchor="end">${text}</text>`
    );
  });
}

function bars(
  { label, values }: ChartColumn,
  series: readonly string[],
  place: { readonly x: number; readonly width: number; readonly top: number },
): string {
  if (sum(values) === 0) return '';
  let below = 0;
  const rects = values.map((value, index) => {
    const height = (value / place.top) * PLOT_HEIGHT;
    below += height;
    if (value === 0) return '';
    const x = fixed(place.x + (place.width * GAP) / 2);
    const y = fixed(TOP + PLOT_HEIGHT - below);
    return `<rect class="s${index}" x="${x}" y="${y}" width="${fixed(place.width * (1 - GAP))}" height="${fixed(height)}"/>`;
  });
  const told = values.map((value, index) => `${series[index] ?? ''} ${numbers.format(value)}`).join(', ');
  return `<g><title>${escapeHtml(`${label}: ${told}`)}</title>${rects.join('')}</g>`;
}

function labels(columns: readonly ChartColumn[], slot: number): string[] {
  const every = Math.ceil(columns.length / MAX_LABELS);
  return columns.flatMap(({ label, tick = label }, index) => {
    if (index % every !== 0) return [];
    const x = fixed(LEFT + (index + 0.5) * slot);
    return [
      `<text class="axis" x="${x}" y="${TOP + PLOT_HEIGHT + 15}" text-anchor="middle">${escapeHtml(tick)}</text>`,
    ];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function fixed(value: number): string {
  return value.toFixed(1);
}
