import { VcfAgentError } from '../../core/errors.ts';
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
import { readPosition } from '../lines.ts';

/**
 * The tabix index (.tbi) of a VCF file: R-tree bins and a linear index of 16 kb windows. Format: "The Tabix index file
 * format", and section 5 of the SAM specification for the bins.
 */

const FORMAT_VCF = 2;
const WINDOW_SHIFT = 14;
/** The largest position that five levels of bins reach. */
const MAX_POSITION = 2 ** 29;
/** A bin beyond all others, where htslib keeps the record counts that `bcftools index --stats` prints. */
const STATISTICS_BIN = 37450;

/** A record's place in the text: block number and offset within it, folded into one integer until offsets are known. */
type Place = number;
const PLACE_FACTOR = 65536;

interface Contig {
  readonly name: string;
  /** Bin number to pairs of places: begin, end, begin, end, … */
  readonly bins: Map<number, Place[]>;
  /** First place of each window that a record touches. */
  readonly windows: (Place | undefined)[];
  readonly first: Place;
  last: Place;
  records: number;
  position: number;
}

export function placeOf(position: { readonly block: number; readonly within: number }): Place {
  return position.block * PLACE_FACTOR + position.within;
}

/** Smallest bin that holds the 0-based, half-open interval (SAM specification, section 5.3). */
function binOf(start: number, end: number): number {
  const last = end - 1;
  for (let shift = WINDOW_SHIFT, level = 5; level > 0; shift += 3, level--) {
    if (start >> shift === last >> shift) return ((1 << (3 * level)) - 1) / 7 + (start >> shift);
  }
  return 0;
}

/** 0-based start and exclusive end of a row, as htslib sees them: REF, or up to INFO/END. */
function rowInterval(block: VariantBlock, row: number): { start: number; end: number } {
  const { bytes, bounds } = block;
  const base = row * BOUNDS_STRIDE;
  const start = readPosition(bytes, bounds[base + END_CHROM]! + 1, bounds[base + END_POS]!) - 1;
  const refLength = bounds[base + END_REF]! - bounds[base + END_ID]! - 1;
  const infoEnd = readInfoEnd(bytes, bounds[base + END_FILTER]! + 1, bounds[base + END_INFO]!);
  const end = infoEnd !== undefined && infoEnd > start ? infoEnd : start + refLength;
  // POS 0 stands for the telomere; it is filed at the first base.
  return { start: Math.max(0, start), end: Math.max(end, Math.max(0, start) + 1) };
}

const KEY_END = Buffer.from('END=');
const SEMICOLON = 59;

function readInfoEnd(bytes: Uint8Array, from: number, to: number): number | undefined {
  for (let key = from; key < to; key++) {
    if (key + 4 < to && KEY_END.every((byte, index) => bytes[key + index] === byte)) {
      return parseDigits(bytes, key + 4, to);
    }
    key = bytes.indexOf(SEMICOLON, key);
    if (key === -1) return undefined;
  }
  return undefined;
}

function parseDigits(bytes: Uint8Array, from: number, to: number): number | undefined {
  let at = from;
  while (at < to && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
  return at === from ? undefined : readPosition(bytes, from, Math.min(at, from + 10));
}

export class TabixBuilder {
  readonly #contigs = new Map<string, Contig>();
  #current: Contig | undefined;

  /** Takes one row that lies at `from .. to` in the text. Throws INPUT_UNSORTED and INPUT_LIMIT. */
  add(block: VariantBlock, row: number, from: Place, to: Place): void {
    const { start, end } = rowInterval(block, row);
    const contig = this.#contigOf(block, row, from);
    if (start < contig.position)
      throw unsorted(`position ${start + 1} of ${contig.name} follows ${contig.position + 1}`);
    if (end > MAX_POSITION) {
      throw new VcfAgentError('INPUT_LIMIT', `a tabix index reaches to position ${MAX_POSITION}, not ${end}`);
    }
    contig.position = start;
    contig.last = to;
    contig.records++;
    addChunk(contig.bins, binOf(start, end), from, to);
    for (let window = start >> WINDOW_SHIFT; window <= (end - 1) >> WINDOW_SHIFT; window++) {
      contig.windows[window] ??= from;
    }
  }

  #contigOf(block: VariantBlock, row: number, from: Place): Contig {
    const base = row * BOUNDS_STRIDE;
    const name = Buffer.from(
      block.bytes.subarray(block.bounds[base + LINE_START]!, block.bounds[base + END_CHROM]!),
    ).toString('utf8');
    if (this.#current?.name === name) return this.#current;
    if (this.#contigs.has(name)) throw unsorted(`the records of ${name} do not stand together`);
    const contig = { name, bins: new Map(), windows: [], first: from, last: from, records: 0, position: -1 };
    this.#contigs.set(name, contig);
    this.#current = contig;
    return contig;
  }

  /** The index, not yet compressed. `blockStarts`: offset in the file of each block. */
  build(blockStarts: readonly number[]): Buffer {
    const toVirtual = (place: Place) => {
      const block = Math.floor(place / PLACE_FACTOR);
      return (BigInt(blockStarts[block]!) << 16n) | BigInt(place % PLACE_FACTOR);
    };
    const contigs = [...this.#contigs.values()];
    const names = Buffer.from(contigs.map(({ name }) => `${name}\0`).join(''));
    const head = Buffer.alloc(36);
    head.write('TBI\x01', 'latin1');
    [contigs.length, FORMAT_VCF, 1, 2, 0, '#'.charCodeAt(0), 0, names.length].forEach((value, index) => {
      head.writeInt32LE(value, 4 + 4 * index);
    });
    return Buffer.concat([head, names, ...contigs.map((contig) => encodeContig(contig, toVirtual)), Buffer.alloc(8)]);
  }
}

function addChunk(bins: Map<number, Place[]>, bin: number, from: Place, to: Place): void {
  const chunks = bins.get(bin);
  if (chunks === undefined) {
    bins.set(bin, [from, to]);
    return;
  }
  // Chunks that meet in one block are one read anyway.
  const sameBlock = Math.floor(chunks.at(-1)! / PLACE_FACTOR) === Math.floor(from / PLACE_FACTOR);
  if (sameBlock) chunks[chunks.length - 1] = to;
  else chunks.push(from, to);
}

function encodeContig(contig: Contig, toVirtual: (place: Place) => bigint): Buffer {
  const words: Buffer[] = [int32(contig.bins.size + 1)];
  for (const [bin, chunks] of contig.bins) {
    words.push(int32(bin), int32(chunks.length / 2), ...chunks.map((place) => uint64(toVirtual(place))));
  }
  words.push(int32(STATISTICS_BIN), int32(2), uint64(toVirtual(contig.first)), uint64(toVirtual(contig.last)));
  words.push(uint64(BigInt(contig.records)), uint64(0n), int32(contig.windows.length));
  // A window without records takes the offset of the next that has some: nothing before it can overlap.
  let next = 0n;
  const windows = new Array<Buffer>(contig.windows.length);
  for (let window = contig.windows.length - 1; window >= 0; window--) {
    const place = contig.windows[window];
    if (place !== undefined) next = toVirtual(place);
    windows[window] = uint64(next);
  }
  return Buffer.concat([...words, ...windows]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

function unsorted(what: string): VcfAgentError {
  return new VcfAgentError('INPUT_UNSORTED', `no index for records out of order: ${what}`);
}
