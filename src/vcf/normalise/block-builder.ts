import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';

import type { Alignment } from './left-aligner.ts';
import { copyBytes, PATCH_END, PATCH_GENOTYPE, type PatchList } from './patches.ts';
import { writeSplitGenotype } from './split-genotype.ts';

const TAB = 0x09;
const LF = 0x0a;
/** Longest decimal of POS or END, tabs and line end included, and what a list that lacks values grows by. */
const SLACK_BYTES = 64;
const SLACK_BYTES_PER_PATCH = 4;
/** Rows of one run may have this much between them (line ends); more is a rejected line, which is not copied. */
const MAX_GAP_BYTES = 2;

/** One row to write: a row of the source block as seen by one of its ALT alleles, perhaps moved. */
export interface RowParts {
  readonly row: number;
  /** Bounds of the ALT column's text in the source. */
  readonly altStart: number;
  readonly altEnd: number;
  /** ALT number in the original record. */
  readonly allele: number;
  readonly alignment: Alignment | undefined;
}

/** Writes a new block out of the rows of another: runs of untouched rows by one copy, changed rows field by field. */
export class BlockBuilder {
  readonly #source: VariantBlock;
  readonly #patches: PatchList;
  /** What other ALT alleles become in a genotype: `0` or `.` as a byte. */
  readonly #otherAllele: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #count = 0;
  #bounds: Uint32Array<ArrayBuffer>;
  #ordinals: Uint32Array<ArrayBuffer>;
  #alleles: Uint16Array<ArrayBuffer>;

  constructor(source: VariantBlock, patches: PatchList, otherAllele: number) {
    this.#source = source;
    this.#patches = patches;
    this.#otherAllele = otherAllele;
    const rows = Math.ceil(source.count * 1.1) + 16;
    this.#bytes = Buffer.allocUnsafeSlow(Math.ceil(source.bytes.length * 1.1) + 4096);
    this.#bounds = new Uint32Array(rows * BOUNDS_STRIDE);
    this.#ordinals = new Uint32Array(rows);
    this.#alleles = new Uint16Array(rows);
  }

