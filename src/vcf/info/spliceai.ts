import type { VariantBlock } from '../../core/variant-block.ts';
import { isAlt } from './allele.ts';
import type { LargestNumber } from './decimal.ts';
import { columnNames, columnOf } from './transcripts.ts';

const DELTAS = ['ds_ag', 'ds_al', 'ds_dg', 'ds_dl'];

/** Where the four delta scores stand in a SpliceAI INFO value: `ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|…` unless the header says otherwise. */
export function spliceColumns(description: string): readonly number[] {
  const names = columnNames(description);
  const found = DELTAS.map((name) => columnOf(names, name)).filter((column) => column >= 0);
  return found.length > 0 ? found : [2, 3, 4, 5];
}

/** Offers the delta scores of the row's own ALT in a SpliceAI value (entries joined by `,`, one an allele and gene). */
export function offerSpliceDeltas(
  block: VariantBlock,
  row: number,
  value: { readonly start: number; readonly end: number; readonly columns: readonly number[] },
  largest: LargestNumber,
): void {
  const { bytes } = block;
  let own = false;
  let column = 0;
  let from = value.start;
  for (let at = value.start; at <= value.end; at++) {
    const byte = at < value.end ? bytes[at] : 0x2c;
    if (byte !== 0x7c && byte !== 0x2c) continue;
    if (column === 0) own = isAlt(block, row, from, at);
    else if (own && value.columns.includes(column)) largest.offer(bytes, from, at);
    column = byte === 0x2c ? 0 : column + 1;
    from = at + 1;
  }
}
