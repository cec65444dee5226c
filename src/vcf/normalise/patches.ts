/** What a patch writes in place of the bytes it covers. `PATCH_PER_GENOTYPE + ploidy` is a Number=G list of that ploidy. */
export const PATCH_GENOTYPE = 1;
export const PATCH_PER_ALT = 2;
export const PATCH_PER_ALLELE = 3;
export const PATCH_END = 4;
const PATCH_PER_GENOTYPE = 8;

const MAX_PLOIDY = 64;
/** Room for more values than this is given back after the record that needed it. */
const KEPT_VALUES = 1 << 20;
const DOT = 0x2e;
const COMMA = 0x2c;

/**
 * The places of one line that differ from allele to allele, in order; everything between two patches is copied. Made once
 * a record, applied once an allele, so a list of values is scanned once however many alleles there are. Reused from
 * record to record: nothing is allocated unless a record is larger than those before it.
 */
export class PatchList {
  count = 0;
  /** How many of them, the first, lie in INFO. */
  infoCount = 0;
  start = new Uint32Array(64);
  end = new Uint32Array(64);
  kind = new Uint8Array(64);
  /** Index of the first of its values in `values`. */
  first = new Uint32Array(64);
  valueCount = new Uint32Array(64);
  /** Group of patches that are kept whole together, see `keepWhole`. */
  group = new Uint16Array(64);
  /** Start of each value; a list ends with one start more, so that value `k` ends at `values[k + 1] - 1`. */
  values = new Uint32Array(256);
  readonly #whole = new Set<number>();
  #valueEnd = 0;

  clear(): void {
    this.count = 0;
    this.infoCount = 0;
    this.#valueEnd = 0;
    if (this.values.length > KEPT_VALUES) this.values = new Uint32Array(256);
    this.#whole.clear();
  }

  add(kind: number, start: number, end: number): void {
    if (this.count === this.start.length) this.#grow();
    const i = this.count++;
    this.start[i] = start;
    this.end[i] = end;
    this.kind[i] = kind;
    this.first[i] = 0;
    this.valueCount[i] = 0;
    this.group[i] = 0;
  }

  /** Adds a patch, its kind still to be set, for the comma separated list `bytes[start .. end)`. Returns how many values it has. */
  addList(bytes: Uint8Array, start: number, end: number, group: number): number {
    this.add(0, start, end);
    const i = this.count - 1;
    const first = this.#valueEnd;
    this.first[i] = first;
    this.group[i] = group;
    this.#pushValue(start);
    for (let at = start; at < end; at++) if (bytes[at] === COMMA) this.#pushValue(at + 1);
    const count = this.#valueEnd - first;
    this.#pushValue(end + 1);
    this.valueCount[i] = count;
    return count;
  }

  /** Takes the last patch back: its bytes are copied after all. */
  dropLast(): void {
    this.count--;
  }

  /** Bytes of the source that patches stand for. */
  coveredBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.count; i++) bytes += this.end[i]! - this.start[i]!;
    return bytes;
  }

  /** Every patch of this group is copied instead. Group 0 is never kept whole. */
  keepWhole(group: number): void {
    this.#whole.add(group);
  }

  /** Applies patch `i` for ALT number `allele` (from 1) and returns the new end in `target`. Not for GENOTYPE and END. */
  write(i: number, source: Uint8Array, allele: number, target: Uint8Array, at: number): number {
    if (this.#whole.size > 0 && this.#whole.has(this.group[i]!)) {
      return copyBytes(source, this.start[i]!, this.end[i]!, target, at);
    }
    const kind = this.kind[i]!;
    if (kind === PATCH_PER_ALT) return this.#value(i, allele - 1, source, target, at);
    let to = this.#value(i, 0, source, target, at);
    if (kind === PATCH_PER_ALLELE) {
      target[to++] = COMMA;
      return this.#value(i, allele, source, target, to);
    }
    const ploidy = kind - PATCH_PER_GENOTYPE;
    for (let copies = 1; copies <= ploidy; copies++) {
      target[to++] = COMMA;
      to = this.#value(i, genotypeIndex(allele, copies, ploidy), source, target, to);
    }
    return to;
  }

  #value(i: number, index: number, source: Uint8Array, target: Uint8Array, at: number): number {
    if (index >= this.valueCount[i]!) {
      target[at] = DOT;
      return at + 1;
    }
    const value = this.first[i]! + index;
    return copyBytes(source, this.values[value]!, this.values[value + 1]! - 1, target, at);
  }

  #pushValue(start: number): void {
    if (this.#valueEnd === this.values.length) this.values = grown(this.values);
    this.values[this.#valueEnd++] = start;
  }

  #grow(): void {
    this.start = grown(this.start);
    this.end = grown(this.end);
    this.first = grown(this.first);
    this.valueCount = grown(this.valueCount);
    const kind = new Uint8Array(this.start.length);
    kind.set(this.kind);
    this.kind = kind;
    const group = new Uint16Array(this.start.length);
    group.set(this.group);
    this.group = group;
  }
}

/**
 * The kind of patch for a Number=G list of `count` values over `alleleCount` alleles (REF included), 0 when no ploidy
 * has that many genotypes. Count of genotypes: C(alleles + ploidy - 1, ploidy) (VCF 4.5 §1.6.2).
 */
export function genotypesPatch(count: number, alleleCount: number): number {
  let genotypes = 1;
  for (let ploidy = 1; ploidy <= MAX_PLOIDY && genotypes < count; ploidy++) {
    genotypes = (genotypes * (alleleCount + ploidy - 1)) / ploidy;
    if (genotypes === count) return PATCH_PER_GENOTYPE + ploidy;
  }
  return 0;
}

/** Index in a Number=G list of the genotype with `copies` of one ALT and REF else (VCF 4.5 §1.6.2, GL ordering). */
function genotypeIndex(allele: number, copies: number, ploidy: number): number {
  let index = 0;
  for (let place = ploidy - copies + 1; place <= ploidy; place++) index += choose(allele + place - 1, place);
  return index;
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

/** Copies `source[start .. end)` to `target` at `at`; a loop beats a view and `set` for the short runs of a sample column. */
export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  if (end - start > 64) {
    target.set(source.subarray(start, end), at);
    return at + end - start;
  }
  let to = at;
  for (let from = start; from < end; from++) target[to++] = source[from]!;
  return to;
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
