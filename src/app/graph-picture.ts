import { escapeHtml } from '../analysis/summary/escape-html.ts';
import type { Neighbourhood, NeighbourNode } from './graph-neighbours.ts';

/** Fill and line of a node, by its table. */
const COLOURS: Readonly<Record<string, readonly [fill: string, line: string]>> = {
  Variant: ['#1f2937', '#1f2937'],
  Gene: ['#dbeafe', '#1d4ed8'],
  Transcript: ['#e0f2fe', '#0369a1'],
  Disease: ['#fee2e2', '#b91c1c'],
  Sample: ['#dcfce7', '#15803d'],
  File: ['#f3f4f6', '#4b5563'],
  Analysis: ['#fef3c7', '#b45309'],
};
const OTHER = ['#ffffff', '#4b5563'] as const;
/** Around the circle, and in the legend. */
const ORDER = ['Gene', 'Transcript', 'Disease', 'Sample', 'File', 'Analysis'];
const LABEL_CHARACTERS = 26;

/** Graphviz' language: `dot -Tpng`, `neato`. */
export function neighbourhoodDot({ nodes, edges }: Neighbourhood): string {
  const lines = nodes.map(({ id, label, name }) => {
    const [fill, line] = COLOURS[label] ?? OTHER;
    const font = label === 'Variant' ? ', fontcolor="#ffffff"' : '';
    const shape = label === 'Variant' ? 'box' : 'ellipse';
    return `  ${dotText(id)} [label=${dotText(`${label}\n${name}`)}, shape=${shape}, style=filled, fillcolor="${fill}", color="${line}"${font}];`;
  });
  const arrows = edges.map(({ from, to, label, text }) => {
    return `  ${dotText(from)} -> ${dotText(to)} [label=${dotText(text === '' ? label : `${label}\n${text}`)}];`;
  });
  return ['digraph neighbours {', '  layout=neato; overlap=false; splines=true;', ...lines, ...arrows, '}', ''].join(
    '\n',
  );
}

function dotText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')}"`;
}

/** One SVG document that refers to nothing outside of itself: the variant in the middle, what it is connected with around it. */
export function neighbourhoodSvg({ nodes, edges, truncated }: Neighbourhood): string {
  const [variant, ...others] = nodes as [NeighbourNode, ...NeighbourNode[]];
  const around = others.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en'));
  const radius = Math.max(190, around.length * 9);
  const [width, height] = [2 * radius + 520, 2 * radius + 110];
  const [x, y] = [width / 2, height / 2 + 10];
  const places = new Map(
    around.map((node, i) => {
      const angle = (2 * Math.PI * i) / around.length - Math.PI / 2;
      return [node.id, { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) }];
    }),
  );
  const said = Map.groupBy(edges, ({ from, to }) => (from === variant.id ? to : from));
  const parts = around.flatMap((node) => spoke(node, { x, y }, places.get(node.id)!, said.get(node.id) ?? []));
  const title = `What is stored around ${variant.name}${truncated ? ' (not all of it)' : ''}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fixed(width)} ${fixed(height)}" width="${fixed(width)}" height="${fixed(height)}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeHtml(title)}</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...legend(around),
    ...parts,
    circle(variant, { x, y }, 9, variant.name),
    `<text x="${fixed(x)}" y="${fixed(y - 16)}" text-anchor="middle" font-weight="600">${escapeHtml(short(variant.name))}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function spoke(node: NeighbourNode, from: Point, to: Point, edges: Neighbourhood['edges']): string[] {
  const isLeft = to.x < from.x - 1;
  const said = edges.map(({ label, text }) => (text === '' ? label : `${label}: ${text}`)).join('\n');
  const [, line] = COLOURS[node.label] ?? OTHER;
  const anchor = `x="${fixed(to.x + (isLeft ? -11 : 11))}" text-anchor="${isLeft ? 'end' : 'start'}"`;
  const first = edges[0]?.text ?? '';
  return [
    `<line x1="${fixed(from.x)}" y1="${fixed(from.y)}" x2="${fixed(to.x)}" y2="${fixed(to.y)}" stroke="${line}" stroke-opacity="0.45"/>`,
    circle(node, to, 6, `${node.label} ${node.name}\n${said}`),
    `<text ${anchor} y="${fixed(to.y + 1)}">${escapeHtml(short(node.name))}</text>`,
    `<text ${anchor} y="${fixed(to.y + 13)}" font-size="9" fill="#6b7280">${escapeHtml(short(first))}</text>`,
  ];
}

/** `told`: what a pointer over it shows. */
function circle({ label }: NeighbourNode, { x, y }: Point, radius: number, told: string): string {
  const [fill, line] = COLOURS[label] ?? OTHER;
  return `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${radius}" fill="${fill}" stroke="${line}" stroke-width="1.5"><title>${escapeHtml(told)}</title></circle>`;
}

function legend(nodes: readonly NeighbourNode[]): string[] {
  return ORDER.filter((label) => nodes.some((node) => node.label === label)).flatMap((label, i) => {
    const [fill, line] = COLOURS[label]!;
    const x = 16 + i * 90;
    return [
      `<circle cx="${x}" cy="18" r="6" fill="${fill}" stroke="${line}" stroke-width="1.5"/>`,
      `<text x="${x + 11}" y="22">${label}</text>`,
    ];
  });
}

function rank({ label }: NeighbourNode): number {
  const place = ORDER.indexOf(label);
  return place < 0 ? ORDER.length : place;
}

function short(text: string): string {
  return text.length <= LABEL_CHARACTERS ? text : `${text.slice(0, LABEL_CHARACTERS - 1)}…`;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
