import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_ID,
  END_POS,
  END_REF,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';

/** The first five columns of a row. */
export interface RowPlace {
  readonly chrom: string;
  readonly pos: number;
  readonly id: string;
  readonly ref: string;
  readonly alt: string;
}

/** Reads them; `bytes` is the block's memory as a Buffer. */
export function placeOfRow({ bounds }: VariantBlock, bytes: Buffer, row: number): RowPlace {
  const at = row * BOUNDS_STRIDE;
  const field = (start: number, end: number): string => bytes.toString('latin1', start, bounds[at + end]);
  return {
    chrom: field(bounds[at + LINE_START]!, END_CHROM),
    pos: Number(field(bounds[at + END_CHROM]! + 1, END_POS)),
    id: field(bounds[at + END_POS]! + 1, END_ID),
    ref: field(bounds[at + END_ID]! + 1, END_REF),
    alt: field(bounds[at + END_REF]! + 1, END_ALT),
  };
}
