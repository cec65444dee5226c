import { stripVTControlCharacters } from 'node:util';
import type { Style } from '../telemetry/style.ts';
import { cut } from './format.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** Applied after cutting, so that colours do not count as width. */
  readonly paint?: (text: string, row: Row) => string;
  /** Most characters it may take; the widest columns shrink further when the line is too long. */
  readonly maxWidth?: number;
  /** Left out when it is empty in every row. */
  readonly optional?: boolean;
}

export interface TableOptions {
  readonly style: Style;
  /** Characters a line may take; undefined: as many as it needs (no terminal). */
  readonly width?: number | undefined;
}

const GAP = '  ';
const MIN_WIDTH = 6;

const visibleWidth = (text: string): number => stripVTControlCharacters(text).length;

function pad(text: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return align === 'right' ? space + text : text + space;
}

/** Takes characters from the widest column until the line fits. */
function fit(widths: number[], lineWidth: number): number[] {
  const fitted = [...widths];
  let excess = fitted.reduce((total, width) => total + width + GAP.length, -GAP.length) - lineWidth;
  while (excess > 0) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if ((fitted[widest] ?? 0) <= MIN_WIDTH) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
    excess--;
  }
  return fitted;
}

/** Lines of a table: bold titles, a rule, rows. Columns shrink to the terminal's width. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions,
): string[] {
  const { style, width } = options;
  const shown = columns.filter((column) => !column.optional || rows.some((row) => column.value(row) !== ''));
  const cells = rows.map((row) => shown.map((column) => column.value(row)));
  const natural = shown.map((column, index) => {
    const widest = cells.reduce((most, row) => Math.max(most, (row[index] ?? '').length), column.title.length);
    return Math.min(widest, column.maxWidth ?? Number.POSITIVE_INFINITY);
  });
  const widths = width === undefined ? natural : fit(natural, width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0, shown[index]?.align))
      .join(GAP)
      .trimEnd();

  const titles = shown.map((column, index) => style.bold(cut(column.title, widths[index] ?? 0)));
  const body = rows.map((row, rowIndex) =>
    line(
      shown.map((column, index) => {
        const text = cut(cells[rowIndex]?.[index] ?? '', widths[index] ?? 0);
        return column.paint ? column.paint(text, row) : text;
      }),
    ),
  );
  return [line(titles), style.dim(widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP)), ...body];
}

/** A rounded box around lines, with a title in its upper edge. */
export function renderBox(title: string, lines: readonly string[], style: Style): string[] {
  const inner = Math.max(title.length + 2, ...lines.map(visibleWidth)) + 2;
  const edge = (text: string): string => style.dim(text);
  return [
    `${edge('╭─ ')}${style.bold(title)}${edge(` ${'─'.repeat(inner - title.length - 3)}╮`)}`,
    ...lines.map((text) => `${edge('│')} ${pad(text, inner - 1, undefined)}${edge('│')}`),
    edge(`╰${'─'.repeat(inner)}╯`),
  ];
}
