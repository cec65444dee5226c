import { annotation } from '../app/rows.ts';
import type { VariantRow } from '../core/ports.ts';
import type { Style } from '../telemetry/style.ts';
import { printable } from './format.ts';
import type { Column } from './table.ts';

const ALLELE_WIDTH = 10;

/** Significance in the colour that a reader expects. */
export function paintSignificance(text: string, style: Style): string {
  if (/conflicting|uncertain/i.test(text)) return style.yellow(text);
  if (/pathogenic/i.test(text)) return style.red(text);
  if (/benign/i.test(text)) return style.green(text);
  return text;
}

export function paintImpact(text: string, style: Style): string {
  if (text === 'HIGH') return style.red(text);
  if (text === 'MODERATE') return style.yellow(text);
  return text;
}

/** ClinVar's review status, 0 to 4, as its site draws it. */
export function stars(row: VariantRow): string {
  const given = row.annotations.stars;
  if (given === null || given === undefined) return '';
  const full = Math.min(4, Math.max(0, Number(given)));
  return '★'.repeat(full) + '☆'.repeat(4 - full);
}

/** A frequency short enough for a column: `0.0012`, `3.1e-6`. */
function frequency(row: VariantRow): string {
  const value = row.annotations.af;
  if (typeof value !== 'number') return annotation(row, 'af');
  return value !== 0 && value < 0.0001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

function allele(text: string): string {
  return text.length <= ALLELE_WIDTH ? text : `${text.slice(0, ALLELE_WIDTH - 4)}…${text.length}`;
}

/** `missense_variant&splice_region_variant` without the word that says nothing. */
function consequence(row: VariantRow): string {
  return annotation(row, 'consequence').replaceAll('_variant', '').replaceAll('_', ' ').replaceAll('&', ', ');
}

/** HGVS without its transcript: protein when there is one. */
function hgvs(row: VariantRow): string {
  const text = annotation(row, 'hgvs_p') || annotation(row, 'hgvs_c');
  return text.slice(text.indexOf(':') + 1);
}

/** What a person wants to see of a variant on one line. Columns that nothing fills are left out. */
export function variantColumns(style: Style, withFile: boolean): Column<VariantRow>[] {
  return [
    { title: 'position', value: (row) => `${row.chrom}:${row.pos}`, paint: style.bold },
    { title: 'change', value: (row) => `${allele(row.ref)}>${allele(row.alt)}` },
    {
      title: 'id',
      value: (row) => (row.variantId === '.' ? '' : printable(row.variantId)),
      optional: true,
      maxWidth: 14,
      paint: style.dim,
    },
    { title: 'gene', value: (row) => annotation(row, 'gene'), optional: true, maxWidth: 14, paint: style.cyan },
    { title: 'consequence', value: consequence, optional: true, maxWidth: 24 },
    {
      title: 'impact',
      value: (row) => annotation(row, 'impact'),
      optional: true,
      paint: (text) => paintImpact(text, style),
    },
    { title: 'hgvs', value: (row) => printable(hgvs(row)), optional: true, maxWidth: 24 },
    {
      title: 'significance',
      value: (row) => printable(annotation(row, 'clinsig')).replaceAll('_', ' '),
      optional: true,
      maxWidth: 28,
      paint: (text) => paintSignificance(text, style),
    },
    { title: 'stars', value: stars, optional: true, paint: style.yellow },
    { title: 'af', value: frequency, optional: true, align: 'right' },
    { title: 'cadd', value: (row) => annotation(row, 'cadd'), optional: true, align: 'right' },
    {
      title: 'filter',
      value: (row) => (row.filter === '.' ? '' : printable(row.filter)),
      optional: true,
      maxWidth: 12,
      paint: style.dim,
    },
    ...(withFile
      ? [{ title: 'file', value: (row: VariantRow) => String(row.fileId), align: 'right' as const, paint: style.dim }]
      : []),
  ];
}
