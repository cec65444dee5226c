import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationColumn } from '../../core/annotation.ts';
import type { VariantBlock } from '../../core/variant-block.ts';
import { createAnnotator } from '../../vcf/info/annotator.ts';
import { NameCounts, type NamedCount } from './name-counts.ts';
import type { AnnotationCounts } from './summary.ts';

const placeOf = (wanted: AnnotationColumn): number => ANNOTATION_COLUMNS.findIndex(({ name }) => name === wanted);

/** Counts consequences, impacts and ClinVar significances as an ingest would find them. */
export class AnnotationCounter {
  readonly #annotator: ReturnType<typeof createAnnotator>;
  readonly #columns = {
    consequences: { place: placeOf('consequence'), counts: new NameCounts() },
    impacts: { place: placeOf('impact'), counts: new NameCounts() },
    significances: { place: placeOf('clinsig'), counts: new NameCounts() },
  };

  constructor(header: Parameters<typeof createAnnotator>[0]) {
    this.#annotator = createAnnotator(header);
  }

  add(block: VariantBlock, bytes: Buffer): void {
    const { ranges, overrides } = this.#annotator.annotate(block);
    if (ranges.length === 0) return;
    for (const { place, counts } of Object.values(this.#columns)) {
      for (let row = 0; row < block.count; row++) {
        const at = row * ANNOTATION_WIDTH + place;
        const override = overrides.get(at);
        if (override !== undefined) counts.addName(override);
        else if (ranges[at * 2]! >= 0) counts.add(bytes, ranges[at * 2]!, ranges[at * 2 + 1]!);
      }
    }
  }

  /** Undefined when no record has any. */
  finish(): AnnotationCounts | undefined {
    const { consequences, impacts, significances } = this.#columns;
    const found = {
      consequences: splitNames(consequences.counts.finish(), '&'),
      impacts: impacts.counts.finishByCount(),
      significances: significances.counts.finishByCount(),
    };
    return Object.values(found).some(({ length }) => length > 0) ? found : undefined;
  }
}

/** Names that are lists, each part for itself: `a&b` of 3 records and `a` of 2 give `a` 5, `b` 3. Most records first. */
export function splitNames(names: readonly NamedCount[], separator: string): NamedCount[] {
  const parts = new NameCounts();
  for (const { name, records } of names) {
    for (const part of new Set(name.split(separator))) parts.addName(part, records);
  }
  return parts.finishByCount();
}
