import { BOUNDS_STRIDE, bufferOf, END_INFO, LINE_END, type VariantBlock } from '../../core/variant-block.ts';
import { parseFloatBytes, parseInteger } from '../../vcf/decimal-bytes.ts';

/** From which quality on a genotype counts. A value that the file does not give is not asked for. */
export interface QualityLimits {
  /** Least GQ. */
  readonly minGenotypeQuality: number;
  /** Least DP; without DP the sum of AD. */
  readonly minDepth: number;
  /** Least share of each allele's reads in a heterozygote. */
  readonly minHeterozygousShare: number;
  /** Most share of the other allele's reads in a homozygote. */
  readonly maxOtherShare: number;
}

/** One sample's genotype of a row with one ALT. */
export interface Call {
  /** ALT alleles: 0, 1, …; undefined when any allele is missing. */
  readonly copies: number | undefined;
  /** Alleles; 0 when there is no genotype. */
  readonly ploidy: number;
  /** Which haplotype has the ALT, when one has it and the phase is known; haplotypes of one `phaseSet` are comparable. */
  readonly haplotype: number | undefined;
  readonly phaseSet: string | undefined;
  /** Why the genotype is not to be trusted; undefined: it is. */
  readonly doubt: string | undefined;
}

const TAB = 0x09;
const COLON = 0x3a;
const COMMA = 0x2c;
const SLASH = 0x2f;
const BAR = 0x7c;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Every genotype with `|` and no PS lies in one phase set: VCF 4.5 §1.6.2. */
const WHOLE_CONTIG = '';

const FIELDS = ['GT', 'GQ', 'DP', 'AD', 'PS', 'PGT', 'PID'] as const;
type Field = (typeof FIELDS)[number];

/** Reads the genotypes of some of a file's samples, a row at a time. */
export class CallReader {
  readonly #limits: QualityLimits;
  /** Ascending columns of the samples wanted. */
  readonly #columns: readonly number[];
  #format: Buffer = Buffer.alloc(0);
  #places: Readonly<Record<Field, number>> = placesOf([]);
  #starts: number[] = [];
  #ends: number[] = [];

  /** `columns`: indexes of samples in the header, ascending. */
  constructor(columns: readonly number[], limits: QualityLimits) {
    this.#columns = columns;
    this.#limits = limits;
  }

  /** One call a column, in the order of the columns. */
  read(block: VariantBlock, row: number, bytes: Buffer = bufferOf(block)): readonly Call[] {
    const end = block.bounds[row * BOUNDS_STRIDE + LINE_END]!;
    const start = block.bounds[row * BOUNDS_STRIDE + END_INFO]! + 1;
    if (start >= end) return this.#columns.map(() => NO_CALL);
    const formatEnd = until(bytes, TAB, start, end);
    this.#readFormat(bytes, start, formatEnd);
    if (this.#places.GT < 0) return this.#columns.map(() => NO_CALL);
    const calls: Call[] = [];
    let at = formatEnd;
    let column = 0;
    for (const wanted of this.#columns) {
      for (; column < wanted && at < end; column++) at = until(bytes, TAB, at + 1, end);
      if (at >= end) calls.push(NO_CALL);
      else {
        const sampleEnd = until(bytes, TAB, at + 1, end);
        calls.push(this.#call(bytes, at + 1, sampleEnd));
        at = sampleEnd;
        column++;
      }
    }
    return calls;
  }

  /** Nearly every row has the FORMAT of the row before. */
  #readFormat(bytes: Buffer, start: number, end: number): void {
    const format = bytes.subarray(start, end);
    if (format.equals(this.#format)) return;
    this.#format = Buffer.from(format);
    this.#places = placesOf(format.toString('latin1').split(':'));
  }

  #call(bytes: Buffer, start: number, end: number): Call {
    this.#cut(bytes, start, end);
    const from = this.#starts[this.#places.GT] ?? end;
    const to = this.#ends[this.#places.GT] ?? end;
    const genotype = genotypeOf(bytes, from, to);
    if (genotype.copies === undefined) return genotype.ploidy === 0 ? NO_CALL : { ...NO_CALL, ploidy: genotype.ploidy };
    return {
      copies: genotype.copies,
      ploidy: genotype.ploidy,
      ...this.#phaseOf(bytes, genotype),
      doubt: this.#doubtOf(bytes, genotype.copies, genotype.ploidy),
    };
  }

  #cut(bytes: Buffer, start: number, end: number): void {
    let count = 0;
    for (let from = start; from <= end; ) {
      const to = until(bytes, COLON, from, end);
      this.#starts[count] = from;
      this.#ends[count++] = to;
      from = to + 1;
    }
    this.#starts.length = count;
    this.#ends.length = count;
  }

  #text(bytes: Buffer, field: Field): string | undefined {
    const place = this.#places[field];
    const start = this.#starts[place];
    if (start === undefined) return undefined;
    const text = bytes.toString('latin1', start, this.#ends[place]);
    return text === '.' || text === '' ? undefined : text;
  }

  #number(bytes: Buffer, field: Field): number {
    const place = this.#places[field];
    const start = this.#starts[place];
    return start === undefined ? Number.NaN : parseFloatBytes(bytes, start, this.#ends[place]!);
  }

  #phaseOf(bytes: Buffer, { copies, ploidy, phased, first }: Genotype): Pick<Call, 'haplotype' | 'phaseSet'> {
    if (copies !== 1 || ploidy !== 2) return UNPHASED;
    // GATK's own: which haplotype within one assembled region.
    const group = this.#text(bytes, 'PID');
    const phaseSet = this.#text(bytes, 'PS') ?? (group === undefined ? WHOLE_CONTIG : `PID ${group}`);
    if (phased) return { haplotype: first, phaseSet };
    const haplotypes = this.#text(bytes, 'PGT');
    if (group === undefined || (haplotypes !== '0|1' && haplotypes !== '1|0')) return UNPHASED;
    return { haplotype: haplotypes === '1|0' ? 0 : 1, phaseSet: `PID ${group}` };
  }

