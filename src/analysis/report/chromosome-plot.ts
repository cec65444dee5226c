import { bareChromosome } from '../../core/chromosome.ts';
import type { VerdictClass } from '../../core/verdicts.ts';
import { escapeHtml } from '../summary/escape-html.ts';

/** A variant on the plot. */
export interface Mark {
  readonly chrom: string;
  readonly pos: number;
  readonly class: VerdictClass;
}

const WIDTH = 560;
const LEFT = 64;
const RIGHT = 16;
const ROW = 18;
const TOP = 8;
/** More contigs than these are counted, not drawn. */
const MOST_ROWS = 30;
const SERIES: Readonly<Record<VerdictClass, string>> = {
  Pathogenic: 's2',
  'Likely pathogenic': 's2',
  'Uncertain significance': 's1',
  'Likely benign': 's0',
  Benign: 's0',
  'not classified': 's0',
};

/** Chromosomes as lines, as long as the header says, with a tick for each variant; those that have none are left out. */
export function chromosomePlot(marks: readonly Mark[], contigs: ReadonlyMap<string, number | undefined>): string {
  const byContig = Map.groupBy(marks, ({ chrom }) => chrom);
  const names = [...byContig.keys()].sort(byName);
  const shown = names.slice(0, MOST_ROWS);
  const lengthOf = (name: string): number =>
    Math.max(contigs.get(name) ?? 0, ...(byContig.get(name) ?? []).map(({ pos }) => pos));
  const longest = Math.max(1, ...shown.map(lengthOf));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const rows = shown.map((name, place) => {
    const y = TOP + place * ROW + ROW / 2;
    const ticks = (byContig.get(name) ?? []).map((mark) => {
      const x = (LEFT + mark.pos * scale).toFixed(1);
      const told = escapeHtml(`${name}:${mark.pos} ${mark.class}`);
      return `<g><title>${told}</title><rect class="${SERIES[mark.class]}" x="${x}" y="${y - 6}" width="3" height="12"/></g>`;
    });
    const end = (LEFT + Math.max(1, lengthOf(name) * scale)).toFixed(1);
    return (
      `<text class="axis" x="${LEFT - 8}" y="${y}" dy="0.32em" text-anchor="end">${escapeHtml(cut(name))}</text>` +
      `<line class="track" x1="${LEFT}" x2="${end}" y1="${y}" y2="${y}"/>${ticks.join('')}`
    );
  });
  const height = TOP * 2 + shown.length * ROW;
  const rest = names.length > shown.length ? `<p>and ${names.length - shown.length} contigs more</p>` : '';
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Chromosomes">${rows.join('')}</svg>${rest}`;
}

function cut(name: string): string {
  return name.length <= 9 ? name : `${name.slice(0, 8)}…`;
}

/** 1 to 22, X, Y, M, then the others by name. */
function byName(a: string, b: string): number {
  return placeOf(a) - placeOf(b) || a.localeCompare(b, 'en');
}

const LETTERS: Readonly<Record<string, number>> = { X: 23, Y: 24, M: 25, MT: 25 };

function placeOf(name: string): number {
  const bare = bareChromosome(name).toUpperCase();
  return /^\d{1,2}$/.test(bare) ? Number(bare) : (LETTERS[bare] ?? 100);
}
