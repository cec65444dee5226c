import type { Step } from '../analysis/ask/plan.ts';
import type { ToolAnswer } from '../app/tools/tool.ts';
import type { Context } from './context.ts';
import { printable } from './format.ts';
import { type Column, renderTable } from './table.ts';

type Row = Readonly<Record<string, unknown>>;

/** Columns of a list that people want first; the others are in `--json`. */
const SHOWN: readonly string[] = [
  'key',
  'file',
  'name',
  'gene',
  'consequence',
  'hgvs_p',
  'class',
  'points',
  'met',
  'clinsig',
  'stars',
  'af',
  'similarity',
  'score',
  'variants',
  'count',
  'carriers',
  'samples',
];
const WIDEST = 44;

/** What a tool answered, for people: lists as tables, the rest as names and values. */
export function answerLines(answer: ToolAnswer, context: Pick<Context, 'style' | 'width'>): string[] {
  const { note, notice, columns, rows, ...rest } = answer as ToolAnswer & { readonly notice?: string };
  const lines: string[] = [];
  if (Array.isArray(columns) && Array.isArray(rows))
    lines.push(...graphTable(columns as string[], rows as unknown[][], context));
  for (const [name, value] of Object.entries(rest)) {
    if (isListOfRows(value)) lines.push(...listTable(name, value, context));
    else if (typeof value !== 'object' || value === null) lines.push(`${context.style.bold(name)}  ${cellText(value)}`);
    else if (!Array.isArray(value)) lines.push(...objectLines(name, value as Row, context));
  }
  if (note !== undefined) lines.push(context.style.dim(printable(note)));
  if (notice !== undefined) lines.push(context.style.yellow(printable(notice)));
  return lines;
}

/** `query {"filter":"gene=BRCA1"}`: what will be asked. */
export function stepText({ tool, input }: Step): string {
  // What is false is what nobody asked for.
  const asked = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== false));
  return `${tool} ${printable(JSON.stringify(asked))}`;
}

function graphTable(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  context: Pick<Context, 'style' | 'width'>,
): string[] {
  if (rows.length === 0) return [context.style.dim('nothing')];
  const shown = columns.map(
    (title, at): Column<readonly unknown[]> => ({ title, value: (row) => cellText(row[at]), maxWidth: WIDEST }),
  );
  return renderTable(rows, shown, context);
}

function listTable(name: string, rows: readonly Row[], context: Pick<Context, 'style' | 'width'>): string[] {
  if (rows.length === 0) return [context.style.dim(`no ${name}`)];
  const known = SHOWN.filter((key) => rows.some((row) => key in row));
  const keys = known.length > 0 ? known : Object.keys(rows[0] ?? {}).slice(0, 8);
  const columns = keys.map(
    (key): Column<Row> => ({
      title: key,
      value: (row) => cellText(row[key]),
      optional: true,
      maxWidth: WIDEST,
    }),
  );
  return renderTable(rows, columns, context);
}

function objectLines(name: string, value: Row, { style }: Pick<Context, 'style' | 'width'>): string[] {
  const plain = Object.entries(value).filter(([, inner]) => typeof inner !== 'object' || inner === null);
  if (plain.length === 0) return [];
  return [`${style.bold(name)}  ${plain.map(([key, inner]) => `${key} ${cellText(inner)}`).join(', ')}`];
}

function isListOfRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) {
    return printable(value.map((one) => (isPair(one) ? `${one.sample} ${one.genotype}` : cellText(one))).join(', '));
  }
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function isPair(value: unknown): value is { readonly sample: string; readonly genotype: string } {
  return typeof value === 'object' && value !== null && 'sample' in value && 'genotype' in value;
}
