import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationBlock } from '../../core/annotation.ts';
import type { Envelope } from '../../core/envelope.ts';
import {
  BOUNDS_STRIDE,
  bufferOf,
  END_CHROM,
  END_POS,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { endPosition } from './encode-variants.ts';
import { parseUnsigned } from './numbers.ts';

/** A longer name is not kept in a zone: an index entry has its limits, and no gene is called like that. */
export const MAX_ZONE_GENE_CHARACTERS = 500;

const GENE = ANNOTATION_COLUMNS.findIndex(({ name }) => name === 'gene');
const GENES = ANNOTATION_COLUMNS.findIndex(({ name }) => name === 'genes');

/** What an envelope's rows on one contig span: the smallest POS, the last base touched, the genes named. */
export interface Zone {
  readonly chrom: string;
  first: number;
  last: number;
  readonly genes: Set<string>;
}

/** The zones of an envelope, one a contig. */
export function zonesOf({ block }: Pick<Envelope, 'block'>, annotations: AnnotationBlock): readonly Zone[] {
  const bytes = bufferOf(block);
  const zones = new Map<string, Zone>();
  const genes = new GeneColumn(bytes, annotations);
  let zone: Zone | undefined;
  for (let row = 0; row < block.count; row++) {
    const base = row * BOUNDS_STRIDE;
    if (zone === undefined || !isSameContig(block, row - 1, row)) {
      const chrom = bytes.toString('utf8', block.bounds[base + LINE_START]!, block.bounds[base + END_CHROM]!);
      zone = zones.get(chrom) ?? { chrom, first: Number.POSITIVE_INFINITY, last: 0, genes: new Set() };
      zones.set(chrom, zone);
      genes.forget();
    }
    const pos = parseUnsigned(bytes, block.bounds[base + END_CHROM]! + 1, block.bounds[base + END_POS]!);
    zone.first = Math.min(zone.first, pos);
    zone.last = Math.max(zone.last, endPosition(bytes, block.bounds, base));
    genes.addTo(zone.genes, row);
  }
  return [...zones.values()];
}

function isSameContig({ bytes, bounds }: VariantBlock, before: number, row: number): boolean {
  const a = bounds[before * BOUNDS_STRIDE + LINE_START]!;
  const b = bounds[row * BOUNDS_STRIDE + LINE_START]!;
  const length = bounds[row * BOUNDS_STRIDE + END_CHROM]! - b;
  if (bounds[before * BOUNDS_STRIDE + END_CHROM]! - a !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/** Neighbours mostly name the same gene: a string is made only when the bytes differ from the row's before. */
class GeneColumn {
  readonly #bytes: Buffer;
  readonly #annotations: AnnotationBlock;
  #start = 0;
  #end = 0;

  constructor(bytes: Buffer, annotations: AnnotationBlock) {
    this.#bytes = bytes;
    this.#annotations = annotations;
  }

  forget(): void {
    this.#start = 0;
    this.#end = 0;
  }

  addTo(genes: Set<string>, row: number): void {
    const { ranges, overrides } = this.#annotations;
    if (ranges.length === 0) return;
    const k = row * ANNOTATION_WIDTH;
    if (overrides.size > 0) {
      for (const name of overrides.get(k + GENES)?.split(',') ?? []) add(genes, name);
      const gene = overrides.get(k + GENE);
      if (gene !== undefined) {
        add(genes, gene);
        return;
      }
    }
    const start = ranges[2 * (k + GENE)]!;
    const end = ranges[2 * (k + GENE) + 1]!;
    if (start < 0 || this.#isSame(start, end)) return;
    this.#start = start;
    this.#end = end;
    add(genes, this.#bytes.toString('utf8', start, end));
  }

  #isSame(start: number, end: number): boolean {
    if (end - start !== this.#end - this.#start) return false;
    for (let i = 0; i < end - start; i++) if (this.#bytes[start + i] !== this.#bytes[this.#start + i]) return false;
    return true;
  }
}

function add(genes: Set<string>, name: string): void {
  if (name.length <= MAX_ZONE_GENE_CHARACTERS) genes.add(name);
}
