import {
  BOUNDS_STRIDE,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_REF,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import type { Reference, ReferenceContig } from '../reference.ts';
import { asciiText, END_KEY, infoInteger, SVLEN_KEY, wholeNumber } from './info-value.ts';

const COMMA = 0x2c;
const DOT = 0x2e;
const LESS_THAN = 0x3c;
const STAR = 0x2a;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** A, C, G, T, N of either case in upper case, 0 for every other byte. */
const BASE = new Uint8Array(256);
for (const base of Buffer.from('ACGTN')) BASE[base] = BASE[base | 0x20] = base;

/** Told of an allele that the reference contradicts or that is no sequence; `offset` is a byte offset in the block. */
export type ReferenceProblem = (code: string, field: string, offset: number, message: string) => void;

/** Where a moved variant ends up. Reused from call to call. */
export interface Alignment {
  /** 1-based POS. */
  pos: number;
  /** REF, then the ALT column, as they are to be written. */
  bytes: Uint8Array;
  refLength: number;
  altLength: number;
  /** New INFO/END, -1 when it does not change. */
  end: number;
}

/**
 * Left-alignment and trimming of a row against a reference, as `bcftools norm -f` does it: all alleles lose what they
 * share on the right, growing to the left by reference bases where one would become empty, then what they share on the
 * left (Tan, Abecasis, Kang 2015, doi:10.1093/bioinformatics/btv112). Breakends, `*`, `<NON_REF>` and the like stay;
 * `<DEL>` and `<DUP>` of a known length move like the sequence they stand for.
 *
 * Unlike bcftools, moved alleles are upper case where the reference is soft-masked (an allele has one key), a record
 * without ALT keeps its REF, and INFO/END of a moved `<DUP>` moves along.
 */
export class LeftAligner {
  readonly alignment: Alignment = { pos: 0, bytes: new Uint8Array(256), refLength: 0, altLength: 0, end: -1 };
  readonly #reference: Reference;
  readonly #onProblem: ReferenceProblem;
  readonly #unknownContigs = new Set<string>();
  #contig: ReferenceContig | undefined;
  #contigName = '';
  #bytes: Uint8Array = new Uint8Array(0);
  /** 0-based position, and the bounds of REF and INFO, of the row at hand. */
  #pos = 0;
  #refStart = 0;
  #refEnd = 0;
  #infoStart = 0;
  #infoEnd = 0;
  /** Bounds of the alleles, REF first. */
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(reference: Reference, onProblem: ReferenceProblem) {
    this.#reference = reference;
    this.#onProblem = onProblem;
  }

  /** Turns to a row. Returns false, and reports why, when its REF is not what the reference says: it stays as it is. */
  startRow({ bytes, bounds }: VariantBlock, row: number): boolean {
    const at = row * BOUNDS_STRIDE;
    const start = bounds[at + LINE_START]!;
    const chromEnd = bounds[at + END_CHROM]!;
    if (!this.#isCurrentContig(bytes, start, chromEnd)) this.#turnToContig(asciiText(bytes, start, chromEnd), start);
    if (this.#contig === undefined) return false;
    this.#bytes = bytes;
    this.#pos = (wholeNumber(bytes, chromEnd + 1, bounds[at + END_POS]!) ?? 0) - 1;
    this.#refStart = bounds[at + END_ID]! + 1;
    this.#refEnd = bounds[at + END_REF]!;
    this.#infoStart = bounds[at + END_FILTER]! + 1;
    this.#infoEnd = bounds[at + END_INFO]!;
    return this.#refMatches(this.#contig);
  }

  /** Aligns the row with only these ALT alleles, `bytes[altStart .. altEnd)`, comma separated. True: see `alignment`. */
  align(altStart: number, altEnd: number): boolean {
    const bytes = this.#bytes;
    const contig = this.#contig;
    if (contig === undefined) return false;
    if (altEnd - altStart === 1 && this.#refEnd - this.#refStart === 1) return this.#reportSingleBase(altStart);
    if (bytes[altStart] === LESS_THAN && bytes.subarray(altStart, altEnd).indexOf(COMMA) === -1) {
      return this.#alignSymbolic(contig, altStart, altEnd);
    }
    if (!this.#collectAlleles(altStart, altEnd)) return false;
    return this.#alignSequences(contig, altStart, altEnd);
  }

  #isCurrentContig(bytes: Uint8Array, start: number, end: number): boolean {
    const name = this.#contigName;
    if (end - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  #turnToContig(name: string, offset: number): void {
    this.#contigName = name;
    this.#contig = this.#reference.contig(Buffer.from(name, 'latin1').toString('utf8'));
    if (this.#contig !== undefined || this.#unknownContigs.has(name)) return;
    this.#unknownContigs.add(name);
    const other = name.startsWith('chr') ? name.slice(3) : `chr${name}`;
    const hint = this.#reference.contig(other) === undefined ? '' : ` (it has ${other})`;
    const message = `the reference has no contig of this name${hint}: its records are not checked or left-aligned`;
    this.#onProblem('REF_CONTIG_UNKNOWN', 'CHROM', offset, message);
  }

  #refMatches(contig: ReferenceContig): boolean {
    const bytes = this.#bytes;
    let same = true;
    for (let i = this.#refStart; i < this.#refEnd; i++) {
      const base = BASE[bytes[i]!]!;
      if (base === 0) {
        this.#onProblem('REF_NOT_BASES', 'REF', i, 'REF has a symbol that is not A, C, G, T or N: not left-aligned');
        return false;
      }
      same &&= base === contig.baseAt(this.#pos + i - this.#refStart);
    }
    if (!same) this.#onProblem('REF_MISMATCH', 'REF', this.#refStart, 'REF is not what the reference has there');
    return same;
  }

  /** The common case, an SNV, needs no alignment. Always false: nothing moves. */
  #reportSingleBase(altStart: number): false {
    const alt = this.#bytes[altStart]!;
    if (alt === DOT || alt === STAR) return false;
    if (BASE[alt] === 0) this.#reportNotBases(altStart);
    else if (BASE[alt] === BASE[this.#bytes[this.#refStart]!]) this.#reportSame(altStart);
    return false;
  }

  #reportNotBases(offset: number): void {
    this.#onProblem('ALT_NOT_BASES', 'ALT', offset, 'ALT has a symbol that is not A, C, G, T or N: not left-aligned');
  }

  #reportSame(offset: number): void {
    this.#onProblem('ALT_EQUALS_REF', 'ALT', offset, 'ALT is the same as REF: not left-aligned');
  }

  /** Fills starts and ends. False when an allele is not a sequence, or equals REF: the row stays as it is. */
  #collectAlleles(altStart: number, altEnd: number): boolean {
    const bytes = this.#bytes;
    this.#starts = [this.#refStart];
    this.#ends = [this.#refEnd];
    for (let at = altStart, from = at; at <= altEnd; at++) {
      if (at < altEnd && bytes[at] !== COMMA) continue;
      if (!this.#isSequence(from, at)) return false;
      this.#starts.push(from);
      this.#ends.push(at);
      from = at + 1;
    }
    return true;
  }

  #isSequence(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const first = bytes[start];
    if (first === LESS_THAN) return this.#isDeletionOfRef(start, end);
    if (start === end || first === STAR || first === DOT || bytes[end - 1] === DOT) return false;
    let same = end - start === this.#refEnd - this.#refStart;
    for (let at = start; at < end; at++) {
      const base = BASE[bytes[at]!]!;
      if (base === 0) {
        const breakend = bytes.subarray(start, end).some((byte) => byte === BRACKET_OPEN || byte === BRACKET_CLOSE);
        if (!breakend) this.#reportNotBases(at);
        return false;
      }
      same &&= base === BASE[bytes[this.#refStart + at - start]!];
    }
    if (same) this.#reportSame(start);
    return !same;
  }

  /** `<DEL>` beside other alleles can move with them when REF spells out all that it deletes. */
  #isDeletionOfRef(start: number, end: number): boolean {
    if (!asciiText(this.#bytes, start, end).startsWith('<DEL')) return false;
    const last = infoInteger(this.#bytes, this.#infoStart, this.#infoEnd, END_KEY);
    return last === this.#pos + this.#refEnd - this.#refStart;
  }

  #alignSequences(contig: ReferenceContig, altStart: number, altEnd: number): boolean {
    const count = this.#starts.length;
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) shortest = Math.min(shortest, this.#length(i));
    // One base must stay, and there is none to the left of a contig's first.
    const mostFromRight = shortest + this.#pos - 1;
    let fromRight = 0;
    while (fromRight < mostFromRight && this.#agreeOnRight(contig, fromRight)) fromRight++;
    const added = Math.max(0, fromRight - shortest + 1);
    let fromLeft = 0;
    const mostFromLeft = shortest + added - fromRight - 1;
    while (fromLeft < mostFromLeft && this.#agreeOnLeft(contig, fromLeft)) fromLeft++;
    if (fromRight === 0 && fromLeft === 0) return false;
    this.#writeAlleles(contig, fromLeft - added, fromRight, altStart, altEnd);
    return true;
  }

  /** Whether all alleles have the same base so many from their right end, going on in the reference to the left of POS. */
  #agreeOnRight(contig: ReferenceContig, fromRight: number): boolean {
    const base = this.#base(contig, 0, this.#length(0) - 1 - fromRight);
    for (let i = 1; i < this.#starts.length; i++) {
      if (this.#base(contig, i, this.#length(i) - 1 - fromRight) !== base) return false;
    }
    return base !== 0;
  }

  #agreeOnLeft(contig: ReferenceContig, index: number): boolean {
    const base = this.#base(contig, 0, index);
    for (let i = 1; i < this.#starts.length; i++) if (this.#base(contig, i, index) !== base) return false;
    return true;
  }

  #isSymbolic(allele: number): boolean {
    return this.#bytes[this.#starts[allele]!] === LESS_THAN;
  }

  /** Of the sequence an allele stands for; `<DEL>` stands for the first base of REF. */
  #length(allele: number): number {
    return this.#isSymbolic(allele) ? 1 : this.#ends[allele]! - this.#starts[allele]!;
  }

  #base(contig: ReferenceContig, allele: number, index: number): number {
    if (index < 0) return contig.baseAt(this.#pos + index);
    return BASE[this.#bytes[this.#starts[this.#isSymbolic(allele) ? 0 : allele]! + index]!]!;
  }

  /** `shift`: where the new alleles start relative to the old; `fromRight`: how many bases each loses there. */
  #writeAlleles(contig: ReferenceContig, shift: number, fromRight: number, altStart: number, altEnd: number): void {
    const { alignment } = this;
    const room = this.#refEnd - this.#refStart + altEnd - altStart - this.#starts.length * shift + 8;
    if (alignment.bytes.length < room) alignment.bytes = new Uint8Array(room);
    const target = alignment.bytes;
    let to = 0;
    for (let i = 0; i < this.#starts.length; i++) {
      if (i > 1) target[to++] = COMMA;
      if (this.#isSymbolic(i)) {
        for (let at = this.#starts[i]!; at < this.#ends[i]!; at++) target[to++] = this.#bytes[at]!;
      } else {
        const end = this.#length(i) - fromRight;
        for (let at = shift; at < end; at++) target[to++] = this.#base(contig, i, at);
      }
      if (i === 0) alignment.refLength = to;
    }
    alignment.altLength = to - alignment.refLength;
    alignment.pos = this.#pos + shift + 1;
    alignment.end = alignment.pos + alignment.refLength - 1;
  }

  /** A lone `<DEL>` or `<DUP>`: moves while the base it would take up on the left is the one it gives up on the right. */
  #alignSymbolic(contig: ReferenceContig, altStart: number, altEnd: number): boolean {
    const end = infoInteger(this.#bytes, this.#infoStart, this.#infoEnd, END_KEY);
    const length = this.#symbolicLength(altStart, altEnd, end);
    const pos = this.#pos;
    if (length <= 0 || pos < 0 || pos + length >= contig.length) return false;
    let shift = 0;
    while (pos - shift > 0 && contig.baseAt(pos - shift) === contig.baseAt(pos - shift + length)) shift++;
    if (shift === 0 && this.#refEnd - this.#refStart === 1) return false;
    const { alignment } = this;
    const altLength = altEnd - altStart;
    if (alignment.bytes.length < altLength + 1) alignment.bytes = new Uint8Array(altLength + 1);
    alignment.bytes[0] = contig.baseAt(pos - shift);
    alignment.bytes.set(this.#bytes.subarray(altStart, altEnd), 1);
    alignment.refLength = 1;
    alignment.altLength = altLength;
    alignment.pos = pos - shift + 1;
    alignment.end = end === undefined ? -1 : end - shift;
    return true;
  }

  /** Bases deleted or duplicated behind POS: of `<DEL>` by END, else SVLEN; of `<DUP>` by SVLEN, as bcftools. 0: unknown. */
  #symbolicLength(altStart: number, altEnd: number, end: number | undefined): number {
    const kind = asciiText(this.#bytes, altStart, Math.min(altEnd, altStart + 4));
    if (kind !== '<DEL' && kind !== '<DUP') return 0;
    if (kind === '<DEL' && end !== undefined) return end - this.#pos - 1;
    const length = infoInteger(this.#bytes, this.#infoStart, this.#infoEnd, SVLEN_KEY) ?? 0;
    return kind === '<DEL' ? Math.abs(length) : length;
  }
}
