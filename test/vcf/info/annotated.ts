import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationColumn } from '../../../src/core/annotation.ts';
import type { VariantBlock } from '../../../src/core/variant-block.ts';
import { createAnnotator } from '../../../src/vcf/info/annotator.ts';
import { blockOf } from '../../support/block.ts';

export type Annotated = Record<AnnotationColumn, string | null>;

/** What the annotator finds in rows given as `CHROM POS REF ALT INFO`, for a header that describes these INFO keys. */
export function annotated(descriptions: Record<string, string>, rows: readonly string[]): readonly Annotated[] {
  const lines = rows.map((row) => {
    const [chrom, pos, ref, alt, info] = row.split(' ');
    return [chrom, pos, '.', ref, alt, '.', '.', info].join('\t');
  });
  return annotatedBlock(descriptions, numbered(blockOf(lines.join('\n'))));
}

/** Rows at one place are alleles of one record, in order, as splitting leaves them. */
function numbered(block: VariantBlock): VariantBlock {
  const buffer = Buffer.from(block.bytes);
  let place = '';
  let ordinal = -1;
  let allele = 0;
  for (let row = 0; row < block.count; row++) {
    const here = buffer.toString('utf8', block.bounds[row * 10], block.bounds[row * 10 + 2]);
    allele = here === place ? allele + 1 : 1;
    if (here !== place) ordinal++;
    place = here;
    block.ordinals[row] = ordinal;
    block.alleles[row] = allele;
  }
  return block;
}

export function annotatedBlock(descriptions: Record<string, string>, block: VariantBlock): readonly Annotated[] {
  const info = new Map(Object.entries(descriptions).map(([key, description]) => [key, { description }]));
  const { ranges, overrides } = createAnnotator({ info }).annotate(block);
  const buffer = Buffer.from(block.bytes);
  return Array.from({ length: block.count }, (_, row) => {
    const values = ANNOTATION_COLUMNS.map(({ name }, column) => {
      const key = row * ANNOTATION_WIDTH + column;
      const start = ranges[key * 2] ?? -1;
      return [name, overrides.get(key) ?? (start < 0 ? null : buffer.toString('utf8', start, ranges[key * 2 + 1]))];
    });
    return Object.fromEntries(values) as Annotated;
  });
}
