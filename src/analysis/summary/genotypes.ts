import { BOUNDS_STRIDE, END_INFO, LINE_END, type VariantBlock } from '../../core/variant-block.ts';
import { parseInteger } from '../../vcf/decimal-bytes.ts';

const TAB = 0x09;
const SLASH = 0x2f;
const COMMA = 0x2c;
const COLON = 0x3a;
const BAR = 0x7c;
const ZERO = 0x30;
/** Larger than any allele's number: what is no number. */
const NO_ALLELE = 2 ** 30;

/** What a sample's GT is. A genotype of which any allele is `.`, or none of the record's, is missing. */
export const GENOTYPE = {
  missing: 0,
  homRef: 1,
  homAlt: 2,
  /** REF and an ALT. */
  het: 3,
  /** Two ALTs, no REF. */
  hetAlt: 4,
  haploidRef: 5,
  haploidAlt: 6,
} as const;

/** GT and DP of every sample, one row at a time. */
export class Genotypes {
  /** By sample: `GENOTYPE`. */
  readonly kinds: Uint8Array;
  /** By sample: the lowest ALT of the genotype, from 1; 0 when it has none. */
  readonly first: Uint32Array;
  /** By sample: another ALT than the first; 0 when it has none. */
  readonly second: Uint32Array;
  /** By sample: DP, or, when the row has no such column, the sum of AD; -1 when it has none. */
  readonly depths: Int32Array;
  /** The row has a GT column; without, `kinds`, `first` and `second` are of another row. */
  hasGenotypes = false;
  /** The row has a DP or an AD column; without, `depths` are of another row. */
  hasDepths = false;
  /** How often each allele is called, REF first. */
  alleleCounts = new Uint32Array(16);
  /** Alleles called together. */
  called = 0;
  #alts = 0;
  #format: Buffer = Buffer.alloc(0);
  #gtColumn = -1;
  #depthColumn = -1;
  #isSum = false;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(samples: number) {
    this.kinds = new Uint8Array(samples);
    this.first = new Uint32Array(samples);
    this.second = new Uint32Array(samples);
    this.depths = new Int32Array(samples);
  }

  /** `alts`: ALT alleles of the record. */
  read({ bounds }: VariantBlock, bytes: Buffer, row: number, alts: number): void {
    const start = bounds[row * BOUNDS_STRIDE + END_INFO]! + 1;
    const end = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    this.hasGenotypes = false;
    this.hasDepths = false;
    this.called = 0;
    this.#alts = alts;
    if (alts >= this.alleleCounts.length) this.alleleCounts = new Uint32Array(alts * 2);
    this.alleleCounts.fill(0, 0, alts + 1);
    if (start >= end || this.kinds.length === 0) return;
    this.#bytes = bytes;
    let at = start;
    while (at < end && bytes[at] !== TAB) at++;
    this.#readFormat(start, at);
    this.hasGenotypes = this.#gtColumn >= 0;
    this.hasDepths = this.#depthColumn >= 0;
    if (!this.hasGenotypes && !this.hasDepths) return;
    this.#readSamples(at, end);
  }

  /** Nearly every row of a file has the FORMAT of the row before. */
  #readFormat(start: number, end: number): void {
    const format = this.#bytes.subarray(start, end);
    if (format.equals(this.#format)) return;
    this.#format = Buffer.from(format);
    const keys = format.toString('latin1').split(':');
    this.#gtColumn = keys.indexOf('GT');
    const depth = keys.indexOf('DP');
    this.#isSum = depth < 0;
    this.#depthColumn = this.#isSum ? keys.indexOf('AD') : depth;
  }

  /** `from`: the tab before the first sample. */
  #readSamples(from: number, end: number): void {
    const bytes = this.#bytes;
    const gtColumn = this.#gtColumn;
    const depthColumn = this.#depthColumn;
    const last = Math.max(gtColumn, depthColumn);
    // Nearly every genotype of a cohort is 0/0: it costs the least.
    this.kinds.fill(gtColumn === 0 ? GENOTYPE.homRef : GENOTYPE.missing);
    this.first.fill(0);
    this.second.fill(0);
    this.depths.fill(-1);
    const samples = this.kinds.length;
    let homRefs = 0;
    let at = from;
    for (let sample = 0; sample < samples; sample++) {
      at++;
      let column = 0;
      if (gtColumn === 0 && isHomRef(bytes, at, end)) {
        homRefs++;
        at += 3;
        column = 1;
      } else if (gtColumn === 0) {
        this.kinds[sample] = GENOTYPE.missing;
      }
      for (; column <= last && (column === 0 || (at < end && bytes[at] === COLON)); column++) {
        if (column > 0) at++;
        const start = at;
        while (at < end && bytes[at] !== COLON && bytes[at] !== TAB) at++;
        if (column === gtColumn) this.#readGenotype(sample, start, at);
        else if (column === depthColumn) this.#readDepth(sample, start, at);
      }
      while (at < end && bytes[at] !== TAB) at++;
    }
    this.alleleCounts[0]! += 2 * homRefs;
    this.called += 2 * homRefs;
  }

  #readDepth(sample: number, start: number, end: number): void {
    let sum = -1;
    for (let from = start; from <= end; ) {
      let to = this.#isSum ? from : end;
      while (to < end && this.#bytes[to] !== COMMA) to++;
      const depth = parseInteger(this.#bytes, from, to);
      if (depth >= 0) sum = Math.max(0, sum) + depth;
      from = to + 1;
    }
    this.depths[sample] = sum;
  }

  #readGenotype(sample: number, start: number, end: number): void {
    const bytes = this.#bytes;
    let ploidy = 0;
    let isMissing = false;
    let references = 0;
    let first = 0;
    let second = 0;
    // The phase of the first allele may stand before it: VCF 4.4 §1.6.2.
    let at = bytes[start] === BAR || bytes[start] === SLASH ? start : start - 1;
    while (at < end) {
      let allele = 0;
      const from = ++at;
      for (; at < end && bytes[at] !== SLASH && bytes[at] !== BAR; at++) {
        const digit = bytes[at]! - ZERO;
        allele = digit >= 0 && digit <= 9 ? allele * 10 + digit : NO_ALLELE;
      }
      if (at === from) allele = NO_ALLELE;
      ploidy++;
      if (allele > this.#alts) {
        isMissing = true;
        continue;
      }
      this.alleleCounts[allele]!++;
      this.called++;
      if (allele === 0) references++;
      else if (first === 0 || allele === first) first = allele;
      else {
        second = Math.max(first, allele);
        first = Math.min(first, allele);
      }
    }
    if (isMissing) return;
    this.first[sample] = first;
    this.second[sample] = second;
    this.kinds[sample] = kindOf(ploidy, references, first, second);
  }
}

/** `0/0` or `0|0`, and no third allele. */
function isHomRef(bytes: Buffer, at: number, end: number): boolean {
  if (bytes[at] !== ZERO || bytes[at + 2] !== ZERO || (bytes[at + 1] !== SLASH && bytes[at + 1] !== BAR)) return false;
  return at + 3 === end || (at + 3 < end && (bytes[at + 3] === TAB || bytes[at + 3] === COLON));
}

function kindOf(ploidy: number, references: number, first: number, second: number): number {
  if (ploidy === 1) return first === 0 ? GENOTYPE.haploidRef : GENOTYPE.haploidAlt;
  if (first === 0) return GENOTYPE.homRef;
  if (references > 0) return GENOTYPE.het;
  return second === 0 ? GENOTYPE.homAlt : GENOTYPE.hetAlt;
}
