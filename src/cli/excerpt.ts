import type { Problem } from '../core/problem.ts';
import type { Style } from '../telemetry/style.ts';
import { count, printable } from './format.ts';

const DEFAULT_WIDTH = 100;
const LONGEST_MARK = 40;

/** What ends a value: in the header a comma, in sample columns (behind eight tabs) a colon, elsewhere a semicolon. */
function valueEndIn(text: string, index: number): RegExp {
  if (text.startsWith('##')) return /[,>]/;
  return text.slice(0, index).split('\t').length > 9 ? /[\t:]/ : /[\t;]/;
}

/** The part of a line around a column, and what marks it beneath: `^` and `~` to the end of the value. */
export function excerpt(
  text: string,
  column: number,
  width: number,
): { readonly shown: string; readonly mark: string } {
  const index = Math.min(Math.max(0, column - 1), text.length);
  const first = text.length <= width || index < width * 0.6 ? 0 : Math.floor(index - width / 2);
  const last = Math.min(text.length, first + width);
  const before = first > 0 ? '…' : '';
  const after = last < text.length ? '…' : '';
  const rest = text.slice(index, last);
  const valueEnd = rest.search(valueEndIn(text, index));
  const length = Math.max(1, Math.min(valueEnd < 0 ? rest.length : valueEnd, LONGEST_MARK));
  return {
    shown: before + printable(text.slice(first, last)) + after,
    mark: `${' '.repeat(before.length + index - first)}^${'~'.repeat(length - 1)}`,
  };
}

/** One problem as a compiler prints it. `text`: the line it stands on, when it can be shown. */
export function renderProblem(
  file: string,
  problem: Problem,
  text: string | undefined,
  { style, width }: { readonly style: Style; readonly width?: number | undefined },
): string[] {
  const { bold, red, yellow, blue } = style;
  const paint = problem.severity === 'error' ? red : yellow;
  const { line, column } = problem;
  const place = line === 0 ? file : `${file}:${line}${column === 0 ? '' : `:${column}`}`;
  const gutter = ' '.repeat(String(line).length);
  const lines = [
    `${paint(bold(`${problem.severity}[${problem.code}]`))}${bold(`: ${printable(problem.message)}`)}`,
    `${gutter}${blue('-->')} ${place}${problem.field === '' ? '' : `  ${style.dim(problem.field)}`}`,
  ];
  if (line === 0 || text === undefined) return lines;
  const { shown, mark } = excerpt(text, column, (width ?? DEFAULT_WIDTH) - gutter.length - 4);
  lines.push(`${gutter} ${blue('│')}`, `${blue(`${line} │`)} ${shown}`);
  lines.push(column === 0 ? `${gutter} ${blue('│')}` : `${gutter} ${blue('│')} ${paint(mark)}`);
  return lines;
}

/** `2 errors and 1 warning`. */
export function tally(errors: number, warnings: number): string {
  const part = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
  return `${part(errors, 'error')} and ${part(warnings, 'warning')}`;
}
