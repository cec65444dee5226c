import type { Comparison, GenotypeCounts, SampleComparison, SetCounts } from '../analysis/compare/comparison.ts';
import type { Style } from '../telemetry/style.ts';
import { count, plural, printable } from './format.ts';
import { type Column, renderTable, type TableOptions } from './table.ts';

const BAR_WIDTH = 30;
const MOST_SAMPLES = 50;

/** A comparison for people: one line a type of variant, then one a pair of samples. */
export function renderCompareText(comparison: Comparison, options: TableOptions): string {
  const { a, b, sites, types, samples } = comparison;
  const { style } = options;
  const all: SetRow = { name: 'all', ...sites };
  const rows: SetRow[] = [all, ...types.map(({ type, ...counts }) => ({ name: type, ...counts }))];
  const parts = [
    [
      `${style.bold('a')}  ${printable(a.name)}  ${style.dim(plural(a.variants, 'variant'))}`,
      `${style.bold('b')}  ${printable(b.name)}  ${style.dim(plural(b.variants, 'variant'))}`,
    ],
    renderTable(rows, setColumns(style), options),
    samples.length === 0 ? [] : sampleLines(samples, options),
    samples.length === 1 ? typeLines(samples[0]!, options) : [],
    [style.dim(`${style.cyan('█')} in both  ${style.yellow('▓')} only in a  ${style.magenta('░')} only in b`)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

interface SetRow extends SetCounts {
  readonly name: string;
}

function setColumns(style: Style): Column<SetRow>[] {
  return [
    { title: 'type', value: ({ name }) => name },
    { title: 'both', value: ({ both }) => count(both), align: 'right' },
    { title: 'only a', value: ({ onlyA }) => count(onlyA), align: 'right' },
    { title: 'only b', value: ({ onlyB }) => count(onlyB), align: 'right' },
    {
      title: 'share',
      value: (row) => bar([row.both, row.onlyA, row.onlyB]),
      paint: (text) => paintBar(text, style),
    },
  ];
}

const BLOCKS = ['█', '▓', '░'];

/** One line of a fixed width, cut in the shares of the numbers; what is not zero is seen. */
function bar(values: readonly number[]): string {
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum === 0) return '';
  const widths = values.map((value) => (value === 0 ? 0 : Math.max(1, Math.round((BAR_WIDTH * value) / sum))));
  const widest = widths.indexOf(Math.max(...widths));
  widths[widest]! += BAR_WIDTH - widths.reduce((total, width) => total + width, 0);
  return widths.map((width, place) => BLOCKS[place]!.repeat(width)).join('');
}

function paintBar(text: string, { cyan, yellow, magenta }: Style): string {
  return text
    .replace(/█+/, (part) => cyan(part))
    .replace(/▓+/, (part) => yellow(part))
    .replace(/░+/, (part) => magenta(part));
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(2)} %`;
}

function countColumns<Row extends GenotypeCounts>(): Column<Row>[] {
  return [
    { title: 'concordant', value: ({ concordant }) => count(concordant), align: 'right' },
    { title: 'discordant', value: ({ discordant }) => count(discordant), align: 'right' },
    { title: 'only a', value: ({ onlyA }) => count(onlyA), align: 'right' },
    { title: 'only b', value: ({ onlyB }) => count(onlyB), align: 'right' },
    { title: 'neither', value: ({ neither }) => count(neither), align: 'right' },
    { title: 'missing', value: ({ missing }) => count(missing), align: 'right' },
  ];
}

function sampleLines(samples: readonly SampleComparison[], options: TableOptions): string[] {
  const columns: Column<SampleComparison>[] = [
    {
      title: 'genotypes of',
      value: ({ a, b }) => (a === b ? printable(a) : `${printable(a)} and ${printable(b)}`),
      maxWidth: 40,
    },
    ...countColumns<SampleComparison>(),
    { title: 'alike', value: ({ concordance }) => percent(concordance), align: 'right' },
  ];
  const hidden = samples.length - MOST_SAMPLES;
  const more = hidden > 0 ? [options.style.dim(`… and ${count(hidden)} more (--json has all)`)] : [];
  return [...renderTable(samples.slice(0, MOST_SAMPLES), columns, options), ...more];
}

function typeLines({ types }: SampleComparison, options: TableOptions): string[] {
  return renderTable(
    types,
    [{ title: 'genotypes by type', value: ({ type }) => type }, ...countColumns<(typeof types)[number]>()],
    options,
  );
}
