import { bareChromosome } from '../../core/chromosome.ts';
import {
  BOUNDS_STRIDE,
  bufferOf,
  END_ALT,
  END_CHROM,
  END_ID,
  END_POS,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { readPosition } from '../../vcf/lines.ts';
import { ALLELE, Alleles } from '../summary/alleles.ts';
import { GENOTYPE, Genotypes } from '../summary/genotypes.ts';
import { GENOTYPE_CLASSES, VARIANT_TYPES, type VariantType } from './comparison.ts';
import type { ContigOrder } from './contig-order.ts';

const MISSING = GENOTYPE_CLASSES.indexOf('missing');
const REFERENCE = GENOTYPE_CLASSES.indexOf('reference');
const HETEROZYGOUS = GENOTYPE_CLASSES.indexOf('heterozygous');
const HOMOZYGOUS = GENOTYPE_CLASSES.indexOf('homozygous');

/** Class of each of the summary's kinds of genotype. */
const CLASS_OF_KIND = new Uint8Array(7);
CLASS_OF_KIND[GENOTYPE.missing] = MISSING;
CLASS_OF_KIND[GENOTYPE.homRef] = REFERENCE;
CLASS_OF_KIND[GENOTYPE.haploidRef] = REFERENCE;
CLASS_OF_KIND[GENOTYPE.het] = HETEROZYGOUS;
CLASS_OF_KIND[GENOTYPE.hetAlt] = HETEROZYGOUS;
CLASS_OF_KIND[GENOTYPE.homAlt] = HOMOZYGOUS;
CLASS_OF_KIND[GENOTYPE.haploidAlt] = HOMOZYGOUS;

const NOBODY = new Uint8Array(0);

/** What is kept of a variant until its partner comes. */
export interface Row {
  /** Of contig, position and alleles: equal for what is compared. */
  readonly key: string;
  readonly rank: number;
  readonly pos: number;
  /** Place in VARIANT_TYPES. */
  readonly type: number;
  /** Place in GENOTYPE_CLASSES, one a compared sample. */
  readonly genotypes: Uint8Array;
  /** Counts as a variant of its source; with a chosen sample: it carries it. */
  readonly present: boolean;
  readonly line: string | undefined;
}

export interface RowOptions {
  readonly order: ContigOrder;
  /** Samples of the header. */
  readonly samples: number;
  /** Columns of the compared samples. */
  readonly columns: readonly number[];
  /** Only what the compared sample carries is a variant of this source. */
  readonly carriedOnly: boolean;
  readonly keepLines: boolean;
}

/** Reads the rows of normalised blocks of one source. */
export class RowReader {
  readonly #options: RowOptions;
  readonly #alleles = new Alleles();
  readonly #genotypes: Genotypes;
  #chrom = '';
  #rank = 0;

  constructor(options: RowOptions) {
    this.#options = options;
    this.#genotypes = new Genotypes(options.columns.length === 0 ? 0 : options.samples);
  }

  *rows(block: VariantBlock): Generator<Row> {
    const bytes = bufferOf(block);
    for (let row = 0; row < block.count; row++) yield this.#row(block, bytes, row);
  }

  #row(block: VariantBlock, bytes: Buffer, row: number): Row {
    const { bounds } = block;
    const at = row * BOUNDS_STRIDE;
    const start = bounds[at + LINE_START]!;
    const chromEnd = bounds[at + END_CHROM]!;
    const rank = this.#rankOf(bytes.toString('latin1', start, chromEnd));
    const pos = bytes.toString('latin1', chromEnd + 1, bounds[at + END_POS]!);
    const written = bytes.toString('latin1', bounds[at + END_ID]! + 1, bounds[at + END_ALT]!);
    const alleles = isBases(written) ? written.toUpperCase() : written;
    const { carriedOnly, keepLines } = this.#options;
    const genotypes = this.#classes(block, bytes, row);
    return {
      key: `${rank}\t${pos}\t${alleles}`,
      rank,
      pos: readPosition(bytes, chromEnd + 1, bounds[at + END_POS]!),
      type: this.#typeOf(block, bytes, row),
      genotypes,
      present: !carriedOnly || isCarried(genotypes[0] ?? MISSING),
      line: keepLines ? bytes.toString('utf8', start, bounds[at + LINE_END]!) : undefined,
    };
  }

  #rankOf(chrom: string): number {
    if (chrom !== this.#chrom) {
      this.#chrom = chrom;
      this.#rank = this.#options.order.rank(bareChromosome(chrom));
    }
    return this.#rank;
  }

  #typeOf(block: VariantBlock, bytes: Buffer, row: number): number {
    this.#alleles.read(block, bytes, row);
    const { count, types, lengthChanges } = this.#alleles;
    return PLACES[count === 0 ? 'none' : typeName(types[0]!, lengthChanges[0]!, bytes, block.bounds, row)];
  }

  #classes(block: VariantBlock, bytes: Buffer, row: number): Uint8Array {
    const { columns } = this.#options;
    if (columns.length === 0) return NOBODY;
    const classes = new Uint8Array(columns.length);
    this.#genotypes.read(block, bytes, row, 1);
    if (!this.#genotypes.hasGenotypes) return classes;
    const { kinds } = this.#genotypes;
    for (let place = 0; place < columns.length; place++) classes[place] = CLASS_OF_KIND[kinds[columns[place]!]!]!;
    return classes;
  }
}

const PLACES = Object.fromEntries(VARIANT_TYPES.map((type, place) => [type, place])) as Record<VariantType, number>;
const GREATER = 0x3e;

function typeName(type: number, lengthChange: number, bytes: Buffer, bounds: Uint32Array, row: number): VariantType {
  if (type === ALLELE.snp) return 'SNV';
  if (type === ALLELE.mnp) return 'MNV';
  if (type === ALLELE.indel) return lengthChange > 0 ? 'insertion' : 'deletion';
  if (type === ALLELE.breakend) return 'breakend';
  if (type === ALLELE.overlap) return 'overlap';
  if (type === ALLELE.reference) return 'none';
  // `<DEL>` ends with it, bases do not.
  return bytes[bounds[row * BOUNDS_STRIDE + END_ALT]! - 1] === GREATER ? 'SV' : 'complex';
}

/** Bases of both alleles, in any case; a name in `<>` keeps its case. */
function isBases(alleles: string): boolean {
  return !/[<>[\]]/.test(alleles);
}

/** Heterozygous or homozygous. */
function isCarried(genotype: number): boolean {
  return genotype === HETEROZYGOUS || genotype === HOMOZYGOUS;
}