  finish(): VariantBlock {
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      count: this.#count,
      bounds: this.#bounds,
      ordinals: this.#ordinals.subarray(0, this.#count),
      alleles: this.#alleles.subarray(0, this.#count),
    };
  }

  /** Copies rows `from .. to` (exclusive) as they are. */
  copyRows(from: number, to: number, alleles: Uint16Array): void {
    const { bounds } = this.#source;
    for (let first = from; first < to; ) {
      let last = first;
      while (last + 1 < to) {
        const gap = bounds[(last + 1) * BOUNDS_STRIDE + LINE_START]! - bounds[last * BOUNDS_STRIDE + LINE_END]!;
        if (gap < 0 || gap > MAX_GAP_BYTES) break;
        last++;
      }
      this.#copyRun(first, last + 1, alleles);
      first = last + 1;
    }
  }

  #copyRun(from: number, to: number, alleles: Uint16Array): void {
    const { bytes, bounds, ordinals } = this.#source;
    const start = bounds[from * BOUNDS_STRIDE + LINE_START]!;
    const end = bounds[(to - 1) * BOUNDS_STRIDE + LINE_END]!;
    this.#reserve(end - start + 1, to - from);
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    const shift = this.#length - start;
    const target = this.#count * BOUNDS_STRIDE - from * BOUNDS_STRIDE;
    for (let i = from * BOUNDS_STRIDE; i < to * BOUNDS_STRIDE; i++) this.#bounds[target + i] = bounds[i]! + shift;
    this.#ordinals.set(ordinals.subarray(from, to), this.#count);
    this.#alleles.set(alleles.subarray(from, to), this.#count);
    this.#count += to - from;
    this.#length += end - start;
    this.#bytes[this.#length++] = LF;
  }

  /** Writes one row with the patches at hand applied. */
  writeRow({ row, altStart, altEnd, allele, alignment }: RowParts): void {
    const { bounds, ordinals } = this.#source;
    const from = row * BOUNDS_STRIDE;
    const start = bounds[from + LINE_START]!;
    const moved = alignment === undefined ? 0 : alignment.refLength + alignment.altLength;
    const slack = SLACK_BYTES + this.#patches.count * SLACK_BYTES_PER_PATCH;
    this.#reserve(bounds[from + LINE_END]! - start + moved + slack, 1);
    const to = this.#count * BOUNDS_STRIDE;
    this.#bounds[to + LINE_START] = this.#length;
    this.#copyField(to + END_CHROM, start, bounds[from + END_CHROM]!);
    if (alignment === undefined) this.#copyField(to + END_POS, bounds[from + END_CHROM]! + 1, bounds[from + END_POS]!);
    else this.#endField(to + END_POS, writeDecimal(alignment.pos, this.#bytes, this.#length));
    this.#copyField(to + END_ID, bounds[from + END_POS]! + 1, bounds[from + END_ID]!);
    if (alignment === undefined) {
      this.#copyField(to + END_REF, bounds[from + END_ID]! + 1, bounds[from + END_REF]!);
      this.#copyField(to + END_ALT, altStart, altEnd);
    } else {
      const alleles = alignment.bytes;
      const { refLength, altLength } = alignment;
      this.#endField(to + END_REF, copyBytes(alleles, 0, refLength, this.#bytes, this.#length));
      this.#endField(to + END_ALT, copyBytes(alleles, refLength, refLength + altLength, this.#bytes, this.#length));
    }
    this.#copyField(to + END_QUAL, bounds[from + END_ALT]! + 1, bounds[from + END_QUAL]!);
    this.#copyField(to + END_FILTER, bounds[from + END_QUAL]! + 1, bounds[from + END_FILTER]!);
    const { infoCount } = this.#patches;
    const end = alignment?.end ?? -1;
    this.#writePatched(bounds[from + END_FILTER]! + 1, bounds[from + END_INFO]!, 0, infoCount, allele, end);
    this.#bounds[to + END_INFO] = this.#length;
    this.#writePatched(bounds[from + END_INFO]!, bounds[from + LINE_END]!, infoCount, this.#patches.count, allele, -1);
    this.#bounds[to + LINE_END] = this.#length;
    this.#bytes[this.#length++] = LF;
    this.#ordinals[this.#count] = ordinals[row]!;
    this.#alleles[this.#count++] = allele;
  }

  #copyField(bound: number, start: number, end: number): void {
    this.#endField(bound, copyBytes(this.#source.bytes, start, end, this.#bytes, this.#length));
  }

  #endField(bound: number, end: number): void {
    this.#bounds[bound] = end;
    this.#bytes[end] = TAB;
    this.#length = end + 1;
  }

  #writePatched(start: number, end: number, first: number, last: number, allele: number, newEnd: number): void {
    const source = this.#source.bytes;
    const target = this.#bytes;
    const patches = this.#patches;
    let from = start;
    let to = this.#length;
    for (let i = first; i < last; i++) {
      const patchStart = patches.start[i]!;
      const patchEnd = patches.end[i]!;
      const kind = patches.kind[i]!;
      to = copyBytes(source, from, patchStart, target, to);
      if (kind === PATCH_GENOTYPE) {
        to = writeSplitGenotype(source, patchStart, patchEnd, allele, this.#otherAllele, target, to);
      } else if (kind === PATCH_END) {
        if (newEnd >= 0) to = writeDecimal(newEnd, target, to);
        else to = copyBytes(source, patchStart, patchEnd, target, to);
      } else {
        to = patches.write(i, source, allele, target, to);
      }
      from = patchEnd;
    }
    this.#length = copyBytes(source, from, end, target, to);
  }

  #reserve(bytes: number, rows: number): void {
    if (this.#length + bytes > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + bytes));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    if (this.#count + rows <= this.#ordinals.length) return;
    const size = Math.max(this.#ordinals.length * 2, this.#count + rows);
    const bounds = new Uint32Array(size * BOUNDS_STRIDE);
    bounds.set(this.#bounds);
    this.#bounds = bounds;
    const ordinals = new Uint32Array(size);
    ordinals.set(this.#ordinals);
    this.#ordinals = ordinals;
    const alleles = new Uint16Array(size);
    alleles.set(this.#alleles);
    this.#alleles = alleles;
  }
}

function writeDecimal(value: number, target: Uint8Array, at: number): number {
  const text = String(value);
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}
