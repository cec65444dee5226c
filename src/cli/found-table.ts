import type { FoundVariant } from '../app/found-variant.ts';
import type { Style } from '../telemetry/style.ts';
import { printable } from './format.ts';
import { paintSignificance } from './row-table.ts';
import type { Column } from './table.ts';

const MAX_KEY_WIDTH = 36;

/** What people see of a variant that similar or search has found. */
export function foundColumns(style: Style): Column<FoundVariant>[] {
  return [
    { title: 'variant', value: ({ key }) => printable(key), paint: style.bold, maxWidth: MAX_KEY_WIDTH },
    {
      title: 'id',
      value: ({ variantId }) => (variantId === '.' ? '' : printable(variantId)),
      optional: true,
      maxWidth: 14,
    },
    { title: 'gene', value: ({ gene }) => printable(gene ?? ''), optional: true },
    { title: 'consequence', value: ({ consequence }) => words(consequence), optional: true, maxWidth: 26 },
    {
      title: 'significance',
      value: ({ clinsig }) => words(clinsig),
      paint: (text) => paintSignificance(text, style),
      optional: true,
      maxWidth: 24,
    },
    {
      title: 'af',
      value: ({ af }) => (af === null ? '' : String(Number(af.toPrecision(3)))),
      align: 'right',
      optional: true,
    },
  ];
}

function words(text: string | null): string {
  return printable((text ?? '').replaceAll('_variant', '').replaceAll('_', ' ').replaceAll('&', ', '));
}
