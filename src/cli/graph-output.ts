import type { Neighbourhood } from '../app/graph.ts';
import { neighbourhoodDot, neighbourhoodSvg } from '../app/graph-picture.ts';
import type { Context } from './context.ts';
import { plural, printable } from './format.ts';
import { renderTable } from './table.ts';

/** What is stored around a variant: a table of it, or a picture. */
export async function printNeighbours(
  context: Context,
  found: Neighbourhood,
  format: 'table' | 'dot' | 'svg',
): Promise<void> {
  if (format === 'dot') return await context.printRaw(neighbourhoodDot(found));
  if (format === 'svg') return await context.printRaw(neighbourhoodSvg(found));
  if (context.options.json) return await context.printJson(found);
  const [variant] = found.nodes;
  const names = new Map(found.nodes.map((node) => [node.id, node]));
  const rows = found.edges.map(({ from, to, label, text }) => {
    const { label: kind = '', name = '' } = names.get(from === variant?.id ? to : from) ?? {};
    return { relation: label, kind, name, text };
  });
  const columns = [
    { title: 'relation', value: (row: (typeof rows)[number]) => row.relation },
    { title: 'node', value: (row: (typeof rows)[number]) => row.kind },
    { title: 'name', value: (row: (typeof rows)[number]) => printable(row.name), maxWidth: 50 },
    { title: 'it says', value: (row: (typeof rows)[number]) => printable(row.text), maxWidth: 60 },
  ];
  const lines = renderTable(rows, columns, { style: context.style, width: context.width });
  await context.print([context.style.bold(variant?.name ?? ''), '', ...lines].join('\n'));
  const more = found.truncated ? ', and there are more: --limit raises the bound' : '';
  context.note(context.noteStyle.dim(`${plural(rows.length, 'relation')}${more}`));
}
