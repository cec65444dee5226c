import { ANNOTATION_WIDTH } from '../../core/annotation.ts';
import type { StoredEnvelope } from '../../core/ports.ts';
import {
  BOUNDS_STRIDE,
  bufferOf,
  END_ALT,
  END_CHROM,
  END_ID,
  END_POS,
  END_REF,
  LINE_START,
} from '../../core/variant-block.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import { COLUMN } from '../../vcf/info/plan.ts';
import { readPosition } from '../../vcf/lines.ts';
import { ALLELE, Alleles } from '../summary/alleles.ts';
import { ConservationReader } from './conservation.ts';
import { type DescribedVariant, VariantWords } from './description.ts';
import { FeatureEncoder } from './feature-vector.ts';
import { FEATURE_DIMENSIONS, type VariantType } from './features.ts';

/** What is derived from the variants of an envelope, in their order. */
export interface DescribedBlock {
  /** FEATURE_DIMENSIONS numbers a variant. */
  readonly vectors: Float32Array;
  readonly descriptions: readonly string[];
  /** Null for what is not worth a text embedding. */
  readonly topics: readonly (string | null)[];
  /** 0 to 1; null where the file has no score. */
  readonly conservation: readonly (number | null)[];
}

/** The files that were described last: an ingest of several at once goes back and forth between them. */
const KNOWN_HEADERS = 8;

/** Describes stored envelopes, of any files. */
export class BlockDescriber {
  readonly dimensions = FEATURE_DIMENSIONS;
  readonly #encoder = new FeatureEncoder();
  readonly #alleles = new Alleles();
  readonly #words = new VariantWords();
  readonly #conservation = new Map<string, ConservationReader>();

  /** `file`: its header, and what names it. */
  describe(
    { block, annotations }: Pick<StoredEnvelope, 'block' | 'annotations'>,
    file: { readonly digest: string; readonly header: Uint8Array },
  ): DescribedBlock {
    const bytes = bufferOf(block);
    const { bounds, count } = block;
    const conserved = this.#conservationOf(file);
    const vectors = new Float32Array(count * FEATURE_DIMENSIONS);
    const descriptions: string[] = [];
    const topics: (string | null)[] = [];
    const conservation: (number | null)[] = [];
    const text = (start: number, end: number) => bytes.toString('utf8', start, end);
    for (let row = 0; row < count; row++) {
      const base = row * BOUNDS_STRIDE;
      const column = (place: number) => annotations[row * ANNOTATION_WIDTH + place] ?? null;
      const numeric = (place: number) => numberOf(column(place));
      const field = (end: number) => text(bounds[base + end - 1]! + 1, bounds[base + end]!);
      this.#alleles.read(block, bytes, row);
      const variant: DescribedVariant = {
        chrom: text(bounds[base + LINE_START]!, bounds[base + END_CHROM]!),
        pos: readPosition(bytes, bounds[base + END_CHROM]! + 1, bounds[base + END_POS]!),
        id: field(END_ID),
        ref: field(END_REF),
        alt: field(END_ALT),
        gene: column(COLUMN.gene),
        genes: column(COLUMN.genes),
        consequence: column(COLUMN.consequence),
        impact: column(COLUMN.impact),
        transcript: column(COLUMN.transcript),
        hgvsC: column(COLUMN.hgvs_c),
        hgvsP: column(COLUMN.hgvs_p),
        clinsig: column(COLUMN.clinsig),
        stars: numeric(COLUMN.stars),
        condition: column(COLUMN.condition),
        af: numeric(COLUMN.af),
        cadd: numeric(COLUMN.cadd),
        revel: numeric(COLUMN.revel),
        spliceai: numeric(COLUMN.spliceai),
        conservation: conserved.of(block, row),
        type: typeOf(this.#alleles),
      };
      this.#encoder.encode(variant, vectors, row * FEATURE_DIMENSIONS);
      descriptions.push(this.#words.describe(variant));
      topics.push(this.#words.topic(variant));
      conservation.push(variant.conservation);
    }
    return { vectors, descriptions, topics, conservation };
  }

  #conservationOf({ digest, header }: { readonly digest: string; readonly header: Uint8Array }): ConservationReader {
    const known = this.#conservation.get(digest);
    if (known !== undefined) return known;
    const reader = new ConservationReader(parseHeader(header).header);
    if (this.#conservation.size >= KNOWN_HEADERS) this.#conservation.clear();
    this.#conservation.set(digest, reader);
    return reader;
  }
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** Of the first ALT: what is stored has one, unless it was stored unsplit. */
function typeOf({ types, bases, referenceBase, lengthChanges, count }: Alleles): VariantType {
  const type = count === 0 ? ALLELE.reference : types[0]!;
  // A and G, C and T stand two apart.
  if (type === ALLELE.snp) return Math.abs(bases[0]! - referenceBase) === 2 ? 'transition' : 'transversion';
  if (type === ALLELE.mnp) return 'mnv';
  if (type === ALLELE.indel) return lengthChanges[0]! > 0 ? 'insertion' : 'deletion';
  return type === ALLELE.breakend ? 'breakend' : 'other';
}