  #doubtOf(bytes: Buffer, copies: number, ploidy: number): string | undefined {
    const { minGenotypeQuality, minDepth, minHeterozygousShare, maxOtherShare } = this.#limits;
    const quality = this.#number(bytes, 'GQ');
    if (quality < minGenotypeQuality) return `GQ ${quality} below ${minGenotypeQuality}`;
    const [reference, alternate] = this.#alleleDepths(bytes);
    const sum = reference + alternate;
    const told = this.#number(bytes, 'DP');
    const depth = Number.isNaN(told) ? sum : told;
    if (depth < minDepth) return `DP ${depth} below ${minDepth}`;
    if (!(sum > 0)) return undefined;
    const share = alternate / sum;
    const written = `${alternate} of ${sum} reads have the allele`;
    if (copies === 0) return share > maxOtherShare ? `homozygous for the reference, and ${written}` : undefined;
    if (copies === ploidy) return share < 1 - maxOtherShare ? `every copy has it, and ${written}` : undefined;
    const isBalanced = (of: number): boolean => of >= minHeterozygousShare && of <= 1 - minHeterozygousShare;
    // Where the record had several ALTs, the reads of another one are in DP only.
    return isBalanced(share) || isBalanced(alternate / Math.max(sum, told))
      ? undefined
      : `heterozygous, and ${written}`;
  }

  /** Reads of REF and of the ALT; NaN without AD. */
  #alleleDepths(bytes: Buffer): readonly [number, number] {
    const place = this.#places.AD;
    const start = this.#starts[place];
    if (start === undefined) return NO_DEPTHS;
    const end = this.#ends[place]!;
    const comma = until(bytes, COMMA, start, end);
    if (comma === end) return NO_DEPTHS;
    return [parseInteger(bytes, start, comma), parseInteger(bytes, comma + 1, until(bytes, COMMA, comma + 1, end))];
  }
}

const NO_CALL: Call = {
  copies: undefined,
  ploidy: 0,
  haplotype: undefined,
  phaseSet: undefined,
  doubt: 'no genotype',
};
const UNPHASED = { haplotype: undefined, phaseSet: undefined } as const;
const NO_DEPTHS = [Number.NaN, Number.NaN] as const;

interface Genotype {
  readonly copies: number | undefined;
  readonly ploidy: number;
  /** All alleles joined by `|`. */
  readonly phased: boolean;
  /** Place of the first ALT. */
  readonly first: number;
}

/** `0/1`, `1|0`, `1`, `/0/1`: in a row with one ALT, 1 is it and 0 is anything else. */
function genotypeOf(bytes: Buffer, start: number, end: number): Genotype {
  let copies = 0;
  let ploidy = 0;
  let isMissing = false;
  let phased = true;
  let first = -1;
  // The phase of the first allele may stand before it: VCF 4.4 §1.6.2.
  let at = bytes[start] === BAR || bytes[start] === SLASH ? start + 1 : start;
  while (at < end) {
    const from = at;
    while (at < end && bytes[at] !== SLASH && bytes[at] !== BAR) at++;
    if (at < end && bytes[at] === SLASH) phased = false;
    const byte = bytes[from]!;
    if (at === from || byte === DOT || byte < ZERO || byte > NINE) isMissing = true;
    else if (byte !== ZERO) {
      if (first < 0) first = ploidy;
      copies++;
    }
    ploidy++;
    at++;
  }
  return { copies: isMissing || ploidy === 0 ? undefined : copies, ploidy, phased, first };
}

function placesOf(keys: readonly string[]): Readonly<Record<Field, number>> {
  return Object.fromEntries(FIELDS.map((field) => [field, keys.indexOf(field)])) as Record<Field, number>;
}

function until(bytes: Buffer, byte: number, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}
